// What is denied leaves generated operations before they are executed, and comes into their answers after: as if the resolvers
// of the denied fields had refused. DIFFERENTIAL_SEED chooses other schemas, operations and denials.
import { MapperKind, mapSchema } from '@graphql-tools/utils';
import {
  defaultFieldResolver,
  defaultTypeResolver,
  type ExecutionResult,
  execute,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLFieldResolver,
  GraphQLInterfaceType,
  type GraphQLOutputType,
  type GraphQLResolveInfo,
  type GraphQLSchema,
  type GraphQLTypeResolver,
  GraphQLUnionType,
  getNamedType,
  getOperationAST,
  getVariableValues,
  isAbstractType,
  isCompositeType,
  isEnumType,
  isListType,
  isNonNullType,
  isObjectType,
  isUnionType,
  Kind,
  parse,
  print,
  type SelectionSetNode,
  validate,
} from 'graphql';
import { expect, test } from 'vitest';
import { collectFields } from '../../gateway/plan/collect-fields.ts';
import { type Denial, Denials, placeOf } from '../../gateway/plan/denials.ts';
import { withoutDenied } from '../../gateway/plan/stock-denials.ts';
import { differenceBetween } from './check.ts';
import { openSubject } from './graphs.ts';
import { generateOperation, type Operation } from './operations.ts';
import { plainForm } from './plain-form.ts';
import { hash, Random } from './random.ts';
import { generateSchema } from './random-schema.ts';

const firstSeed = Number(process.env.DIFFERENTIAL_SEED ?? 20_261_101);

type Key = string | number;

/** Coordinates `Type.field` that may be asked, each with the response keys that lead to it. */
interface Asked {
  coordinate: string;
  path: string[];
}

interface Walk {
  schema: GraphQLSchema;
  fragments: Map<string, FragmentDefinitionNode>;
  conditions: Record<string, boolean>;
}

/** All that an operation can ask, of whatever type its objects turn out to be. */
function askedBy(schema: GraphQLSchema, text: string, given: Record<string, unknown>) {
  const document = parse(text);
  const operation = getOperationAST(document);
  if (!operation) throw new Error('no operation');
  const { coerced = {} } = getVariableValues(schema, operation.variableDefinitions ?? [], given);
  const fragments = new Map(
    document.definitions.flatMap((node) =>
      node.kind === Kind.FRAGMENT_DEFINITION ? [[node.name.value, node] as const] : [],
    ),
  );
  const walk: Walk = { schema, fragments, conditions: coerced as Record<string, boolean> };
  const fields: Asked[] = [];
  /** Object types that are asked for more than `__typename` where others may stand, with their places. */
  const types: Asked[] = [];
  const look = (type: ReturnType<typeof getNamedType>, sets: SelectionSetNode[], path: string[]) => {
    if (!isCompositeType(type) || type.name.startsWith('__')) return;
    for (const member of isAbstractType(type) ? schema.getPossibleTypes(type) : [type]) {
      const collected = collectFields(walk, member, sets);
      if (isAbstractType(type) && collected.some(({ name }) => name !== '__typename')) {
        types.push({ coordinate: member.name, path });
      }
      for (const { key, name, nodes } of collected) {
        const definition = member.getFields()[name];
        if (!definition) continue;
        fields.push({ coordinate: `${member.name}.${name}`, path: [...path, key] });
        look(
          getNamedType(definition.type),
          nodes.flatMap(({ selectionSet }) => selectionSet ?? []),
          [...path, key],
        );
      }
    }
  };
  const root = schema.getRootType(operation.operation);
  if (root) look(root, [operation.selectionSet], []);
  return { document, operation, coerced, fields, types };
}

function randomDenials(schema: GraphQLSchema, asked: Asked[], random: Random): Denials {
  const fields = new Map<string, Denial>();
  const types = new Map<string, Denial>();
  const denial = (message: string, code: string): Denial => ({ message, extensions: { code } });
  const likely = random.pick([0.03, 0.1, 0.25]);
  for (const { coordinate, path } of asked) {
    const chosen = random.next() / likely;
    if (chosen < 1) fields.set(coordinate, denial(`No ${coordinate}.`, 'FORBIDDEN'));
    else if (chosen < 2) fields.set(placeOf(coordinate, path), denial('Not there.', 'RATE_LIMIT_EXCEEDED'));
  }
  for (const type of Object.values(schema.getTypeMap())) {
    if (isObjectType(type) && random.chance(likely))
      types.set(type.name, denial(`No ${type.name}.`, 'UNAUTHENTICATED'));
  }
  return new Denials({ fields, types });
}

