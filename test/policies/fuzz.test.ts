// Generated operations with any part of them denied: the response is that to the whole operation with the denied places
// null, and denied fields are not fetched. DIFFERENTIAL_SEED selects other operations and denied fields.

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
import { type CollectContext, collectFields } from '../../gateway/planner/collect-fields.ts';
import { type DeniedField, DeniedFields, fieldAtPath, noDeniedFields } from '../../gateway/query-plan/denied-fields.ts';
import { Cancellation } from '../../gateway/transport/cancellation.ts';
import { differenceBetween, operationFor } from '../differential/check.ts';
import type { GraphUnderTest, Result, UpstreamSchema } from '../differential/graph-under-test.ts';
import { openGraphUnderTest } from '../differential/graphs.ts';
import { type Operation, operationOf } from '../differential/operations.ts';
import { Random } from '../differential/random.ts';
import { executeOperation } from '../harness/execute-operation.ts';
import { nullByPath, withTypenames } from './null-by-path.ts';

const firstSeed = Number(process.env.DIFFERENTIAL_SEED ?? 20_261_121);
const codes = ['UNAUTHENTICATED', 'FORBIDDEN', 'RATE_LIMIT_EXCEEDED'];

interface RequestedField {
  coordinate: string;
  path: string[];
}

/**
 * Every field that an operation can select, of whatever type its objects are, and the types that stand where others
 * may.
 */
function requestedBy(
  schema: GraphQLSchema,
  { document, variables }: Operation,
): { fields: RequestedField[]; types: string[] } {
  const operation = getOperationAST(document);
  if (!operation) throw new Error('no operation');
  const { coerced = {} } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const node of document.definitions) {
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node);
  }
  const context: CollectContext = { schema, fragments, conditions: coerced as Record<string, boolean> };
  const fields: RequestedField[] = [];
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

/** A part of the selections. Mutations are all executed: the payload of one may hold what another changes. */
function randomDeniedFields(
  { fields: requested, types: names }: ReturnType<typeof requestedBy>,
  random: Random,
): DeniedFields {
  const fields = new Map<string, DeniedField>();
  const likely = random.pick([0.02, 0.08, 0.2]);
  const deniedField = (): DeniedField => ({ message: 'No.', extensions: { code: random.pick(codes) } });
  for (const { coordinate, path } of requested) {
    const chosen = random.next() / likely;
    if (chosen >= 2 || coordinate.startsWith('Mutation.')) continue;
    const one = fields.get(coordinate) ?? deniedField();
    fields.set(chosen < 1 ? coordinate : fieldAtPath(coordinate, path), one);
  }
  const types = new Map<string, DeniedField>();
  for (const name of names) if (random.chance(likely)) types.set(name, deniedField());
  return new DeniedFields({ fields, types });
}

async function byEngine(
  subject: GraphUnderTest,
  operation: Operation,
  deniedFields: DeniedFields,
): Promise<Result & { text: string }> {
  const { engine } = subject;
  const prepared = engine.documents.get(operation.text).operation(operation.operationName);
  if (!prepared) throw new Error('The engine does not find the operation.');
  const coerced = prepared.coerce(operation.variables);
  const plan = 'values' in coerced ? prepared.planFor(coerced.values, deniedFields) : null;
  if (plan && 'unsupported' in plan) throw new Error(`The engine does not plan ${operation.text}: ${plan.unsupported}`);
  const scope = { requestId: 'fuzz', cancellation: new Cancellation(), calls: [] };
  const executed = await executeOperation(engine, prepared, operation.variables, scope, deniedFields);
  const response: ExecutionResult & { stringify?(): string } = executed.response;
  const text = response.stringify?.() ?? JSON.stringify(response);
  const errors = response.errors?.map((error) => error.toJSON());
  return { data: response.data as Result['data'], ...(errors && { errors }), text };
}

/** The response to the whole operation, without denied fields. */
async function byPath(subject: GraphUnderTest, operation: Operation, deniedFields: DeniedFields): Promise<Result> {
  const { schema } = subject.graph;
  const whole = operationOf(withTypenames(schema, operation.document), operation.variables);
  const definitions = getOperationAST(operation.document)?.variableDefinitions ?? [];
  const { coerced = {} } = getVariableValues(schema, definitions, operation.variables);
  const result = await byEngine(subject, whole, noDeniedFields);
  return nullByPath(schema, operation.document, coerced, deniedFields, result);
}

