// Generated operations with any part of them denied: the response is that to the whole operation with the denied places null,
// and the engine asks no service for what is denied. DIFFERENTIAL_SEED chooses other operations and denials.
import type { MergedTypeConfig } from '@graphql-tools/delegate';
import { parseSelectionSet } from '@graphql-tools/utils';
import {
  type ExecutionResult,
  type FragmentDefinitionNode,
  type GraphQLSchema,
  getNamedType,
  getOperationAST,
  getVariableValues,
  isAbstractType,
  isCompositeType,
  isObjectType,
  Kind,
  parse,
  type SelectionSetNode,
  TypeInfo,
  visit,
  visitWithTypeInfo,
} from 'graphql';
import { expect, test } from 'vitest';
import { type CollectContext, collectFields } from '../../gateway/plan/collect-fields.ts';
import { type Denial, Denials, nothingDenied, placeOf } from '../../gateway/plan/denials.ts';
import { Cancellation } from '../../gateway/transport/cancellation.ts';
import { differenceBetween, operationFor } from '../differential/check.ts';
import { openSubject } from '../differential/graphs.ts';
import { type Operation, operationOf } from '../differential/operations.ts';
import { Random } from '../differential/random.ts';
import type { Result, Subject, UpstreamSchema } from '../differential/subject.ts';
import { nullByPath, withTypenames } from './null-by-path.ts';

const firstSeed = Number(process.env.DIFFERENTIAL_SEED ?? 20_261_121);
const codes = ['UNAUTHENTICATED', 'FORBIDDEN', 'RATE_LIMIT_EXCEEDED'];

interface AskedField {
  coordinate: string;
  path: string[];
}

/** Every field that an operation can ask, of whatever type its objects are, and the types that stand where others may. */
function askedBy(schema: GraphQLSchema, { document, variables }: Operation): { fields: AskedField[]; types: string[] } {
  const operation = getOperationAST(document);
  if (!operation) throw new Error('no operation');
  const { coerced = {} } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  }
  const context: CollectContext = { schema, fragments, conditions: coerced as Record<string, boolean> };
  const fields: AskedField[] = [];
  const types = new Set<string>();
  const look = (type: ReturnType<typeof getNamedType>, sets: SelectionSetNode[], path: string[]): void => {
    if (!isCompositeType(type) || type.name.startsWith('__')) return;
    for (const member of isAbstractType(type) ? schema.getPossibleTypes(type) : [type]) {
      if (isAbstractType(type)) types.add(member.name);
      for (const { key, name, nodes } of collectFields(context, member, sets)) {
        const definition = member.getFields()[name];
        if (!definition) continue;
        const here = [...path, key];
        fields.push({ coordinate: `${member.name}.${name}`, path: here });
        const below = nodes.flatMap(({ selectionSet }) => selectionSet ?? []);
        look(getNamedType(definition.type), below, here);
      }
    }
  };
  const root = schema.getRootType(operation.operation);
  if (root) look(root, [operation.selectionSet], []);
  return { fields, types: [...types] };
}

/** Some of what is asked. Mutations are all made: what one of them changes, the next may give back. */
function randomDenials({ fields: asked, types: names }: ReturnType<typeof askedBy>, random: Random): Denials {
  const fields = new Map<string, Denial>();
  const likely = random.pick([0.02, 0.08, 0.2]);
  const denial = (): Denial => ({ message: 'No.', extensions: { code: random.pick(codes) } });
  for (const { coordinate, path } of asked) {
    const chosen = random.next() / likely;
    if (chosen >= 2 || coordinate.startsWith('Mutation.')) continue;
    const one = fields.get(coordinate) ?? denial();
    fields.set(chosen < 1 ? coordinate : placeOf(coordinate, path), one);
  }
  const types = new Map<string, Denial>();
  for (const name of names) if (random.chance(likely)) types.set(name, denial());
  return new Denials({ fields, types });
}

async function byEngine(subject: Subject, operation: Operation, denials: Denials): Promise<Result & { text: string }> {
  const { engine } = subject;
  const prepared = engine.documents.get(operation.text).operation(operation.operationName);
  if (!prepared) throw new Error('The engine does not find the operation.');
  const coerced = prepared.coerce(operation.variables);
  if ('errors' in coerced) throw coerced.errors[0];
  const scope = { requestId: 'fuzz', cancellation: new Cancellation(), calls: [] };
  const answer = await new Promise<ExecutionResult & { stringify?(): string }>((resolve) => {
    engine.answer(prepared, coerced.values, operation.variables, denials, scope, resolve);
  });
  const text = answer.stringify?.() ?? JSON.stringify(answer);
  const errors = answer.errors?.map((error) => error.toJSON());
  return { data: answer.data as Result['data'], ...(errors && { errors }), text };
}

