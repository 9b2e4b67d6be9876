// Cost of a client's view for an operation that is planned: the large query through a view that renames everything,
// beside the same query on the graph, in one process, in turns. `npm run bench:views` takes about a quarter of a minute, prints
// one line for each round and writes nothing. Exit code 1 where the view costs more than 2 %.
//
// Subgraphs respond from memory, without a network: the engine alone is measured, where a view would show.

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
import type { PreparedOperation } from '../gateway/engine/prepared-operation.ts';
import type { RemoteClient } from '../gateway/execute/target.ts';
import { Cancellation } from '../gateway/transport/cancellation.ts';
import { parseResponse } from '../gateway/transport/subgraph-client.ts';
import { executeOperation } from '../test/harness/execute-operation.ts';
import { measuredEngine } from './measured-engine.ts';
import { compareInTurns } from './run/in-turns.ts';
import { subgraphs } from './subgraphs/graph.ts';

/** The view may cost so many times what the graph costs. */
const threshold = 1.02;

const { values } = parseArgs({
  options: {
    /** Seconds of one round, for each of the two. */
    duration: { type: 'string', default: '0.4' },
    rounds: { type: 'string', default: '15' },
  },
});

const supergraph = readFileSync(new URL('./supergraph.graphql', import.meta.url), 'utf8');
const graph = composeSupergraph(readSupergraph(supergraph, 'bench/supergraph.graphql'));
const view = buildView(graph, checkClient({ rename: renamesOf(graph.schema) }), 'view');
const query = print(parse(readFileSync(new URL('./queries/large.graphql', import.meta.url), 'utf8')));
const clients = new Map(subgraphs.map((subgraph) => [subgraph.name, remembering(subgraph)]));

const onGraph = caller(null, query);
const throughView = caller(view, inViewNames(query));
const [plain, renamed] = [await onGraph(), await throughView()];
if (plain.length !== renamed.length || plain === renamed) throw new Error('The two responses are not the same.');

const { ratio } = await compareInTurns(throughView, onGraph, {
  rounds: Number(values.rounds),
  duration: Number(values.duration),
  onRound(round, [viewTime, graphTime]) {
    console.log(`round ${round}: graph ${graphTime.toFixed(0)} µs, view ${viewTime.toFixed(0)} µs`);
  },
});
console.log(
  `\nThrough the view an operation takes ${ratio.toFixed(3)} times what it takes on the graph; the threshold is ${threshold}.`,
);
if (!(ratio <= threshold)) process.exitCode = 1;

/** Other names for all types and fields, as long as those of the graph, so that responses are. */
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

/** A subgraph that executes a request once, and then has its response parsed anew each time. */
function remembering({ name, schema }: (typeof subgraphs)[number]): RemoteClient {
  const stored = new Map<string, string>();
  return {
    name,
    subscribe: () => Promise.reject(new Error('Subscriptions are not measured here.')),
    execute(body, _scope, done, profile) {
      const response = stored.get(body);
      if (response !== undefined) {
        setImmediate(() => done(null, parseResponse(response, profile?.hasCustomScalars) ?? null));
        return;
      }
      const { query: source, variables } = JSON.parse(body);
      Promise.resolve(execute({ schema, document: parse(source), variableValues: variables })).then((result) => {
        stored.set(body, JSON.stringify(result));
        done(null, parseResponse(stored.get(body) as string) ?? null);
      });
    },
  };
}

/** Sends one request; resolves with the response's text. */
function caller(through: View | null, text: string): () => Promise<string> {
  const engine = measuredEngine({
    schema: graph.schema,
    subschemas: graph.subschemas,
    ...(graph.parts && { parts: graph.parts }),
    clients,
    view: through,
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
