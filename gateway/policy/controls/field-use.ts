// Use of a field by an operation: whether it selects the field, directly or by an interface, where its conditions let it.
import {
  type DirectiveNode,
  doTypesOverlap,
  type FragmentDefinitionNode,
  type GraphQLCompositeType,
  type GraphQLSchema,
  getNamedType,
  isCompositeType,
  isUnionType,
  Kind,
  type SelectionNode,
} from 'graphql';
import type { PreparedOperation } from '../../engine/prepared-operation.ts';
import { fragmentsOf } from '../../fragments.ts';

/** @param coordinate of a field in the graph's names, such as `Query.search`. */
export function usesField(
  schema: GraphQLSchema,
  { document, operation }: PreparedOperation,
  coordinate: string,
  conditions: Readonly<Record<string, boolean>>,
): boolean {
  const [typeName = '', fieldName] = coordinate.split('.');
  const type = schema.getType(typeName);
  const root = schema.getRootType(operation.operation);
  if (!isCompositeType(type) || !root) return false;
  const walk = new Walk(schema, type, fieldName, conditions, fragmentsOf(document));
  return walk.uses(root, operation.selectionSet.selections);
}

class Walk {
  readonly #schema: GraphQLSchema;
  readonly #type: GraphQLCompositeType;
  readonly #field: string | undefined;
  readonly #conditions: Readonly<Record<string, boolean>>;
  readonly #fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  /** Fragments are the same wherever they are spread. */
  readonly #walked = new Set<string>();

  constructor(
    schema: GraphQLSchema,
    type: GraphQLCompositeType,
    field: string | undefined,
    conditions: Readonly<Record<string, boolean>>,
    fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  ) {
    this.#schema = schema;
    this.#type = type;
    this.#field = field;
    this.#conditions = conditions;
    this.#fragments = fragments;
  }

  uses(parent: GraphQLCompositeType, selections: readonly SelectionNode[]): boolean {
    return selections.some((selection) => {
      if (!this.#isIncluded(selection.directives)) return false;
      if (selection.kind === Kind.FRAGMENT_SPREAD) return this.#usesFragment(selection.name.value);
      if (selection.kind === Kind.INLINE_FRAGMENT) {
        const { typeCondition, selectionSet } = selection;
        const type = typeCondition ? this.#schema.getType(typeCondition.name.value) : parent;
        return isCompositeType(type) && this.uses(type, selectionSet.selections);
      }
      const name = selection.name.value;
      // A field of an interface is that of each type in it.
      if (name === this.#field && doTypesOverlap(this.#schema, parent, this.#type)) return true;
      const definition = isUnionType(parent) ? undefined : parent.getFields()[name];
      const type = definition && getNamedType(definition.type);
      return isCompositeType(type) && this.uses(type, selection.selectionSet?.selections ?? []);
    });
  }

  #usesFragment(name: string): boolean {
    const fragment = this.#fragments.get(name);
    if (!fragment || this.#walked.has(name)) return false;
    this.#walked.add(name);
    const type = this.#schema.getType(fragment.typeCondition.name.value);
    return isCompositeType(type) && this.uses(type, fragment.selectionSet.selections);
  }

  #isIncluded(directives: readonly DirectiveNode[] = []): boolean {
    return directives.every(({ name, arguments: given }) => {
      if (name.value !== 'skip' && name.value !== 'include') return true;
      const value = given?.[0]?.value;
      if (value?.kind === Kind.BOOLEAN) return value.value === (name.value === 'include');
      if (value?.kind !== Kind.VARIABLE) return true;
      return this.#conditions[value.name.value] === (name.value === 'include');
    });
  }
}
