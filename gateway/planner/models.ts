// Models of graphs: each graph has one, which its views share, so that keys and paths are found once.
import type { SubschemaConfig } from '@graphql-tools/delegate';
import type { GraphQLSchema } from 'graphql';
import type { SubgraphParts } from '../compose/graph.ts';
import { GraphModel } from './model.ts';

interface ModelledGraph {
  schema: GraphQLSchema;
  subschemas: readonly SubschemaConfig[];
  parts?: SubgraphParts;
}

const models = new WeakMap<readonly SubschemaConfig[], GraphModel>();

/** The graph's model; made where there is none. */
export function modelOf({ schema, subschemas, parts }: ModelledGraph): GraphModel {
  let model = models.get(subschemas);
  if (model?.schema !== schema) {
    model = new GraphModel(schema, subschemas, parts);
    models.set(subschemas, model);
  }
  return model;
}