/** Values that follow from the place and the seed alone; some are null, some fail, also where they must not. */
function world(seed: number, denials: Denials | undefined) {
  const called: Asked[] = [];
  const fieldResolver: GraphQLFieldResolver<unknown, unknown> = (_source, args, _context, info) => {
    const keys = keysOf(info.path);
    const path = keys.filter((key) => typeof key === 'string');
    const coordinate = `${info.parentType.name}.${info.fieldName}`;
    called.push({ coordinate, path });
    const denial = denials?.field(coordinate, path);
    if (denial) throw refusal(denial);
    const random = new Random(seed ^ hash(JSON.stringify([keys, args])));
    if (random.chance(0.03)) throw new GraphQLError('Broken.', { extensions: { code: 'SUBGRAPH_ERROR' } });
    return someValue(info.schema, info.returnType, random);
  };
  const typeResolver: GraphQLTypeResolver<unknown, unknown> = (value) => {
    const { __typename: name } = value as { __typename: string };
    const denial = denials?.type(name);
    if (denial) throw refusal(denial);
    return name;
  };
  return { called, fieldResolver, typeResolver };
}

function keysOf(path: GraphQLResolveInfo['path']): Key[] {
  return [...(path.prev ? keysOf(path.prev) : []), path.key];
}

function refusal({ message, extensions }: Denial): GraphQLError {
  return new GraphQLError(message, { extensions: { ...extensions } });
}

function someValue(schema: GraphQLSchema, type: GraphQLOutputType, random: Random): unknown {
  if (isNonNullType(type)) return random.chance(0.01) ? null : someValue(schema, type.ofType, random);
  if (random.chance(0.06)) return null;
  if (isListType(type))
    return Array.from({ length: random.between(0, 3) }, () => someValue(schema, type.ofType, random));
  if (isCompositeType(type)) {
    return { __typename: isAbstractType(type) ? random.pick(schema.getPossibleTypes(type)).name : type.name };
  }
  return isEnumType(type) ? random.pick(['RED', 'GREEN']) : random.between(0, 9);
}

/** Errors at nulls of their own, and the nulls that were carried up from other errors: which those were is left open. */
function errorsOf({ data, errors = [] }: ExecutionResult): string[] {
  const standing: string[] = [];
  const carried = new Set<string>();
  for (const { message, path = [], extensions } of errors) {
    let value: unknown = data;
    let depth = 0;
    while (depth < path.length && value !== null && value !== undefined) {
      value = (value as Record<Key, unknown>)[path[depth] as Key];
      depth += 1;
    }
    if (value !== null) standing.push(`where no null is: ${path.join('.')}`);
    else if (depth === path.length) standing.push(`${path.join('.')}: ${message} ${extensions?.code}`);
    else carried.add(`carried up to ${path.slice(0, depth).join('.')}`);
  }
  return [...standing, ...carried].sort();
}

interface Case {
  schema: GraphQLSchema;
  operation: Operation;
  denials: Denials;
  seed: number;
}

/** What is wrong with a case; undefined for one that is right, and whether anything in it was denied. */
function check({ schema, operation: { text, variables }, denials, seed }: Case): { wrong?: string; denied: boolean } {
  const { document, operation, coerced } = askedBy(schema, text, variables);
  const run = (executed: typeof document, policy: Denials | undefined) => {
    const { called, ...resolvers } = world(seed, policy);
    const result = execute({ schema, document: executed, variableValues: variables, ...resolvers }) as ExecutionResult;
    return { called, result };
  };
  const { result: reference } = run(document, denials);
  const outcome = withoutDenied({ schema, document, operation, variables: coerced, denials });
  if ('refused' in outcome) return { wrong: `refused: ${outcome.refused.errors}`, denied: true };
  const printed = print(outcome.document);
  const denied = outcome.document !== document;
  const invalid = validate(schema, parse(printed)).filter(({ message }) => !message.startsWith('Maximum intro'));
  if (invalid.length > 0) return { wrong: `not valid: ${invalid.join('; ')}\n${printed}`, denied };
  const { fields, types } = askedBy(schema, printed, variables);
  const leaked = [
    ...fields.filter(({ coordinate, path }) => denials.field(coordinate, path)),
    ...types.filter(({ coordinate }) => denials.type(coordinate)),
  ];
  if (leaked.length > 0) return { wrong: `denied and asked: ${JSON.stringify(leaked)}\n${printed}`, denied };
  // Twice: as it is handed on, and as its text says.
  for (const executed of [outcome.document, parse(printed)]) {
    const { result, called } = run(executed, undefined);
    if (called.some(({ coordinate, path }) => denials.field(coordinate, path))) return { wrong: 'called', denied };
    const restored = outcome.restore(result);
    const told = () =>
      `${printed}\nreference ${JSON.stringify(reference)}\nstripped ${JSON.stringify(result)}\nrestored ${JSON.stringify(restored)}`;
    if (JSON.stringify(restored.data) !== JSON.stringify(reference.data)) return { wrong: `data: ${told()}`, denied };
    if (errorsOf(restored).join('\n') !== errorsOf(reference).join('\n')) return { wrong: `errors: ${told()}`, denied };
  }
  return { denied };
}

