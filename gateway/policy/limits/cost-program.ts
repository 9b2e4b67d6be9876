// Cost program: sums, products, maxima and conditions, compiled once for each operation and evaluated once for each
// request. Constant parts are evaluated during compilation; equal parts are compiled once, so that a fragment that is
// used a thousand times costs one step.
import { clampToSafeInteger } from './measure.ts';

export type Variables = Readonly<Record<string, unknown>>;

/** A number, or a step that computes one. */
export type CostExpr = number | Step;

interface Step {
  readonly index: number;
}

/** Evaluates a step; `values` has those of the steps before it. */
type Work = (values: Float64Array, variables: Variables) => number;

export class CostProgram {
  readonly #works: Work[] = [];
  readonly #known = new Map<string, Step>();

  sum(parts: readonly CostExpr[]): CostExpr {
    let constant = 0;
    const steps: Step[] = [];
    for (const part of parts) {
      if (typeof part === 'number') constant = clampToSafeInteger(constant + part);
      else steps.push(part);
    }
    if (steps.length === 0) return constant;
    if (steps.length === 1 && constant === 0) return steps[0] as Step;
    const indices = steps.map(({ index }) => index).sort(ascending);
    return this.#step(`sum ${constant} ${indices}`, (values) => {
      let total = constant;
      for (const index of indices) total = clampToSafeInteger(total + (values[index] as number));
      return total;
    });
  }

  /** The greatest of the parts; 0 for none. */
  max(parts: readonly CostExpr[]): CostExpr {
    let constant: number | null = null;
    const indices = new Set<number>();
    for (const part of parts) {
      if (typeof part === 'number') constant = constant === null ? part : Math.max(constant, part);
      else indices.add(part.index);
    }
    if (indices.size === 0) return constant ?? 0;
    const sorted = [...indices].sort(ascending);
    if (constant === null && sorted.length === 1) return { index: sorted[0] as number };
    const least = constant ?? Number.NEGATIVE_INFINITY;
    return this.#step(`max ${least} ${sorted}`, (values) => {
      let greatest = least;
      for (const index of sorted) greatest = Math.max(greatest, values[index] as number);
      return greatest;
    });
  }

  product(one: CostExpr, other: CostExpr): CostExpr {
    if (one === 0 || other === 0) return 0;
    if (one === 1) return other;
    if (other === 1) return one;
    if (typeof one === 'number') {
      if (typeof other === 'number') return clampToSafeInteger(one * other);
      return this.#step(`times ${one} ${other.index}`, (values) =>
        clampToSafeInteger(one * (values[other.index] as number)),
      );
    }
    if (typeof other === 'number') return this.product(other, one);
    const [first, second] = [one.index, other.index].sort(ascending) as [number, number];
    return this.#step(`product ${first} ${second}`, (values) =>
      clampToSafeInteger((values[first] as number) * (values[second] as number)),
    );
  }

  /** The part where `holds` is true for the variables, else 0. */
  when(key: string, holds: (variables: Variables) => boolean, part: CostExpr): CostExpr {
    if (part === 0) return 0;
    if (typeof part === 'number') {
      return this.#step(`when ${key} ${part}`, (_values, variables) => (holds(variables) ? part : 0));
    }
    const { index } = part;
    return this.#step(`when ${key} of ${index}`, (values, variables) =>
      holds(variables) ? (values[index] as number) : 0,
    );
  }

  /** A number that depends on the variables. Equal keys must mean equal numbers. */
  input(key: string, read: (variables: Variables) => number): CostExpr {
    return this.#step(`input ${key}`, (_values, variables) => clampToSafeInteger(read(variables)));
  }

  /** The program that ends with this part. Takes time linear in its steps. */
  finish(part: CostExpr): (variables: Variables) => number {
    if (typeof part === 'number') return () => part;
    const works = this.#works.slice(0, part.index + 1);
    return (variables) => {
      const values = new Float64Array(works.length);
      for (let index = 0; index < works.length; index += 1) {
        values[index] = (works[index] as Work)(values, variables);
      }
      return values[part.index] as number;
    };
  }

  /** Number of steps; none where nothing depends on the variables. */
  get size(): number {
    return this.#works.length;
  }

  /** The values of all steps, by their indices. */
  values(variables: Variables): Float64Array {
    const values = new Float64Array(this.#works.length);
    for (const [index, work] of this.#works.entries()) values[index] = work(values, variables);
    return values;
  }

  #step(key: string, work: Work): Step {
    let step = this.#known.get(key);
    if (!step) {
      step = { index: this.#works.length };
      this.#works.push(work);
      this.#known.set(key, step);
    }
    return step;
  }
}

/** Identifies a part in keys. */
export function keyOf(part: CostExpr): string {
  return typeof part === 'number' ? `=${part}` : `#${part.index}`;
}

function ascending(one: number, other: number): number {
  return one - other;
}
