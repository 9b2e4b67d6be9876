// Stock execution answers in the graph's words. For a client with a view, the names of types become its own, and enum values
// that it does not have become null. What is planned needs none of this: there the view is in the plan.
import type { ExecutionResult } from '@graphql-tools/utils';
import {
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLNamedType,
  getNamedType,
  isAbstractType,
  isEnumType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
} from 'graphql';
import type { ClientView } from './client-view.ts';

type Path = readonly (string | number)[];

/** @param document the client's, in its own words. */
export function inClientsWords(
  view: ClientView,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  result: ExecutionResult,
): ExecutionResult {
  const root = view.schema.getRootType(operation.operation);
  if (!result.data || !root) return result;
  const translation = new Translation(view, document);
  const data = translation.value(result.data, [root], [operation.selectionSet], []);
  const errors = [...(result.errors ?? []), ...translation.errors];
  return { ...result, data, ...(errors.length > 0 && { errors }) };
}

class Translation {
  readonly errors: GraphQLError[] = [];
  readonly #view: ClientView;
  readonly #fragments = new Map<string, FragmentDefinitionNode>();
  /** Values of enums that the client does not have, by the client's name of the enum. */
  readonly #hidden = new Map<string, ReadonlySet<string>>();

  constructor(view: ClientView, document: DocumentNode) {
    this.#view = view;
    for (const definition of document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) this.#fragments.set(definition.name.value, definition);
    }
    for (const [name, values] of view.hiddenEnumValues) this.#hidden.set(view.typeName(name) ?? name, values);
  }

  /** @param types what may stand here, in the client's words. */
  value(
    value: unknown,
    types: readonly GraphQLNamedType[],
    selections: readonly SelectionSetNode[],
    path: Path,
  ): unknown {
    if (value === null || value === undefined) return value;
    if (Array.isArray(value)) return value.map((item, index) => this.value(item, types, selections, [...path, index]));
    if (typeof value === 'object' && selections.length > 0) {
      return this.#object(value as Record<string, unknown>, types, selections, path);
    }
    const isHidden = types.some((type) => isEnumType(type) && this.#hidden.get(type.name)?.has(String(value)));
    if (!isHidden) return value;
    this.errors.push(
      new GraphQLError('The value cannot be represented here.', {
        path,
        extensions: { code: 'SUBGRAPH_BAD_RESPONSE' },
      }),
    );
    return null;
  }

  #object(
    object: Record<string, unknown>,
    types: readonly GraphQLNamedType[],
    selections: readonly SelectionSetNode[],
    path: Path,
  ): Record<string, unknown> {
    const fields = new Map<string, { names: Set<string>; selections: SelectionSetNode[] }>();
    for (const selection of selections) this.#collect(selection, fields);
    const possible = types.flatMap((type) => (isAbstractType(type) ? this.#view.schema.getPossibleTypes(type) : type));
    const translated: Record<string, unknown> = Object.create(null);
    for (const [key, value] of Object.entries(object)) {
      const field = fields.get(key);
      if (field?.names.has('__typename') && typeof value === 'string') {
        translated[key] = this.#view.typeName(value) ?? value;
        continue;
      }
      const below = possible.flatMap((type) =>
        isObjectType(type)
          ? [...(field?.names ?? [])].flatMap((name) => {
              const definition = type.getFields()[name];
              return definition ? getNamedType(definition.type) : [];
            })
          : [],
      );
      translated[key] = this.value(value, [...new Set(below)], field?.selections ?? [], [...path, key]);
    }
    return translated;
  }

  /** What the client asks under each response key, whatever the type: names of the same key agree where types overlap. */
  #collect(set: SelectionSetNode, fields: Map<string, { names: Set<string>; selections: SelectionSetNode[] }>): void {
    for (const selection of set.selections) {
      if (selection.kind === Kind.FIELD) {
        const key = (selection.alias ?? selection.name).value;
        const field = fields.get(key) ?? { names: new Set(), selections: [] };
        field.names.add(selection.name.value);
        if (selection.selectionSet) field.selections.push(selection.selectionSet);
        fields.set(key, field);
        continue;
      }
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : this.#fragments.get(selection.name.value);
      if (fragment) this.#collect(fragment.selectionSet, fields);
    }
  }
}
