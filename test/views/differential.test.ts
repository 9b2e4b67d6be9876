// Generated operations on generated views: the engine's response is its response to the same operation on the graph, in
// the view's names and without what the view hides. No error has a name that is not in the view.
import { getVariableValues, type OperationDefinitionNode, print } from 'graphql';
import { afterAll, expect, test } from 'vitest';
import { buildView, type View } from '../../gateway/client-views/view.ts';
import { ComposeError } from '../../gateway/compose/compose-error.ts';
import { elementsOf } from '../../gateway/compose/schema-elements.ts';
import type { Engine } from '../../gateway/engine/engine.ts';
import { randomClient } from '../clients/random-view.ts';
import { differenceBetween } from '../differential/check.ts';
import type { GraphUnderTest, Result } from '../differential/graph-under-test.ts';
import { type GraphName, openGraphUnderTest } from '../differential/graphs.ts';
import { generateOperation, type Operation, operationOf } from '../differential/operations.ts';
import { Random } from '../differential/random.ts';
import type { KnownValues } from '../differential/values.ts';
import { expectedOfView, requestedOfGraph } from './expected-response.ts';

const firstSeed = Number(process.env.DIFFERENTIAL_SEED ?? 20_261_121);
const operationsPerView = 10;
const open: { close(): void }[] = [];

afterAll(() => {
  for (const subject of open) subject.close();
});

/** Words of the gateway's own sentences, which a graph may have for names too. */
const sentences =
  'a its in is not of the this for here field value type list object answer null subgraph possible integer numeric reported';

let hiddenInResponses = 0;

/** Codes of the gateway's own errors about a service. */
const ownCodes = new Set(['SUBGRAPH_BAD_RESPONSE', 'SUBGRAPH_UNAVAILABLE']);

interface Case {
  subject: GraphUnderTest;
  view: View;
  engine: Engine;
  /** Names of the graph that the view has not, for anything. */
  unknown: ReadonlySet<string>;
}

/** The first generated view that is not rejected for hiding what others require. */
function randomView({ graph: { schema } }: GraphUnderTest, random: Random): View {
  const members = new Random(firstSeed);
  for (let attempt = 0; ; attempt += 1) {
    try {
      return buildView({ schema, sources: [] }, randomClient(schema, random, members), 'generated');
    } catch (error) {
      if (!(error instanceof ComposeError) || attempt === 50) throw error;
    }
  }
}

function namesIn(view: View, subject: GraphUnderTest): ReadonlySet<string> {
  const words = (schema: View['schema']) =>
    elementsOf(schema).flatMap(({ coordinate }) => coordinate.match(/[A-Za-z_]\w*/g) ?? []);
  const subgraphs = subject.options.subgraphs.map(({ name }) => name);
  const known = new Set([...words(view.schema), ...subgraphs, ...sentences.split(' ')]);
  return new Set(words(subject.graph.schema).filter((name) => !known.has(name)));
}

/** The graph's arguments and types under the view's names. */
function knownValuesFor(subject: GraphUnderTest, view: View): KnownValues {
  const names = new Map<string, string>();
  for (const { coordinate, argument, member } of elementsOf(view.schema)) {
    const ofGraph = view.graphCoordinate(coordinate);
    if (argument !== undefined) names.set(argument, /\((\w+):/.exec(ofGraph ?? '')?.[1] ?? argument);
    else if (member === undefined && ofGraph) names.set(coordinate, ofGraph);
  }
  return (name, type, random) => subject.options.knownValues(names.get(name) ?? name, names.get(type) ?? type, random);
}

async function check({ subject, view, engine, unknown }: Case, operation: Operation, seed: number): Promise<void> {
  const reported = (what: string) =>
    `${subject.name} ${seed}: ${what}\n${operation.text}\n${print(view.mapDocument(operation.document))}\n${JSON.stringify(operation.variables)}`;
  const reset = () => subject.options.reset?.(seed, operationOf(view.mapDocument(operation.document), {}));
  reset();
  const received = await subject.runEngine(operation, { engine });
  expect(received.faults, reported('requests that are not valid')).toEqual([]);
  expect(received.text, reported('text and data')).toBe(textOf(received.result));
  reset();
  const [definition] = operation.document.definitions;
  const variables =
    view.variablesMapper(definition as OperationDefinitionNode)?.given(operation.variables) ?? operation.variables;
  const mapped = operationOf(requestedOfGraph(view, operation), { ...variables });
  const ofGraph = await subject.runEngine(mapped);
  const { variableDefinitions = [] } = definition as OperationDefinitionNode;
  const { coerced = {} } = getVariableValues(view.schema, variableDefinitions, operation.variables);
  const { result: expected, hidden } = expectedOfView(view, operation, coerced, ofGraph.result);
  hiddenInResponses += hidden;
  const difference = differenceBetween(received.result, expected);
  expect(difference, reported(`${JSON.stringify(received.result)}\n${JSON.stringify(expected)}`)).toBeNull();
  for (const { message, extensions } of received.result.errors ?? []) {
    // A service's own message passes word for word here.
    if (extensions?.subgraph && !ownCodes.has(String(extensions.code))) continue;
    const words = message.replace(/value: .* \(/, '').match(/[A-Za-z_]\w*/g) ?? [];
    expect(
      words.filter((word) => unknown.has(word)),
      reported(message),
    ).toEqual([]);
  }
}

function textOf({ data, errors }: Result): string {
  return JSON.stringify({ data, ...(errors && { errors }) });
}

test.each([
  ['demo', 15],
  ['bench', 10],
  ['edgeCases', 25],
] as const)('over the %s graph, %i views with ten operations each', async (name: GraphName, views: number) => {
  const opened = openGraphUnderTest(name);
  open.push(opened);
  const { graph: subject } = opened;
  for (let number = 0; number < views; number += 1) {
    const seed = firstSeed + number * 1000;
    const view = randomView(subject, new Random(seed));
    const one = { subject, view, engine: subject.engineFor(view), unknown: namesIn(view, subject) };
    const knownValues = knownValuesFor(subject, view);
    for (let each = 0; each < operationsPerView; each += 1) {
      const { mutations } = subject.options;
      const options = { schema: view.schema, seed: seed + each, knownValues, mutations, introspection: false };
      await check(one, generateOperation(options), seed + each);
    }
  }
});

test('responses of services had much that the views hide', () => {
  expect(hiddenInResponses).toBeGreaterThan(20);
});
