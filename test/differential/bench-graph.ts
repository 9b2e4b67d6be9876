// The bench graph: an Apollo Federation supergraph of four subgraphs.
import { readFileSync } from 'node:fs';
import { defaultFieldResolver, execute, isObjectType, parse } from 'graphql';
import { subgraphs } from '../../bench/subgraphs/graph.ts';
import { wholeSchema } from '../../bench/subgraphs/single-schema.ts';
import { composeSupergraph, readSupergraph } from '../../gateway/compose/supergraph.ts';
import { GraphUnderTest } from './graph-under-test.ts';

export function benchGraph(): GraphUnderTest {
  const file = new URL('../../bench/supergraph.graphql', import.meta.url);
  const supergraph = readSupergraph(readFileSync(file, 'utf8'), 'bench/supergraph.graphql');
  const graph: GraphUnderTest = new GraphUnderTest({
    name: 'bench',
    compose: () => composeSupergraph(supergraph),
    subgraphs: subgraphs.map(({ name, schema }) => ({
      name,
      schema,
      response: ({ text, variables }) => execute({ schema, document: parse(text), variableValues: variables }),
    })),
    knownValues: (name, _type, random) => {
      if (name === 'id') return random.pick(['1', '2', '6', 'nobody']);
      return name === 'first' ? random.between(0, 9) : undefined;
    },
    mutations: 0,
    stitchingSupports: () => false,
    reference: async ({ document, variables, operationName }) =>
      execute({
        schema: graph.graph.schema,
        document,
        variableValues: variables,
        operationName,
        fieldResolver(source, args, context, info) {
          const type = wholeSchema.getType(info.parentType.name);
          const field = isObjectType(type) ? type.getFields()[info.fieldName] : undefined;
          return (field?.resolve ?? defaultFieldResolver)(source, args, context, info);
        },
      }),
  });
  return graph;
}
