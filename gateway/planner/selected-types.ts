// Selected types: the types on which a field of interface objects is selected. Their fetch does not know the types, and
// fetches the field for all of them: where its null would make an object null that does not select it, it must not.
import { type GraphQLField, getNamedType, isCompositeType, isNonNullType, print } from 'graphql';
import type { CollectedField } from './collect-fields.ts';
import type { RequestedType } from './equal-selections.ts';
import type { Visibility } from './visibility.ts';

export class SelectedTypes {
  readonly #types: number;
  /** By name and arguments: the types with each list of mentions. */
  readonly #selected = new Map<string, Map<string, Set<string>>>();
  readonly #numbers = new Map<unknown, number>();

  /**
   * @param requested the types that clients may see, with their fields.
   * @param others whether objects of other types may stand there, on which nothing is selected.
   */
  constructor({ visibility }: { visibility: Visibility }, requested: readonly RequestedType[], others: boolean) {
    this.#types = requested.length + (others ? 1 : 0);
    for (const { name, fields } of requested) {
      for (const field of fields) {
        if (visibility.deniedFieldOf(name, field)) continue;
        const key = signature(field);
        const mentions = this.#selected.get(key) ?? new Map<string, Set<string>>();
        this.#selected.set(key, mentions);
        const own = this.#mentions(field);
        mentions.set(own, (mentions.get(own) ?? new Set()).add(name));
      }
    }
  }

  /**
   * Whether a field may be fetched for objects of every type: its null stays at its own place, or is right for all of
   * them.
   * @param upstream the field as the subgraph has it.
   */
  isHarmless(field: CollectedField, upstream: GraphQLField<unknown, unknown>): boolean {
    if (!isNonNullType(upstream.type)) return true;
    const mentions = this.#selected.get(signature(field));
    if (isCompositeType(getNamedType(upstream.type))) return mentions?.get(this.#mentions(field))?.size === this.#types;
    return new Set([...(mentions?.values() ?? [])].flatMap((types) => [...types])).size === this.#types;
  }

  /**
   * The field, apart from other selections below a field of its name: the null of what one type selects in it is not
   * one for the others.
   */
  apart(field: CollectedField): CollectedField {
    const mentions = this.#selected.get(signature(field));
    if (!mentions || mentions.size < 2 || !field.nodes.some(({ selectionSet }) => selectionSet)) return field;
    return { ...field, alias: `${field.key} ${this.#mentions(field)}` };
  }

  #mentions({ nodes }: CollectedField): string {
    return nodes.map((node) => this.#number(node)).join();
  }

  #number(node: unknown): number {
    const number = this.#numbers.get(node) ?? this.#numbers.size;
    this.#numbers.set(node, number);
    return number;
  }
}

function signature({ name, nodes: [node] }: CollectedField): string {
  return node?.arguments?.length
    ? `${name}(${node.arguments
        .map((argument) => print(argument))
        .sort()
        .join()})`
    : name;
}