/** Errors of denied fields in the response: those under a null that propagated are up to the executor. */
function standing({ data, errors = [] }: Result): string[] {
  const found = errors.flatMap(({ path = [], extensions }) => {
    const code = String(extensions?.code);
    const parent = path.slice(0, -1).reduce<unknown>((at, key) => (at as Record<string, unknown> | null)?.[key], data);
    return parent && codes.includes(code) ? [`${path.join('.')}: ${code}`] : [];
  });
  return [...new Set(found)].sort();
}

/** Names of fields that entity fetches and computed fields require: they are fetched for those, whatever is denied. */
function neededNames(subject: GraphUnderTest): Set<string> {
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

/** Denied coordinates in the documents that a service received. */
function leaked(
  schema: GraphQLSchema,
  text: string,
  deniedFields: DeniedFields,
  needed: ReadonlySet<string>,
): string[] {
  const found: string[] = [];
  const typeInfo = new TypeInfo(schema);
  const enter = () => {
    const parent = typeInfo.getParentType();
    const field = typeInfo.getFieldDef();
    if (!parent || !field || needed.has(field.name)) return;
    const members = isObjectType(parent) ? [parent] : schema.getPossibleTypes(parent);
    for (const { name } of members) if (deniedFields.has(`${name}.${field.name}`)) found.push(`${name}.${field.name}`);
  };
  visit(parse(text), visitWithTypeInfo(typeInfo, { [Kind.FIELD]: { enter } }));
  return found;
}

/** Subgraph requests of the engine from now on. */
function watch(subgraphs: readonly UpstreamSchema[]): { schema: GraphQLSchema; text: string }[] {
  const requested: { schema: GraphQLSchema; text: string }[] = [];
  for (const subgraph of subgraphs) {
    const { response, schema } = subgraph;
    subgraph.response = (request) => {
      requested.push({ schema, text: request.text });
      return response(request);
    };
  }
  return requested;
}

test.each([
  ['demo', 250],
  ['bench', 250],
  ['edgeCases', 200],
  ['federated', 200],
] as const)('operations over the %s graph', async (name, count) => {
  const opened = openGraphUnderTest(name);
  try {
    const { graph: subject } = opened;
    const { schema } = subject.graph;
    const { reset, subgraphs } = subject.options;
    const needed = neededNames(subject);
    const requested = watch(subgraphs);
    let withDeniedFields = 0;
    let requests = 0;
    const differing: string[] = [];
    for (let seed = firstSeed; seed < firstSeed + count; seed += 1) {
      const operation = operationFor(subject, seed);
      const deniedFields = randomDeniedFields(requestedBy(schema, operation), new Random(seed));
      if (deniedFields.key !== '') withDeniedFields += 1;
      requested.length = 0;
      reset?.(seed, operation);
      const engine = await byEngine(subject, operation, deniedFields);
      requests += requested.length;
      const leaks = requested.flatMap((one) => leaked(one.schema, one.text, deniedFields, needed));
      const texts = requested.map(({ text }) => text).join('\n');
      reset?.(seed, operation);
      const expected = await byPath(subject, operation, deniedFields);
      const reported = () =>
        `seed ${seed}\n${operation.text}\n${texts}\n${JSON.stringify(operation.variables)}\ndenied: ${deniedFields.key.replaceAll('\n', ' | ')}\nengine ${engine.text}\nexpected ${JSON.stringify(expected)}`;
      if (leaks.length > 0) throw new Error(`fetched though denied: ${leaks} ${reported()}`);
      if (engine.text !== JSON.stringify({ data: engine.data, ...(engine.errors && { errors: engine.errors }) })) {
        throw new Error(`text and data differ: ${reported()}`);
      }
      const isDenied = standing(engine).join('\n') === standing(expected).join('\n');
      const difference = differenceBetween(engine, expected);
      if (difference || !isDenied) differing.push(`${difference ?? 'other errors'} ${reported()}`);
    }
    expect(differing).toEqual([]);
    // A check that denies nothing would prove nothing.
    expect(withDeniedFields).toBeGreaterThan(50);
    expect(requests).toBeGreaterThan(50);
  } finally {
    opened.close();
  }
});