/** What the response to the whole operation says, without what is denied. */
async function byPath(subject: Subject, operation: Operation, denials: Denials): Promise<Result> {
  const { schema } = subject.graph;
  const whole = operationOf(withTypenames(schema, operation.document), operation.variables);
  const definitions = getOperationAST(operation.document)?.variableDefinitions ?? [];
  const { coerced = {} } = getVariableValues(schema, definitions, operation.variables);
  const result = await byEngine(subject, whole, nothingDenied);
  return nullByPath(schema, operation.document, coerced, denials, result);
}

/** Denials that stand in the answer: those under a null that was carried up are up to the executor. */
function standing({ data, errors = [] }: Result): string[] {
  const found = errors.flatMap(({ path = [], extensions }) => {
    const code = String(extensions?.code);
    const parent = path.slice(0, -1).reduce<unknown>((at, key) => (at as Record<string, unknown> | null)?.[key], data);
    return parent && codes.includes(code) ? [`${path.join('.')}: ${code}`] : [];
  });
  return [...new Set(found)].sort();
}

/** Names of fields that look-ups and computed fields need: they go up for those, whatever is denied. */
function neededNames(subject: Subject): Set<string> {
  const names = new Set<string>();
  const add = (selectionSet: string | undefined) => {
    if (selectionSet)
      visit(parseSelectionSet(selectionSet), { [Kind.FIELD]: ({ name }) => void names.add(name.value) });
  };
  for (const { merge = {} } of subject.graph.subschemas) {
    for (const config of Object.values(merge) as MergedTypeConfig[]) {
      const sets = [config, ...(config.entryPoints ?? []), ...Object.values(config.fields ?? {})];
      for (const { selectionSet } of sets) add(selectionSet);
    }
  }
  return names;
}

/** Denied coordinates in what a service was asked. */
function leaked(schema: GraphQLSchema, text: string, denials: Denials, needed: ReadonlySet<string>): string[] {
  const found: string[] = [];
  const typeInfo = new TypeInfo(schema);
  const enter = () => {
    const parent = typeInfo.getParentType();
    const field = typeInfo.getFieldDef();
    if (!parent || !field || needed.has(field.name)) return;
    const members = isObjectType(parent) ? [parent] : schema.getPossibleTypes(parent);
    for (const { name } of members) if (denials.has(`${name}.${field.name}`)) found.push(`${name}.${field.name}`);
  };
  visit(parse(text), visitWithTypeInfo(typeInfo, { [Kind.FIELD]: { enter } }));
  return found;
}

/** What the engine asks from now on. */
function watch(subgraphs: readonly UpstreamSchema[]): { schema: GraphQLSchema; text: string }[] {
  const asked: { schema: GraphQLSchema; text: string }[] = [];
  for (const subgraph of subgraphs) {
    const { answer, schema } = subgraph;
    subgraph.answer = (request) => {
      asked.push({ schema, text: request.text });
      return answer(request);
    };
  }
  return asked;
}

test.each([
  ['demo', 500],
  ['bench', 500],
  ['nasty', 300],
  ['federated', 300],
] as const)('operations over the %s graph', async (name, count) => {
  const opened = openSubject(name);
  try {
    const { subject } = opened;
    const { schema } = subject.graph;
    const { reset, subgraphs } = subject.options;
    const needed = neededNames(subject);
    const asked = watch(subgraphs);
    let withDenials = 0;
    let requests = 0;
    const differing: string[] = [];
    for (let seed = firstSeed; seed < firstSeed + count; seed += 1) {
      const operation = operationFor(subject, seed);
      const denials = randomDenials(askedBy(schema, operation), new Random(seed));
      if (denials.key !== '') withDenials += 1;
      asked.length = 0;
      reset?.(seed, operation);
      const engine = await byEngine(subject, operation, denials);
      requests += asked.length;
      const leaks = asked.flatMap((one) => leaked(one.schema, one.text, denials, needed));
      const texts = asked.map(({ text }) => text).join('\n');
      reset?.(seed, operation);
      const expected = await byPath(subject, operation, denials);
      const told = () =>
        `seed ${seed}\n${operation.text}\n${texts}\n${JSON.stringify(operation.variables)}\ndenied: ${denials.key.replaceAll('\n', ' | ')}\nengine ${engine.text}\nexpected ${JSON.stringify(expected)}`;
      if (leaks.length > 0) throw new Error(`asked though denied: ${leaks} ${told()}`);
      if (engine.text !== JSON.stringify({ data: engine.data, ...(engine.errors && { errors: engine.errors }) })) {
        throw new Error(`text and data differ: ${told()}`);
      }
      const isDenied = standing(engine).join('\n') === standing(expected).join('\n');
      const difference = differenceBetween(engine, expected);
      if (difference || !isDenied) differing.push(`${difference ?? 'other errors'} ${told()}`);
    }
    expect(differing).toEqual([]);
    // A check that denies nothing would prove nothing.
    expect(withDenials).toBeGreaterThan(50);
    expect(subject.engine.declined).toBe(0);
    expect(requests).toBeGreaterThan(50);
  } finally {
    opened.close();
  }
});
