// Types of random fields and arguments.
import type { Random } from '../../differential/random.ts';
import type { Features } from './features.ts';
import type { ArgumentModel } from './model.ts';
import type { Names } from './names.ts';

const leaves = ['String', 'Int', 'Float', 'Boolean', 'ID', 'Tone'];
const scalars = ['Long', 'Decimal', 'JSON'];

/** Types that fields can return in some services. */
export class OutputTypes {
  readonly #random: Random;
  readonly #features: Features;
  readonly #composite: readonly string[];

  /** @param composite object types, interfaces and unions that these services have. */
  constructor(random: Random, features: Features, composite: readonly string[]) {
    this.#random = random;
    this.#features = features;
    this.#composite = composite;
  }

  any(): string {
    return this.#composite.length === 0 || this.#random.chance(0.55) ? this.#leaf() : this.composite();
  }

  composite(): string {
    return this.#composite.length === 0 ? this.#leaf() : this.#wrapped(this.#random.pick(this.#composite));
  }

  #leaf(): string {
    return this.#wrapped(
      this.#random.pick(this.#features.has('scalars') ? [...leaves, ...scalars, ...scalars] : leaves),
    );
  }

  #wrapped(named: string): string {
    const nonNull = () => (this.#features.has('nonNull') && this.#random.chance(0.2) ? '!' : '');
    let type = `${named}${nonNull()}`;
    const lists = this.#features.has('lists') ? this.#random.pick([0, 0, 1, 1, 1, 2]) : 0;
    for (let list = 0; list < lists; list += 1) type = `[${type}]${nonNull()}`;
    return type;
  }
}

/** Types of arguments. */
export class ArgumentTypes {
  readonly #random: Random;
  readonly #names: Names;
  readonly #features: Features;

  constructor(random: Random, names: Names, features: Features) {
    this.#random = random;
    this.#names = names;
    this.#features = features;
  }

  some(): ArgumentModel[] {
    if (!this.#features.has('arguments') || this.#random.chance(0.6)) return [];
    const taken = new Set<string>();
    return Array.from({ length: this.#random.between(1, 2) }, () => this.#argument(taken));
  }

  #argument(taken: Set<string>): ArgumentModel {
    const random = this.#random;
    const name = this.#names.field(taken, 'arg');
    const named = random.pick(
      this.#features.has('scalars') ? [...leaves, 'Filter', ...scalars] : [...leaves, 'Filter'],
    );
    const wrapped = random.pick([named, named, `[${named}]`, `[${named}!]`]);
    const type = random.chance(0.15) ? `${wrapped}!` : wrapped;
    const defaultValue = random.chance(0.25) ? this.#default(wrapped) : undefined;
    return { name, type, ...(defaultValue !== undefined && { defaultValue }) };
  }

  #default(type: string): string {
    if (type.startsWith('[')) return type === '[Long]' ? '[9007199254740993, null]' : '[]';
    const any = this.#features.has('scalarDefaults');
    const literals: Record<string, string> = {
      String: '"a \\"default\\""',
      Int: '7',
      Float: '1.5',
      Boolean: 'true',
      ID: '"d"',
      Tone: 'SOFT',
      Filter: any ? '{ text: "d", number: 9007199254740993, any: { b: [1, 0.10] } }' : '{ text: "d" }',
      Long: any ? '9007199254740993' : '12',
      Decimal: any ? '10.50' : '1.5',
      JSON: any ? '{ a: [1, { b: null }] }' : '1',
    };
    return literals[type] as string;
  }
}
