// Stock execution answers in the graph's words. For a client with a view, an answer is completed once more, by the client's
// own document and schema: names of types become its own, and what it does not have becomes null. What is planned needs none
// of this: there the view is in the plan.
import type { ExecutionResult } from '@graphql-tools/utils';
import {
  type DocumentNode,
  executeSync,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getOperationAST,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import type { ClientView } from './client-view.ts';
import { type CollectContext, type CollectedField, collectFields } from './collect-fields.ts';
import { unusedKey } from './strip-denied.ts';

type Key = string | number;
type Path = { parent: Path; key: Key } | undefined;

/** Stands for a null that its place does not allow. */
const carriedUp = Symbol('a null that is not allowed here');

/** An operation as stock execution gets it. */
export interface ForStock {
  /** In the graph's words; objects say their type wherever several may stand. */
  document: DocumentNode;
  operation: OperationDefinitionNode;
  keys: StockKeys;
}

/**
 * Response keys of such an operation. Aliases are not the client's own: stock execution takes one that is the name of another
 * field for that field, such as `id`, and a view has an alias wherever it calls something otherwise.
 */
export class StockKeys {
  /** Where objects say their types. */
  readonly typename: string;
  readonly #prefix: string;

  constructor(typename: string) {
    this.typename = typename;
    this.#prefix = `${typename}_`;
  }

  /** @param field what is asked under the client's key. */
  stock(key: string, field: string): string {
    return key === field ? key : `${this.#prefix}${key}`;
  }

  /** As the client wrote it. */
  readonly written = (key: string): string => (key.startsWith(this.#prefix) ? key.slice(this.#prefix.length) : key);
}

/** What the client asked, in its own words. */
export interface Written {
  document: DocumentNode;
  operation: OperationDefinitionNode;
  /** As the operation declares them, coerced. */
  variables: Readonly<Record<string, unknown>>;
}

/** Lets objects say their types. @param schema the graph. */
export function forStock(schema: GraphQLSchema, document: DocumentNode, name: string | undefined): ForStock {
  const keys = new StockKeys(unusedKey(document));
  const typename = {
    kind: Kind.FIELD,
    alias: { kind: Kind.NAME, value: keys.typename },
    name: { kind: Kind.NAME, value: '__typename' },
  } as const;
  const types = new TypeInfo(schema);
  const typed: DocumentNode = visit(
    document,
    visitWithTypeInfo(types, {
      [Kind.FIELD]: {
        leave: ({ alias, ...field }: FieldNode) =>
          alias && alias.value !== field.name.value
            ? { ...field, alias: { ...alias, value: keys.stock(alias.value, field.name.value) } }
            : undefined,
      },
      [Kind.SELECTION_SET]: {
        leave: (node: SelectionSetNode) =>
          isAbstractType(types.getParentType()) ? { ...node, selections: [typename, ...node.selections] } : undefined,
      },
    }),
  );
  return { document: typed, operation: getOperationAST(typed, name) as OperationDefinitionNode, keys };
}

/** @param result of the operation that `forStock` has made, in the graph's words. */
export function inClientsWords(
  view: ClientView,
  written: Written,
  keys: StockKeys,
  result: ExecutionResult,
): ExecutionResult {
  const root = view.schema.getRootType(written.operation.operation);
  const said = (result.errors ?? []).map((error) => at(withoutGraphNames(error), keys));
  if (!result.data || !root) return { ...result, ...(said.length > 0 && { errors: said }) };
  const translation = new Translation(view, written, keys);
  const data = translation.root(root, result.data);
  const errors = [...said, ...translation.errors];
  return { ...result, data, ...(errors.length > 0 && { errors }) };
}

/** What GraphQL.js says of values that do not fit: in the names of the schema that it executes. */
const namesTypes =
  /^(Enum "|Abstract type "|Runtime Object type "|Expected Iterable|Expected value of type|Cannot return null for)/;

/** An error that GraphQL.js itself made while it executed the graph, or one of its sources, for a client with a view. */
export function withoutGraphNames(error: GraphQLError): GraphQLError {
  const { path, extensions, originalError } = error;
  // What no GraphQL error caused is unexpected: nothing of it will be shown, and the log wants it as it is.
  if (originalError && !(originalError instanceof GraphQLError)) return error;
  if (extensions.code !== undefined || !namesTypes.test(error.message)) return error;
  return new GraphQLError('The value cannot be represented here.', {
    path,
    extensions: { ...extensions, code: 'SUBGRAPH_BAD_RESPONSE' },
  });
}

/** The error at its place in the client's answer. */
function at(error: GraphQLError, { written }: StockKeys): GraphQLError {
  const { message, nodes, path, extensions, originalError } = error;
  if (!path?.some((key) => typeof key === 'string' && written(key) !== key)) return error;
  const own = path.map((key) => (typeof key === 'string' ? written(key) : key));
  return new GraphQLError(message, { nodes, path: own, extensions, originalError });
}

class Translation {
  readonly errors: GraphQLError[] = [];
  readonly #view: ClientView;
  readonly #written: Written;
  readonly #keys: StockKeys;
  readonly #collect: CollectContext;
  /** Values of enums that the client does not have, by the client's name of the enum. */
  readonly #hidden = new Map<string, ReadonlySet<string>>();

  constructor(view: ClientView, written: Written, keys: StockKeys) {
    this.#view = view;
    this.#written = written;
    this.#keys = keys;
    const fragments = new Map<string, FragmentDefinitionNode>();
    for (const definition of written.document.definitions) {
      if (definition.kind === Kind.FRAGMENT_DEFINITION) fragments.set(definition.name.value, definition);
    }
    const conditions = Object.fromEntries(
      Object.entries(written.variables).map(([name, value]) => [name, value === true]),
    );
    this.#collect = { schema: view.schema, fragments, conditions };
    for (const [name, values] of view.hiddenEnumValues) this.#hidden.set(view.typeName(name) ?? name, values);
  }

  root(type: GraphQLObjectType, data: Record<string, unknown>): Record<string, unknown> | null {
    const { selectionSet } = this.#written.operation;
    const object = this.#object(type, data, [selectionSet], undefined);
    return object === carriedUp ? null : object;
  }

  #object(
    type: GraphQLObjectType,
    object: Record<string, unknown>,
    selectionSets: readonly SelectionSetNode[],
    path: Path,
  ): Record<string, unknown> | typeof carriedUp {
    // No prototype: a client may call a field `__proto__`.
    const translated: Record<string, unknown> = Object.create(null);
    let lost = false;
    for (const field of collectFields(this.#collect, type, selectionSets)) {
      const value = this.#field(type, field, object, path);
      if (value === carriedUp) lost = true;
      else if (value !== undefined) translated[field.key] = value;
    }
    return lost ? carriedUp : translated;
  }

  /** Undefined where the answer has nothing of the field. */
  #field(type: GraphQLObjectType, field: CollectedField, object: Record<string, unknown>, path: Path): unknown {
    const { key, name, nodes } = field;
    const value = object[this.#keys.stock(key, this.#graphField(type, name))];
    if (value === undefined) return undefined;
    if (name === '__typename') return type.name;
    if (name === '__schema' || name === '__type') return this.#introspected(field);
    const definition = type.getFields()[name];
    if (!definition) return undefined;
    const below = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
    const coordinate = `${type.name}.${name}`;
    return this.#value(definition.type, value, below, { parent: path, key }, coordinate);
  }

  /** What the graph calls a field. */
  #graphField(type: GraphQLObjectType, name: string): string {
    return this.#view.graphCoordinate(`${type.name}.${name}`)?.split('.')[1] ?? name;
  }

  /** The graph has answered for itself; the client is shown what it sees. */
  #introspected({ key, nodes }: CollectedField): unknown {
    const { document, operation, variables } = this.#written;
    const alone = { ...operation, selectionSet: { kind: Kind.SELECTION_SET, selections: nodes } } as const;
    const definitions = document.definitions.map((definition) => (definition === operation ? alone : definition));
    const { data } = executeSync({
      schema: this.#view.schema,
      document: { ...document, definitions },
      variableValues: variables,
      operationName: operation.name?.value,
    });
    return data?.[key] ?? null;
  }

  #value(
    type: GraphQLOutputType,
    value: unknown,
    selectionSets: readonly SelectionSetNode[],
    path: Path,
    coordinate: string,
  ): unknown {
    const nonNull = isNonNullType(type);
    const nullable = isNonNullType(type) ? type.ofType : type;
    const nothing = (message: string) => {
      this.#report(message, path);
      return nonNull ? carriedUp : null;
    };
    // What the graph has carried up is where it belongs: the client's types are as strict as the graph's.
    if (value === null || value === undefined) return null;
    if (isListType(nullable)) {
      if (!Array.isArray(value)) return value;
      const items = value.map((item, index) =>
        this.#value(nullable.ofType, item, selectionSets, { parent: path, key: index }, coordinate),
      );
      if (!items.includes(carriedUp)) return items;
      return nonNull ? carriedUp : null;
    }
    if (isEnumType(nullable) && this.#hidden.get(nullable.name)?.has(String(value))) {
      return nothing(`Enum "${nullable.name}" cannot represent this value (${coordinate}).`);
    }
    if (!isCompositeType(nullable)) return value;
    const object = value as Record<string, unknown>;
    const own = isObjectType(nullable) ? nullable : this.#typeOf(object);
    if (!own) return nonNull ? nothing(`Cannot return null for non-nullable field ${coordinate}.`) : null;
    const translated = this.#object(own, object, selectionSets, path);
    return translated === carriedUp && !nonNull ? null : translated;
  }

  /** The client's type of an object that stands where others may; undefined where the client does not have it. */
  #typeOf(object: Record<string, unknown>): GraphQLObjectType | undefined {
    const graphName = String(object[this.#keys.typename]);
    const name = this.#view.hiddenTypes.has(graphName) ? null : this.#view.typeName(graphName);
    const type = name === null ? undefined : this.#view.schema.getType(name);
    return isObjectType(type) ? type : undefined;
  }

  #report(message: string, path: Path): void {
    const keys: Key[] = [];
    for (let step = path; step; step = step.parent) keys.unshift(step.key);
    this.errors.push(new GraphQLError(message, { path: keys, extensions: { code: 'VALUE_NOT_IN_VIEW' } }));
  }
}
