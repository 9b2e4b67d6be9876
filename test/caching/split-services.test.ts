// A service whose types have conflicting requirements is composed as several subgraphs, with one policy of forwarding
// for all.
import { expect, test } from 'vitest';
import { composeGraph } from '../../gateway/compose/graph.ts';
import { Engine } from '../../gateway/engine/engine.ts';

test('the subgraphs of a service have the name that the configuration has for it', () => {
  const part = (sdl: string) => ({ name: 'catalog', sdl });
  const graph = composeGraph([part('type Query { one: Int }'), part('type Query { other: Int }')]);
  const engine = new Engine({
    schema: graph.schema,
    subschemas: graph.subschemas,
    clients: new Map(),
    errorMode: 'none',
    maxDocuments: 10,
    maxDocumentBytes: 1_000_000,
    mask: (error) => error as never,
    onSubgraphErrors() {},
    onUnplanned() {},
  });
  const operation = engine.documents.get('{ one other }').operation(undefined)!;
  const compiled = operation.planFor({});
  if ('unsupported' in compiled) throw new Error(compiled.unsupported);
  const names = compiled.plan.fetches.map(({ subgraph }) => subgraph);
  expect(names).toEqual(['catalog', 'catalog#2']);
  expect(names.map((name) => engine.serviceOf(name))).toEqual(['catalog', 'catalog']);
});
