// Load graph: the graph with a root type of its own, from which entities are selected by their ids. The objects come
// from a subgraph in the gateway that serves nothing but keys: all their fields are entity fetches, planned as any
// others.
import type { SubschemaConfig } from '@graphql-tools/delegate';
import {
  type GraphQLFieldConfigMap,
  GraphQLList,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  getNamedType,
  isLeafType,
  isObjectType,
  Kind,
  type SelectionSetNode,
} from 'graphql';
import { type GraphModel, keySubgraph } from '../planner/model.ts';

export interface LoadGraph {
  schema: GraphQLSchema;
  subschemas: readonly SubschemaConfig[];
  /** By the name of each type that can be loaded, the type of its id. */
  idTypes: ReadonlyMap<string, string>;
}

/** @param subschemas of the graph that `model` describes. */
export function createLoadGraph(model: GraphModel, subschemas: readonly SubschemaConfig[]): LoadGraph {
  const { schema } = model;
  const rootName = freeName(schema);
  const idTypes = new Map<string, string>();
  const entities: GraphQLFieldConfigMap<unknown, unknown> = {};
  const keys: GraphQLFieldConfigMap<unknown, unknown> = {};
  for (const type of Object.values(schema.getTypeMap())) {
    const id = isObjectType(type) ? keyField(model, type) : undefined;
    if (!isObjectType(type) || !id) continue;
    const idType = getNamedType(id.type);
    if (!isLeafType(idType)) continue;
    idTypes.set(type.name, idType.name);
    const args = { ids: { type: new GraphQLNonNull(new GraphQLList(new GraphQLNonNull(idType))) } };
    const key = new GraphQLObjectType({
      name: type.name,
      fields: { [id.name]: { type: new GraphQLNonNull(idType) } },
    });
    entities[type.name] = { type: new GraphQLList(type), args };
    keys[type.name] = {
      type: new GraphQLList(key),
      args,
      resolve: (_source, { ids }: { ids?: unknown[] }) => ids?.map((each) => ({ [id.name]: each })),
    };
  }
  if (idTypes.size === 0) return { schema, subschemas, idTypes };
  const { types, ...config } = schema.toConfig();
  const query = new GraphQLObjectType({ name: rootName, fields: entities });
  const keySchema = new GraphQLSchema({ query: new GraphQLObjectType({ name: rootName, fields: keys }) });
  return {
    schema: new GraphQLSchema({ ...config, query, types: [...types] }),
    subschemas: [...subschemas, { name: keySubgraph, schema: keySchema }],
    idTypes,
  };
}

/** The field that alone is the key of an entity resolver: the type's id, if there is such a key. */
function keyField(model: GraphModel, type: GraphQLObjectType) {
  const names = [...model.subgraphs.keys()].flatMap((subgraph) => {
    const entityResolvers = model.entityResolvers(subgraph, type.name);
    return typeof entityResolvers === 'string' ? [] : entityResolvers.flatMap(({ key }) => onlyField(key) ?? []);
  });
  const name = names.includes('id') ? 'id' : names[0];
  return name === undefined ? undefined : type.getFields()[name];
}

function onlyField({ selections }: SelectionSetNode): string | undefined {
  const [only, ...more] = selections.filter((node) => node.kind === Kind.FIELD && node.name.value !== '__typename');
  return only?.kind === Kind.FIELD && more.length === 0 && !only.selectionSet ? only.name.value : undefined;
}

function freeName(schema: GraphQLSchema): string {
  let name = '_Load';
  while (schema.getType(name)) name += '_';
  return name;
}
