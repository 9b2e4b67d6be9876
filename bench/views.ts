// What a client's view costs an operation that is planned: the large query through a view that calls everything otherwise,
// beside the same query on the graph, in one process, in turns. `npm run bench:views` takes about a quarter of a minute, prints
// one line for each round and writes nothing. Exit code 1 where the view costs more than 2 %.
//
// Subgraphs answer from memory, without a network: what is measured is the engine alone, where a view would be to be felt.

import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import {
  execute,
  type FieldNode,
  type GraphQLSchema,
  isObjectType,
  Kind,
  parse,
  print,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { checkClient } from '../gateway/client-views/load-clients.ts';
import { buildView, type View } from '../gateway/client-views/view.ts';
import { composeSupergraph, readSupergraph } from '../gateway/compose/supergraph.ts';
import { Engine } from '../gateway/engine/engine.ts';
import type { PreparedOperation } from '../gateway/engine/prepared-operation.ts';
import type { RemoteClient } from '../gateway/execute/target.ts';
import { Cancellation } from '../gateway/transport/cancellation.ts';
import { parseResponse } from '../gateway/transport/subgraph-client.ts';
import { executeOperation } from '../test/harness/execute-operation.ts';
import { subgraphs } from './subgraphs/graph.ts';

/** The view may cost so many times what the graph costs. */
const bar = 1.02;

const { values } = parseArgs({
  options: {
    /** Seconds of one round, for each of the two. */
    duration: { type: 'string', default: '0.4' },
    rounds: { type: 'string', default: '15' },
  },
});

const supergraph = readFileSync(new URL('./supergraph.graphql', import.meta.url), 'utf8');
const graph = composeSupergraph(readSupergraph(supergraph, 'bench/supergraph.graphql'), () => () => {
  throw new Error('Stock execution is not measured here.');
});
const view = buildView(graph, checkClient({ rename: renamesOf(graph.schema) }), 'view');
const query = print(parse(readFileSync(new URL('./queries/large.graphql', import.meta.url), 'utf8')));
const clients = new Map(subgraphs.map((subgraph) => [subgraph.name, remembering(subgraph)]));

const onGraph = caller(null, query);
const throughView = caller(view, inViewNames(query));
const [plain, renamed] = [await onGraph(), await throughView()];
if (plain.length !== renamed.length || plain === renamed) throw new Error('The two do not answer the same.');

const ratios: number[] = [];
for (const send of [onGraph, throughView, onGraph, throughView]) await timed(send);
for (let round = 1; round <= Number(values.rounds); round += 1) {
  // The first of a pair may find the machine in another state than the second: they take turns.
  const first = round % 2 === 0 ? onGraph : throughView;
  const one = await timed(first);
  const other = await timed(first === onGraph ? throughView : onGraph);
  const [graphTime, viewTime] = first === onGraph ? [one, other] : [other, one];
  ratios.push(viewTime / graphTime);
  console.log(`round ${round}: graph ${graphTime.toFixed(0)} µs, view ${viewTime.toFixed(0)} µs`);
}
const ratio = ratios.sort((one, other) => one - other)[Math.floor(ratios.length / 2)] ?? Number.NaN;
console.log(
  `\nThrough the view an operation takes ${ratio.toFixed(3)} times what it takes on the graph; the bar is ${bar}.`,
);
if (!(ratio <= bar)) process.exitCode = 1;

/** Other names for all types and fields, as long as those of the graph, so that answers are. */
function renamesOf(schema: GraphQLSchema): { types: Record<string, string>; fields: Record<string, string> } {
  const types: Record<string, string> = {};
  const fields: Record<string, string> = {};
  const other = (name: string) => `${name.slice(0, -1)}_`;
  for (const type of Object.values(schema.getTypeMap())) {
    if (!isObjectType(type) || type.name.startsWith('__')) continue;
    if (type !== schema.getQueryType()) types[type.name] = other(type.name);
    for (const name of Object.keys(type.getFields())) fields[`${type.name}.${name}`] = other(name);
  }
  return { types, fields };
}

function inViewNames(text: string): string {
  const types = new TypeInfo(graph.schema);
  const leave = (node: FieldNode) => {
    const shown = view.fieldName(String(types.getParentType()), node.name.value);
    return shown === null ? undefined : { ...node, name: { kind: Kind.NAME, value: shown.split('.')[1] ?? '' } };
  };
  const named = visit(parse(text), visitWithTypeInfo(types, { [Kind.FIELD]: { leave } }));
  return print(
    visit(named, {
      [Kind.NAMED_TYPE]: ({ name }) => ({
        kind: Kind.NAMED_TYPE,
        name: { kind: Kind.NAME, value: view.typeName(name.value) ?? name.value },
      }),
    }),
  );
}

/** A subgraph that executes a request once, and then has its answer parsed anew each time. */
function remembering({ name, schema }: (typeof subgraphs)[number]): RemoteClient {
  const known = new Map<string, string>();
  return {
    name,
    subscribe: () => Promise.reject(new Error('Subscriptions are not measured here.')),
    execute(body, _scope, done, hasCustomScalars) {
      const response = known.get(body);
      if (response !== undefined) {
        setImmediate(() => done(null, parseResponse(response, hasCustomScalars) ?? null));
        return;
      }
      const { query: source, variables } = JSON.parse(body);
      Promise.resolve(execute({ schema, document: parse(source), variableValues: variables })).then((result) => {
        known.set(body, JSON.stringify(result));
        done(null, parseResponse(known.get(body) as string) ?? null);
      });
    },
  };
}

/** Asks once; resolves with the answer's text. */
function caller(through: View | null, text: string): () => Promise<string> {
  const engine = new Engine({
    schema: graph.schema,
    subschemas: graph.subschemas,
    ...(graph.external && { external: graph.external }),
    clients,
    view: through,
    errorMode: 'coded',
    maxDocuments: 10,
    maxDocumentBytes: 100_000_000,
    mask: (error) => {
      throw error;
    },
    onSubgraphErrors() {},
    onUnplanned(_operation, reason) {
      throw new Error(`It is not planned: ${reason}`);
    },
  });
  const document = engine.documents.get(text);
  if (document.errors) throw new Error(document.errors.join('\n'));
  const operation = document.operation(null) as PreparedOperation;
  return async () => {
    const scope = { requestId: 'bench', cancellation: new Cancellation(), calls: [] };
    const { response } = await executeOperation(engine, operation, {}, scope);
    if (response.errors || !('stringify' in response)) throw new Error(JSON.stringify(response.errors));
    return response.stringify();
  };
}

/** Microseconds of processor time that one operation takes. */
async function timed(send: () => Promise<string>): Promise<number> {
  const end = performance.now() + 1000 * Number(values.duration);
  const before = process.cpuUsage();
  let requested = 0;
  for (; performance.now() < end; requested += 1) await send();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / requested;
}
