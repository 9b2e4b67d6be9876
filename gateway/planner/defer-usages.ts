// Uses of `@defer` in an operation: the fragments that are deferred, found while fields are collected (GraphQL
// specification, draft of incremental delivery: CollectFields, "defer usage").
import { type FragmentSpreadNode, type InlineFragmentNode, Kind } from 'graphql';
import { DEFER } from '../compose/defer-directive.ts';

/** A deferred fragment at one place of an operation. */
export interface DeferUsage {
  id: number;
  label: string | null;
  /** The one that it is nested in; null where there is none. */
  parent: DeferPlace | null;
}

/** A deferred fragment as seen from the fields that it selects. */
export interface DeferPlace {
  usage: DeferUsage;
  /** The number of fields between the selection that the fragment stands in and this one. */
  above: number;
}

/** Those of one selection. */
export type UsagesOfSelection = Map<string, DeferUsage>;

type FragmentNode = FragmentSpreadNode | InlineFragmentNode;

/** Deferred fragments of one operation: any more are sent with the fragment or field that they stand in. */
const MAX_USAGES = 200;

export class DeferUsages {
  readonly all: DeferUsage[] = [];
  readonly #conditions: Readonly<Record<string, boolean>>;
  readonly #numbers = new Map<FragmentNode, number>();

  /** @param conditions the values of the variables in `@defer`. */
  constructor(conditions: Readonly<Record<string, boolean>>) {
    this.#conditions = conditions;
  }

  /**
   * The place of what a fragment selects: that of the selection around it, unless the fragment is deferred.
   * @param known those of the selection that the fragment stands in.
   */
  placeIn(node: FragmentNode, around: DeferPlace | null, known: UsagesOfSelection): DeferPlace | null {
    const directive = node.directives?.find(({ name }) => name.value === DEFER);
    if (!directive) return around;
    const argument = (name: string) => directive.arguments?.find((each) => each.name.value === name)?.value;
    const condition = argument('if');
    if (condition?.kind === Kind.BOOLEAN && !condition.value) return around;
    if (condition?.kind === Kind.VARIABLE && this.#conditions[condition.name.value] === false) return around;
    const number = this.#numbers.get(node) ?? this.#numbers.size;
    this.#numbers.set(node, number);
    const key = `${number} ${placeKey(around)}`;
    let usage = known.get(key);
    if (!usage) {
      if (this.all.length >= MAX_USAGES) return around;
      const label = argument('label');
      usage = { id: this.all.length, label: label?.kind === Kind.STRING ? label.value : null, parent: around };
      this.all.push(usage);
      known.set(key, usage);
    }
    return { usage, above: 0 };
  }
}

/** The place as seen from the selection of a field. */
export function placeBelow(place: DeferPlace | null): DeferPlace | null {
  return place && { usage: place.usage, above: place.above + 1 };
}

/** Equal for equal places. */
export function placeKey(place: DeferPlace | null): string {
  return place ? `${place.usage.id}^${place.above}` : '';
}
