// Expected response of a client, computed from the graph's response by the specification alone (October 2021, sections
// 6.3.2 and 6.4): the graph's names become the view's, and what the view hides becomes null. None of the gateway's
// code.
import {
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  type GraphQLObjectType,
  type GraphQLOutputType,
  isAbstractType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  visit,
} from 'graphql';
import type { View } from '../../gateway/client-views/view.ts';
import type { Result } from '../differential/graph-under-test.ts';
import type { Operation } from '../differential/operations.ts';

type Path = (string | number)[];

/** Response key of the types of the graph's objects. */
const oracleKey = 'oracle_typename';

/** The operation for the graph, with the type of every object. */
export function requestedOfGraph(view: View, { document }: Operation): DocumentNode {
  const typename: FieldNode = {
    kind: Kind.FIELD,
    alias: { kind: Kind.NAME, value: oracleKey },
    name: { kind: Kind.NAME, value: '__typename' },
  };
  return visit(view.mapDocument(document), {
    [Kind.SELECTION_SET]: {
      leave: (node: SelectionSetNode) => ({ ...node, selections: [...node.selections, typename] }),
    },
  });
}

/**
 * @param conditions the values of the operation's Boolean variables.
 * @returns the response, and how often something hidden was in it.
 */
export function expectedOfView(
  view: View,
  operation: Operation,
  conditions: Readonly<Record<string, unknown>>,
  graph: Result,
): { result: Result; hidden: number } {
  const expecting = new Expecting(view, operation, conditions);
  const data = graph.data ? expecting.root(graph.data) : graph.data;
  const errors = [
    ...(graph.errors ?? []).filter(({ path = [] }) => !expecting.silent.some((above) => startsWith(path, above))),
    ...expecting.errors,
  ];
  const result = { data, ...(errors.length > 0 && { errors }) } as Result;
  return { result, hidden: expecting.silent.length + expecting.errors.length };
}

class Lost extends Error {}

class Expecting {
  readonly errors: { message: string; path: Path }[] = [];
  /** Places of which the client's view has nothing. */
  readonly silent: Path[] = [];
  readonly #view: View;
  readonly #operation: OperationDefinitionNode;
  readonly #fragments: Map<string, FragmentDefinitionNode>;
  readonly #conditions: Readonly<Record<string, unknown>>;

  constructor(view: View, { document }: Operation, conditions: Readonly<Record<string, unknown>>) {
    this.#view = view;
    this.#conditions = conditions;
    this.#operation = document.definitions[0] as OperationDefinitionNode;
    const fragments = document.definitions.filter((each) => each.kind === Kind.FRAGMENT_DEFINITION);
    this.#fragments = new Map(fragments.map((fragment) => [fragment.name.value, fragment]));
  }

  root(data: Record<string, unknown>): Record<string, unknown> | null {
    const type = this.#view.schema.getRootType(this.#operation.operation) as GraphQLObjectType;
    try {
      return this.#object(type, data, [this.#operation.selectionSet], []);
    } catch (error) {
      if (error instanceof Lost) return null;
      throw error;
    }
  }

  /** @throws Lost for a null that is not allowed; all siblings are looked at all the same. */
  #object(
    type: GraphQLObjectType,
    object: Record<string, unknown>,
    sets: readonly SelectionSetNode[],
    path: Path,
  ): Record<string, unknown> {
    const fields = new Map<string, FieldNode[]>();
    for (const set of sets) this.#collect(type, set, fields);
    const found = [...fields].map(([key, nodes]) => {
      const [{ name }] = nodes as [FieldNode];
      if (name.value === '__typename') return [key, () => type.name] as const;
      const definition = type.getFields()[name.value];
      const below = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
      return [
        key,
        () => this.#value(definition?.type as GraphQLOutputType, object[key], below, [...path, key]),
      ] as const;
    });
    return Object.fromEntries(
      this.#all(
        found.map(
          ([key, make]) =>
            () =>
              [key, make()] as const,
        ),
      ),
    );
  }

  #all<Value>(makers: readonly (() => Value)[]): Value[] {
    let lost: Lost | undefined;
    const values = makers.flatMap((make) => {
      try {
        return [make()];
      } catch (error) {
        if (!(error instanceof Lost)) throw error;
        lost = error;
        return [];
      }
    });
    if (lost) throw lost;
    return values;
  }

  #value(type: GraphQLOutputType, value: unknown, sets: readonly SelectionSetNode[], path: Path): unknown {
    if (!isNonNullType(type)) {
      try {
        return this.#present(type, value, sets, path, false);
      } catch (error) {
        if (error instanceof Lost) return null;
        throw error;
      }
    }
    const present = this.#present(type.ofType, value, sets, path, true);
    if (present === null) throw new Lost();
    return present;
  }

  #present(
    type: GraphQLOutputType,
    value: unknown,
    sets: readonly SelectionSetNode[],
    path: Path,
    nonNull: boolean,
  ): unknown {
    if (value === null || value === undefined) return null;
    if (isListType(type)) {
      const items = value as unknown[];
      return this.#all(items.map((item, index) => () => this.#value(type.ofType, item, sets, [...path, index])));
    }
    if (isEnumType(type)) {
      const graphName = this.#view.graphCoordinate(type.name) as string;
      if (!this.#view.hiddenEnumValues.get(graphName)?.has(String(value))) {
        return this.#view.viewCoordinate(`${graphName}.${value}`)?.split('.')[1] ?? value;
      }
      this.errors.push({ message: 'hidden value', path });
      return null;
    }
    if (!isObjectType(type) && !isAbstractType(type)) return value;
    const object = value as Record<string, unknown>;
    const name = isObjectType(type) ? type.name : this.#view.typeName(String(object[oracleKey]));
    if (name !== null) return this.#object(this.#view.schema.getType(name) as GraphQLObjectType, object, sets, path);
    this.silent.push(path);
    if (nonNull) this.errors.push({ message: 'hidden object', path });
    return null;
  }

  #collect(
    type: GraphQLObjectType,
    set: SelectionSetNode,
    fields: Map<string, FieldNode[]>,
    visited = new Set<string>(),
  ): void {
    for (const selection of set.selections) {
      const skipped = (selection.directives ?? []).some(({ name, arguments: [condition] = [] }) => {
        const value =
          condition?.value.kind === Kind.VARIABLE
            ? this.#conditions[condition.value.name.value]
            : condition?.value.kind === Kind.BOOLEAN && condition.value.value;
        return name.value === 'skip' ? value === true : name.value === 'include' && value !== true;
      });
      if (skipped) continue;
      if (selection.kind === Kind.FIELD) {
        const key = (selection.alias ?? selection.name).value;
        fields.set(key, [...(fields.get(key) ?? []), selection]);
        continue;
      }
      const fragment = selection.kind === Kind.INLINE_FRAGMENT ? selection : this.#fragments.get(selection.name.value);
      const condition = fragment?.typeCondition && this.#view.schema.getType(fragment.typeCondition.name.value);
      const applies =
        !condition ||
        condition === type ||
        (isAbstractType(condition) && this.#view.schema.getPossibleTypes(condition).includes(type));
      if (!fragment || !applies) continue;
      if (selection.kind === Kind.FRAGMENT_SPREAD && visited.has(selection.name.value)) continue;
      if (selection.kind === Kind.FRAGMENT_SPREAD) visited.add(selection.name.value);
      this.#collect(type, fragment.selectionSet, fields, visited);
    }
  }
}

function startsWith(path: GraphQLError['path'] | Path, above: Path): boolean {
  return path !== undefined && above.every((key, index) => path[index] === key) && path.length > above.length;
}
