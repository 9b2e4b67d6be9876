// Oracle for unauthorized fields: takes them out of the response to the whole operation, place by place. Each is null
// with its error, and a null that its type does not allow takes what it stands in with it (specification, section
// 6.4.4).
import {
  type DocumentNode,
  type FormattedExecutionResult,
  type FragmentDefinitionNode,
  type GraphQLFormattedError,
  type GraphQLObjectType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  getOperationAST,
  isAbstractType,
  isListType,
  isNonNullType,
  isObjectType,
  Kind,
  type SelectionSetNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { type CollectContext, collectFields } from '../../gateway/planner/collect-fields.ts';
import type { DeniedField, DeniedFields } from '../../gateway/query-plan/denied-fields.ts';

type Data = Record<string, unknown>;
type Path = readonly (string | number)[];

const typenameKey = 'type__';
const bubbles = Symbol('a null that is not allowed here');

/** The operation with the name of its type in every object that may be of several types. */
export function withTypenames(schema: GraphQLSchema, document: DocumentNode): DocumentNode {
  const types = new TypeInfo(schema);
  const typename = {
    kind: Kind.FIELD,
    alias: { kind: Kind.NAME, value: typenameKey },
    name: { kind: Kind.NAME, value: '__typename' },
  } as const;
  return visit(
    document,
    visitWithTypeInfo(types, {
      [Kind.SELECTION_SET]: {
        leave: (node: SelectionSetNode) =>
          isAbstractType(types.getParentType()) ? { ...node, selections: [typename, ...node.selections] } : undefined,
      },
    }),
  );
}

/** @param result of the operation that `withTypenames` has made of `document`. @param variables coerced. */
export function nullByPath(
  schema: GraphQLSchema,
  document: DocumentNode,
  variables: Readonly<Record<string, unknown>>,
  deniedFields: DeniedFields,
  result: FormattedExecutionResult,
): FormattedExecutionResult {
  const operation = getOperationAST(document);
  const root = operation && schema.getRootType(operation.operation);
  if (!operation || !root) throw new Error('There is not exactly one operation.');
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  }
  const context: CollectContext = { schema, fragments, conditions: variables as Record<string, boolean> };
  const errors: GraphQLFormattedError[] = [];
  const deny = ({ message, extensions }: DeniedField, path: Path, type: GraphQLOutputType) => {
    errors.push({ message, path, extensions: { ...extensions } });
    return isNonNullType(type) ? bubbles : null;
  };

  const objectOf = (type: GraphQLObjectType, data: Data, sets: SelectionSetNode[], path: Path) => {
    // No prototype: a client may call a field `__proto__`.
    const complete: Data = Object.create(null);
    let isLost = false;
    for (const { key, name, nodes } of collectFields(context, type, sets)) {
      const here = [...path, key];
      const definition = type.getFields()[name];
      const keys = here.filter((one) => typeof one === 'string');
      const deniedField = definition && deniedFields.field(`${type.name}.${name}`, keys);
      const below = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
      const value = !definition
        ? data[key]
        : deniedField
          ? deny(deniedField, here, definition.type)
          : valueAt(definition.type, data[key], below, here);
      if (value === bubbles) isLost = true;
      complete[key] = value;
    }
    return isLost ? bubbles : complete;
  };

  const valueAt = (type: GraphQLOutputType, value: unknown, sets: SelectionSetNode[], path: Path): unknown => {
    if (isNonNullType(type)) {
      const inner = valueAt(type.ofType, value, sets, path);
      return inner === null ? bubbles : inner;
    }
    const inner = nullableOf(type, value, sets, path);
    return inner === bubbles ? null : inner;
  };

  const nullableOf = (type: GraphQLOutputType, value: unknown, sets: SelectionSetNode[], path: Path): unknown => {
    if (value === null || value === undefined) return null;
    if (isListType(type)) {
      const items = (value as unknown[]).map((item, index) => valueAt(type.ofType, item, sets, [...path, index]));
      return items.includes(bubbles) ? bubbles : items;
    }
    const named = getNamedType(type);
    if (isObjectType(named)) return objectOf(named, value as Data, sets, path);
    if (!isAbstractType(named)) return value;
    const name = String((value as Data)[typenameKey]);
    const deniedField = deniedFields.type(name);
    if (deniedField) return deny(deniedField, path, type);
    return objectOf(schema.getType(name) as GraphQLObjectType, value as Data, sets, path);
  };

  const data = result.data ? objectOf(root, result.data, [operation.selectionSet], []) : null;
  const isBelowDenied = ({ path = [] }: GraphQLFormattedError) =>
    errors.some((denied) => (denied.path ?? []).every((key, depth) => path[depth] === key));
  return {
    data: data === bubbles ? null : data,
    errors: [...(result.errors ?? []).filter((error) => !isBelowDenied(error)), ...errors],
  };
}
