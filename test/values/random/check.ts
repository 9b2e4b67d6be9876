// One operation over a random graph: sent over every transport, and its responses compared with each other and with
// what the single schema over the same data returns.
import { GraphQLBoolean, GraphQLID, GraphQLInt, GraphQLString, stripIgnoredCharacters } from 'graphql';
import { differenceBetween } from '../../differential/check.ts';
import { errorBesideData } from '../../differential/error-paths.ts';
import type { Result } from '../../differential/graph-under-test.ts';
import { generateOperation, type Operation, type OperationOptions } from '../../differential/operations.ts';
import { Random } from '../../differential/random.ts';
import { JsonNumber, readJson } from '../../harness/json-numbers.ts';
import type { Request } from './execution.ts';
import { anyJson, bigDecimals, bigNumbers, Fixtures } from './fixtures.ts';
import { fieldsOf, type GraphModel, type KeyField, renamedTo } from './model.ts';
import type { ServedGraph } from './served.ts';
import { noRenames, type Whole } from './single-schema.ts';
import type { Transport } from './transports.ts';

export interface Case {
  seed: number;
  throughView: boolean;
  operation: Operation;
}

export function generateCase(served: ServedGraph, seed: number): Case {
  const random = new Random(seed);
  const throughView = Object.keys(served.graph.renames.types).length > 0 && random.chance(0.4);
  const { schema } = wholeFor(served, throughView);
  const knownValues = knownValuesOf(served.graph);
  return {
    seed,
    throughView,
    operation: generateOperation({
      ...{ schema, seed, knownValues, mutations: 0.15, introspection: false },
      scalarVariables: served.graph.scalarVariables
        ? [GraphQLInt, GraphQLID, GraphQLString, GraphQLBoolean].filter(({ name }) => schema.getType(name))
        : [],
      takesDirectives: takesMarks(served, throughView),
    }),
  };
}

/** `@mark` where a service defines it that serves the field. */
function takesMarks({ graph }: ServedGraph, throughView: boolean): NonNullable<OperationOptions['takesDirectives']> {
  const { types, fields } = throughView ? graph.renames : noRenames;
  const marked = new Set<string>();
  for (const { name } of [...graph.entities, ...graph.values, { name: 'Query' }, { name: 'Mutation' }]) {
    for (const field of fieldsOf(graph, name)) {
      const marks = (service: string) => graph.marking.includes(service);
      // An object without a key is where it is: its fields come from there.
      const isValue = graph.values.some((value) => value.name === name);
      if (isValue ? !field.services.every(marks) : !field.services.some(marks)) continue;
      marked.add(`${renamedTo(types, name) ?? name}.${renamedTo(fields, `${name}.${field.name}`) ?? field.name}`);
    }
  }
  return (parent, field) => marked.has(`${parent.name}.${field}`);
}

export function wholeFor(served: ServedGraph, throughView: boolean): Whole {
  return throughView ? served.wholeView : served.whole;
}

/** The faults of the gateway's responses, as a message; null where there are none. */
export async function check(served: ServedGraph, { seed, throughView, operation }: Case): Promise<string | null> {
  const { text, variables, operationName, document } = operation;
  const request: Request = { query: text, variables, ...(operationName !== undefined && { operationName }) };
  const path = throughView ? '/graphql/view' : '/graphql';
  const isMutation = document.definitions.some((node) => 'operation' in node && node.operation === 'mutation');
  const read = readJson(JSON.stringify(variables)) as Record<string, unknown>;
  const expected = asResult(
    JSON.stringify(await wholeFor(served, throughView).execute({ ...request, variables: read })),
  );

  const fast = await served.fast.send(path, request, 'POST');
  const difference = differenceBetween(asResult(fast), expected);
  const describe = (what: string, ...texts: string[]) => [what, ...texts].join('\n');
  const faults = served.takeFaults();
  if (faults.length > 0) return describe('invalid requests to services:', ...faults, `gateway:  ${fast}`);
  if (difference) return describe(difference, `gateway:  ${fast}`, `expected: ${JSON.stringify(expected)}`);
  const forNested = errorBesideData(asResult(fast));
  if (forNested) return describe(`an error's path leads to no null: ${forNested}`, `gateway:  ${fast}`);

  const transport = new Random(seed).pick<Transport>(isMutation ? ['POST', 'WebSocket'] : ['POST', 'GET', 'WebSocket']);
  const others: readonly [name: string, response: Promise<string>][] = [
    ['without the fast path', served.fallback.send(path, request, 'POST')],
    [`over ${transport}`, served.fast.send(path, request, transport)],
  ];
  for (const [name, response] of others) {
    const other = await response;
    if (withoutReferences(other) !== withoutReferences(fast)) {
      return describe(`another response ${name}`, `POST:  ${fast}`, `other: ${other}`);
    }
  }
  const more = served.takeFaults();
  return more.length > 0 ? describe('invalid requests to services:', ...more) : null;
}

/** As read from JSON text: numbers of the data as their text, list indices in paths as numbers. */
function asResult(text: string): Result {
  const { data } = readJson(text) as Result;
  const { errors } = JSON.parse(text) as Result;
  return { ...(data !== undefined && { data }), ...(errors && { errors }) };
}

/** The gateway gives references into its log where something was unexpected. */
function withoutReferences(text: string): string {
  return text.replaceAll(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, 'reference');
}

/** Values for arguments: keys of objects, numbers of custom scalars. */
function knownValuesOf(graph: GraphModel) {
  const fixtures = new Fixtures(graph);
  const keys = graph.entities.flatMap((entity) => entity.key.map((field) => [entity, field] as const));
  const textOf = (type: string, random: Random): string | undefined => {
    const ofType = keys.filter(([, field]) => field.type === type);
    if (ofType.length === 0) return undefined;
    const [entity, field] = random.pick(ofType);
    const text = fixtures.keyText(entity, field as KeyField, random.between(0, 5));
    return graph.bigArguments || !/^-?\d{16,}$/.test(text) ? text : undefined;
  };
  return (name: string, type: string, random: Random): unknown => {
    if (type === 'Long')
      return new JsonNumber(textOf(type, random) ?? random.pick(graph.bigArguments ? bigNumbers : ['3']));
    if (type === 'Decimal') return new JsonNumber(random.pick(graph.bigArguments ? bigDecimals : ['0.5', '3']));
    if (type === 'JSON') return anyJson(random, graph.bigArguments);
    const text = name === 'key' || random.chance(0.3) ? textOf(type, random) : undefined;
    if (text === undefined) return undefined;
    if (type === 'Int') return Number(text);
    return type === 'ID' && /^[1-9]\d*$/.test(text) && random.chance(0.3) ? new JsonNumber(text) : text;
  };
}

export function describeFailure(served: ServedGraph, { seed, throughView, operation }: Case, what: string): string {
  const { graph, services } = served;
  return [
    `graph ${graph.seed}, operation ${seed}${throughView ? ', through the view' : ''}: ${what}`,
    ...services.map(({ name, sdl }) => `# service ${name}\n${sdl}`),
    ...(throughView ? [`# view\n${JSON.stringify(graph.renames)}`] : []),
    `# operation\n${operation.text}`,
    `# variables\n${JSON.stringify(operation.variables)}`,
    `# smallest form\n${stripIgnoredCharacters(operation.text)}`,
  ].join('\n\n');
}