test('2,000 generated operations without what is denied are answered as if resolvers had refused it', () => {
  let withDenials = 0;
  const count = 2000;
  for (let seed = firstSeed; seed < firstSeed + count; seed += 1) {
    const schema = generateSchema(Math.floor(seed / 10));
    const random = new Random(seed);
    const knownValues = () => undefined;
    const operation = generateOperation({ schema, seed, knownValues, mutations: 0.2 });
    const { fields } = askedBy(schema, operation.text, operation.variables);
    const denials = randomDenials(schema, fields, random);
    const { wrong, denied } = check({ schema, operation, denials, seed });
    if (denied) withDenials += 1;
    if (wrong) {
      const lists = denials.key.replaceAll('\n', ' | ');
      throw new Error(
        `seed ${seed}: ${wrong}\n${operation.text}\n${JSON.stringify(operation.variables)}\ndenied: ${lists}`,
      );
    }
  }
  // A check that denies nothing would prove nothing.
  expect(withDenials).toBeGreaterThan(count / 4);
  expect(withDenials).toBeLessThan(count);
});

/** As the graph's, with resolvers that refuse what is denied; what they give is not looked at. */
function refusingSchema(schema: GraphQLSchema, denials: Denials): GraphQLSchema {
  return mapSchema(schema, {
    [MapperKind.COMPOSITE_FIELD]: (field, fieldName, typeName) => {
      const { resolve = defaultFieldResolver } = field;
      return {
        ...field,
        resolve: (source, args, context, info) => {
          const denial = denials.field(
            `${typeName}.${fieldName}`,
            keysOf(info.path).filter((key) => typeof key === 'string'),
          );
          if (denial) throw refusal(denial);
          return resolve(source, args, context, info);
        },
      };
    },
    [MapperKind.ABSTRACT_TYPE]: (type) => {
      const named = type.resolveType ?? defaultTypeResolver;
      const resolveType: GraphQLTypeResolver<unknown, unknown> = async (value, context, info, abstract) => {
        const name = await named(value, context, info, abstract);
        const denial = name && denials.type(name);
        if (denial) throw refusal(denial);
        return name;
      };
      return isUnionType(type)
        ? new GraphQLUnionType({ ...type.toConfig(), resolveType })
        : new GraphQLInterfaceType({ ...type.toConfig(), resolveType });
    },
  });
}

test.each(['demo', 'bench', 'nasty', 'federated'] as const)(
  'over the stitched %s graph, 150 operations are answered as if its resolvers had refused',
  async (name) => {
    const opened = openSubject(name);
    try {
      const { graph, options } = opened.subject;
      let withDenials = 0;
      for (let seed = firstSeed; seed < firstSeed + 150; seed += 1) {
        const generated = generateOperation({ ...options, schema: graph.schema, seed, introspection: false });
        const plain = plainForm(graph.schema, generated);
        if (!plain || options.stockKnows?.(seed, plain) === false) continue;
        const { text, variables } = plain;
        const { document, operation, coerced, fields } = askedBy(graph.schema, text, variables);
        const denials = randomDenials(graph.schema, fields, new Random(seed));
        const outcome = withoutDenied({ schema: graph.schema, document, operation, variables: coerced, denials });
        if ('refused' in outcome) throw new Error(`refused: ${text}`);
        if (outcome.document === document) continue;
        withDenials += 1;
        const request = { variableValues: variables, contextValue: {} };
        options.reset?.(seed, plain);
        const reference = await execute({ ...request, schema: refusingSchema(graph.schema, denials), document });
        options.reset?.(seed, plain);
        const result = await execute({ ...request, schema: graph.schema, document: outcome.document });
        const difference = differenceBetween(outcome.restore(result), reference);
        if (difference)
          throw new Error(
            `seed ${seed}: ${difference}\n${text}\n${print(outcome.document)}\n${JSON.stringify(reference)}\n${JSON.stringify(outcome.restore(result))}\n${denials.key}`,
          );
      }
      expect(withDenials).toBeGreaterThan(20);
    } finally {
      opened.close();
    }
  },
);
