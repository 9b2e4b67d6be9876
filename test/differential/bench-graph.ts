// The bench graph: an Apollo Federation supergraph of four subgraphs.
import { readFileSync } from 'node:fs';
import { execute, parse } from 'graphql';
import { subgraphs } from '../../bench/subgraphs/graph.ts';
import { composeSupergraph, readSupergraph } from '../../gateway/compose/supergraph.ts';
import { GraphUnderTest } from './graph-under-test.ts';

export function benchGraph(): GraphUnderTest {
  const file = new URL('../../bench/supergraph.graphql', import.meta.url);
  const supergraph = readSupergraph(readFileSync(file, 'utf8'), 'bench/supergraph.graphql');
  return new GraphUnderTest({
    name: 'bench',
    compose: (executorOf) => composeSupergraph(supergraph, executorOf),
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
  });
}
