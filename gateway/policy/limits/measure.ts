// Measure of an operation after fragment expansion, computed without the expansion: each fragment is measured once, so
// that the time is linear in the document, however often fragments are used in fragments.

import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
  type SelectionSetNode,
} from 'graphql';
import { fragmentsOf } from '../../fragments.ts';

/** Counts of an operation, at most Number.MAX_SAFE_INTEGER. */
export interface Measure {
  /** Levels of fields; those below `__schema` and `__type` are not counted. */
  depth: number;
  /** Levels of fields from `__schema` or `__type` on, including these; 0 without introspection. */
  introspectionDepth: number;
  /** Fields on the first level. */
  rootFields: number;
  aliases: number;
  directives: number;
}

const nothing: Measure = { depth: 0, introspectionDepth: 0, rootFields: 0, aliases: 0, directives: 0 };

export class DocumentMeasure {
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly #measured = new Map<string, Measure>();

  constructor(document: DocumentNode) {
    this.#fragments = fragmentsOf(document);
  }

  /** @throws RangeError for a document that is nested too deeply to be walked. */
  operation({ directives, variableDefinitions, selectionSet }: OperationDefinitionNode): Measure {
    const measure = this.#selections(selectionSet);
    let count = measure.directives + (directives?.length ?? 0);
    for (const variable of variableDefinitions ?? []) count += variable.directives?.length ?? 0;
    return { ...measure, directives: clampToSafeInteger(count) };
  }

  #selections({ selections }: SelectionSetNode): Measure {
    const total = { ...nothing };
    for (const selection of selections) {
      const measure = this.#selection(selection);
      total.depth = Math.max(total.depth, measure.depth);
      total.introspectionDepth = Math.max(total.introspectionDepth, measure.introspectionDepth);
      total.rootFields = clampToSafeInteger(total.rootFields + measure.rootFields);
      total.aliases = clampToSafeInteger(total.aliases + measure.aliases);
      total.directives = clampToSafeInteger(
        total.directives + measure.directives + (selection.directives?.length ?? 0),
      );
    }
    return total;
  }

  #selection(selection: SelectionNode): Measure {
    if (selection.kind === Kind.FRAGMENT_SPREAD) return this.#fragment(selection.name.value);
    if (selection.kind === Kind.INLINE_FRAGMENT) return this.#selections(selection.selectionSet);
    const below = selection.selectionSet ? this.#selections(selection.selectionSet) : nothing;
    const introspects = isIntrospection(selection);
    return {
      depth: introspects ? 1 : below.depth + 1,
      introspectionDepth: introspects ? below.depth + 1 : below.introspectionDepth,
      rootFields: 1,
      aliases: below.aliases + (selection.alias ? 1 : 0),
      directives: below.directives,
    };
  }

  /** Nothing for a fragment that does not exist, and for one inside itself: validation rejects both. */
  #fragment(name: string): Measure {
    const known = this.#measured.get(name);
    if (known) return known;
    const fragment = this.#fragments.get(name);
    if (!fragment) return nothing;
    this.#measured.set(name, nothing);
    const measure = this.#selections(fragment.selectionSet);
    measure.directives = clampToSafeInteger(measure.directives + (fragment.directives?.length ?? 0));
    this.#measured.set(name, measure);
    return measure;
  }
}

/** Cost of each `__schema` or `__type` with any selection: the gateway resolves it from memory. */
export const introspectionCost = 1;

/** Whether the field is `__schema` or `__type`. */
export function isIntrospection({ name }: FieldNode): boolean {
  return name.value === '__schema' || name.value === '__type';
}

export function clampToSafeInteger(value: number): number {
  return value > Number.MAX_SAFE_INTEGER ? Number.MAX_SAFE_INTEGER : value;
}
