// Subgraphs made of tables: rows by type, from which a subgraph resolves its entities and the references between them.
import type { IResolvers } from '@graphql-tools/utils';
import { type DocumentNode, Kind, parse, type SelectionSetNode, type TypeNode } from 'graphql';
import type { FederatedService, Representation } from '../federated-services.ts';
import { link } from '../served-federation.ts';

export type Row = Record<string, unknown>;

export interface TableService {
  /** Without the `@link` of Federation 2, which is added where the case is not one of Federation 1. */
  sdl: string;
  /**
   * By type: its objects. A representation finds the row that has its key, and a reference in another row (an object
   * with the fields of a key) gets the other fields of its row. Entities without a table are their representations.
   */
  rows?: Record<string, readonly Row[]>;
  /** By field of `Query` or `Mutation`: its value, or a function of its arguments. */
  roots?: Record<string, unknown>;
  /** By type and field: functions of the object and the arguments. Unlike rows, they see inputs of `@requires`. */
  fields?: Record<string, Record<string, (object: never, args: never) => unknown>>;
  /** By type: in place of the rows. */
  entities?: FederatedService['entities'];
}

/** The service that a table describes. */
export function federatedService(table: TableService, isFederationOne = false): FederatedService {
  const document = parse(table.sdl);
  const keys = keysIn(document);
  const rows = new Map(Object.entries(table.rows ?? {}));
  const rowOf = (type: string, object: Row): Row | null | undefined => {
    const candidates = rows.get(type);
    if (!candidates) return undefined;
    const usable = (keys.get(type) ?? []).filter((key) => isComplete(key, object));
    return candidates.find((row) => usable.some((key) => picked(key, row) === picked(key, object))) ?? null;
  };
  /** A value with the rows of the objects that it refers to. */
  const complete = async (type: string, given: unknown): Promise<unknown> => {
    const value = await given;
    if (Array.isArray(value)) return value.map((item) => complete(type, item));
    if (typeof value !== 'object' || value === null || value instanceof Error) return value;
    const own = String((value as Row).__typename ?? type);
    return { ...(rowOf(own, value as Row) ?? rowOf(type, value as Row)), ...value };
  };
  const resolvers: Record<string, Record<string, unknown>> = {};
  for (const { type, field, returns } of fieldsIn(document)) {
    const isRoot = type === 'Query' || type === 'Mutation';
    const computed = table.fields?.[type]?.[field];
    const ofType = resolvers[type] ?? {};
    resolvers[type] = ofType;
    ofType[field] = (object: Row | undefined, args: object) => {
      if (computed) return complete(returns, computed(object as never, args as never));
      const value = isRoot ? table.roots?.[field] : object?.[field];
      return complete(returns, typeof value === 'function' ? value(args) : value);
    };
  }
  const entities = Object.fromEntries(
    [...keys.keys()].map((type) => [
      type,
      async (representation: Representation) => {
        const row = rowOf(type, representation);
        if (row === null) return null;
        return row ? { ...representation, ...row } : representation;
      },
    ]),
  );
  return {
    sdl: isFederationOne ? table.sdl : `${link}${table.sdl}`,
    resolvers: resolvers as IResolvers,
    entities: { ...entities, ...table.entities },
  };
}

function keysIn(document: DocumentNode): Map<string, SelectionSetNode[]> {
  const keys = new Map<string, SelectionSetNode[]>();
  for (const node of document.definitions) {
    if (!('fields' in node) || !('name' in node) || !node.name) continue;
    for (const { name, arguments: args } of node.directives ?? []) {
      const fields = args?.find((argument) => argument.name.value === 'fields')?.value;
      if (!/(^|__)key$/.test(name.value) || fields?.kind !== Kind.STRING) continue;
      const [operation] = parse(`{ ${fields.value} }`).definitions;
      if (operation?.kind !== Kind.OPERATION_DEFINITION) continue;
      keys.set(node.name.value, [...(keys.get(node.name.value) ?? []), operation.selectionSet]);
    }
  }
  return keys;
}

function fieldsIn(document: DocumentNode): { type: string; field: string; returns: string }[] {
  return document.definitions.flatMap((node) =>
    node.kind === Kind.OBJECT_TYPE_DEFINITION || node.kind === Kind.OBJECT_TYPE_EXTENSION
      ? (node.fields ?? []).map((field) => ({
          type: node.name.value,
          field: field.name.value,
          returns: namedType(field.type),
        }))
      : [],
  );
}

function namedType(type: TypeNode): string {
  return type.kind === Kind.NAMED_TYPE ? type.name.value : namedType(type.type);
}

function isComplete(key: SelectionSetNode, value: unknown): boolean {
  if (Array.isArray(value)) return value.every((item) => isComplete(key, item));
  if (typeof value !== 'object' || value === null) return value === null;
  return key.selections.every((selection) => {
    if (selection.kind !== Kind.FIELD) return false;
    const child = (value as Row)[selection.name.value];
    return child !== undefined && (!selection.selectionSet || isComplete(selection.selectionSet, child));
  });
}

/** The fields of a key, as text: `1` and `"1"` are one id. */
function picked(key: SelectionSetNode, value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((item) => picked(key, item)).join()}]`;
  if (typeof value !== 'object' || value === null) return String(value);
  const texts = key.selections.map((selection) => {
    if (selection.kind !== Kind.FIELD) return '';
    const child = (value as Row)[selection.name.value];
    return selection.selectionSet ? picked(selection.selectionSet, child) : JSON.stringify(String(child));
  });
  return `{${texts.join()}}`;
}
