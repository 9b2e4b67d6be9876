// Operations and changes for a schema of any API: operations that clients might send, and edits at random places that they use.
import {
  buildASTSchema,
  type DefinitionNode,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLOutputType,
  type GraphQLSchema,
  getNamedType,
  isAbstractType,
  isCompositeType,
  isInterfaceType,
  isObjectType,
  isRequiredArgument,
  Kind,
  parse,
  print,
  validate,
  validateSchema,
} from 'graphql';
import { visitCoordinates } from '../../gateway/telemetry/usage/coordinates.ts';
import { randomNumbers } from '../differential/random.ts';
import type { GeneratedChange } from './generated-changes.ts';
import { type Edit, edits, type Places } from './schema-edits.ts';
import { type Random, shuffled } from './shuffled.ts';

/** Share of edits at places that operations use, if there are any. */
const USED_FIRST = 0.75;

const MAX_DEPTH = 3;
const MAX_LEAVES = 5;
const MAX_OBJECTS = 2;
const MAX_FRAGMENTS = 3;

/** One operation for each of so many root fields, chosen at random; each is valid. */
export function generateOperations(schema: GraphQLSchema, count: number, seed: number): string[] {
  const random = randomNumbers(seed * 40_503);
  const roots = (['query', 'mutation'] as const).flatMap((kind) => {
    const type = kind === 'query' ? schema.getQueryType() : schema.getMutationType();
    return Object.values(type?.getFields() ?? {}).map((field) => ({ kind, field }));
  });
  const operations: string[] = [];
  for (const [index, { kind, field }] of shuffled(roots, random).entries()) {
    if (operations.length === count) break;
    const variables = new Map<string, string>();
    const selection = selectField(schema, field, { variables, random, depth: 0 });
    const declared = [...variables].map(([name, type]) => `$${name}: ${type}`).join(', ');
    const text = `${kind} Op${index}${declared && `(${declared})`} { ${selection} }`;
    if (validate(schema, parse(text)).length === 0) operations.push(text);
  }
  return operations;
}

interface Selecting {
  variables: Map<string, string>;
  random: Random;
  depth: number;
}

function selectField(schema: GraphQLSchema, field: GraphQLField<unknown, unknown>, at: Selecting): string {
  const { variables, random, depth } = at;
  const given = field.args
    .filter((argument) => isRequiredArgument(argument) || (depth < 2 && random() < 0.4))
    .map(({ name, type }) => {
      const variable = `v${variables.size}`;
      variables.set(variable, String(type));
      return `${name}: $${variable}`;
    });
  const named = getNamedType(field.type);
  const inner = isCompositeType(named) ? ` ${selectionOf(schema, named, { ...at, depth: depth + 1 })}` : '';
  return `${field.name}${given.length > 0 ? `(${given.join(', ')})` : ''}${inner}`;
}

function selectionOf(schema: GraphQLSchema, type: GraphQLNamedType, at: Selecting): string {
  const parts = ['__typename'];
  const taken = new Set<string>();
  if (isObjectType(type) || isInterfaceType(type)) parts.push(...fieldsOf(schema, type, at, taken));
  if (isAbstractType(type)) {
    const members = shuffled([...schema.getPossibleTypes(type)], at.random).slice(0, MAX_FRAGMENTS);
    for (const member of members) {
      const fields = fieldsOf(schema, member, { ...at, depth: MAX_DEPTH }, taken);
      if (fields.length > 0) parts.push(`... on ${member.name} { ${fields.join(' ')} }`);
    }
  }
  return `{ ${parts.join(' ')} }`;
}

/** @param taken names that stand beside them: one name of two fields may be a conflict. */
function fieldsOf(
  schema: GraphQLSchema,
  type: { getFields(): Record<string, GraphQLField<unknown, unknown>> },
  at: Selecting,
  taken: Set<string>,
): string[] {
  const all = shuffled(Object.values(type.getFields()), at.random).filter(({ name }) => !taken.has(name));
  const leaves = all.filter((field) => isLeaf(field.type)).slice(0, MAX_LEAVES);
  const objects = at.depth < MAX_DEPTH ? all.filter((field) => !isLeaf(field.type)).slice(0, MAX_OBJECTS) : [];
  for (const { name } of [...leaves, ...objects]) taken.add(name);
  return [...leaves, ...objects].map((field) => selectField(schema, field, at));
}

function isLeaf(type: GraphQLOutputType): boolean {
  return !isCompositeType(getNamedType(type));
}

/** As many changes as can be made, of one kind after the other, at places that the operations use; each leaves a valid schema. */
export function generatePublicChanges(
  sdl: string,
  operations: readonly string[],
  { count, seed, from = 0 }: { count: number; seed: number; from?: number },
): GeneratedChange[] {
  const random = randomNumbers(seed * 2_654_435_761);
  const document = parse(sdl, { noLocation: true });
  const schema = buildASTSchema(document, { assumeValid: true });
  const used = new Set<string>();
  const coordinates = new Set<string>();
  for (const text of operations) {
    const parsed = parse(text);
    const [operation] = parsed.definitions;
    if (operation?.kind !== Kind.OPERATION_DEFINITION) continue;
    visitCoordinates(parsed, operation, schema, (coordinate) => {
      coordinates.add(coordinate.replace(/\((\w+):\)$/, '.$1'));
      used.add(coordinate.split('.', 1)[0] as string);
    });
  }
  const places: Places = {
    random,
    order: (above, items) => {
      const all = shuffled([...items], random);
      if (random() > USED_FIRST) return all;
      const isUsed = ({ name }: { name: { value: string } }) => coordinates.has(`${above}.${name.value}`);
      return [...all.filter(isUsed), ...all.filter((item) => !isUsed(item))];
    },
  };
  const { definitions } = document;
  const kinds = Object.entries(edits);
  const changes: GeneratedChange[] = [];
  for (let index = from; changes.length < count && index < from + 4 * count; index += 1) {
    const [kind, edit] = kinds[index % kinds.length] as [string, Edit];
    const among = definitions.flatMap((one, at) => ('name' in one && used.has(one.name?.value ?? '') ? at : []));
    for (const at of shuffled(among, random).slice(0, 200)) {
      const before = definitions[at] as DefinitionNode;
      const after = edit(before, places);
      if (!after || !('name' in before)) continue;
      const changed = { ...document, definitions: definitions.with(at, after) };
      if (validateSchema(buildASTSchema(changed, { assumeValidSDL: true })).length > 0) continue;
      const type = (before.name as { value: string }).value;
      changes.push({ name: `${kind} (${type}: ${differenceOf(before, after)})`, type, sdl: print(changed) });
      break;
    }
  }
  return changes;
}

/** The first line that differs. */
function differenceOf(before: DefinitionNode, after: DefinitionNode): string {
  const lines = new Set(print(after).split('\n'));
  const rest = new Set(print(before).split('\n'));
  const line = [...rest].find((one) => !lines.has(one)) ?? [...lines].find((one) => !rest.has(one)) ?? '';
  return line.trim().slice(0, 60);
}
