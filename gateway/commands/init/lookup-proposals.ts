// Proposals of lookup fields for a service's introspected SDL: query fields that return the objects of given keys get
// `@merge`. One is proposed where its name, its arguments and its type all say so: a field that returns other objects, or
// only some of them, would give wrong values without an error.
import { type FieldDefinitionNode, Kind, type ObjectTypeDefinitionNode, parse, type TypeNode } from 'graphql';
import { isKeyOfAnother, isNamedAfter, isUnique, keyOfArgument, limitsList } from './lookup-names.ts';

export interface Proposals {
  /** The SDL with the directives, each below a comment that has its reason. */
  sdl: string;
  /** A line for each lookup field that is proposed. */
  proposed: readonly string[];
  /** A line for each field that looks like one and is not proposed, with the reason. */
  doubtful: readonly string[];
}

interface Candidate {
  field: FieldDefinitionNode;
  type: string;
  key: string;
  argument: string;
  isList: boolean;
}

interface Doubt {
  type: string;
  doubt: string;
  isList: boolean;
}

type Read = Candidate | Doubt | null;

/** @param sdl as introspection gives it: without directives of the gateway. */
export function proposeLookups(sdl: string): Proposals {
  const { definitions } = parse(sdl);
  const objects = new Map(
    definitions.flatMap((node) =>
      node.kind === Kind.OBJECT_TYPE_DEFINITION ? [[node.name.value, node] as const] : [],
    ),
  );
  const schema = definitions.find((node) => node.kind === Kind.SCHEMA_DEFINITION);
  const root = schema?.operationTypes.find(({ operation }) => operation === 'query')?.type.name.value ?? 'Query';
  const read = (objects.get(root)?.fields ?? []).map((field) => readField(field, objects));
  const candidates = read.filter((one): one is Candidate => one !== null && 'field' in one);
  const best = [...Map.groupBy(candidates, ({ type, key }) => `${type} ${key}`).values()].map(([first, ...others]) =>
    // A list takes all keys in one request.
    others.reduce((one, other) => (other.isList && !one.isList ? other : one), first as Candidate),
  );
  // A list is worth a decision where the type has only a lookup field of one key.
  const isBetter = ({ type, isList }: Doubt) => !best.some((one) => one.type === type && (one.isList || !isList));
  const doubts = read.flatMap((one) => (one && 'doubt' in one && isBetter(one) ? one.doubt : []));
  return {
    sdl: withDirectives(sdl, best),
    proposed: best.map(({ field, type, key }) => `Query.${field.name.value} looks up ${type} by ${key}`),
    doubtful: [...new Set(doubts)].map((doubt) => `Query.${doubt}`),
  };
}

/** Null for a field that does not look like a lookup field. */
function readField(field: FieldDefinitionNode, objects: ReadonlyMap<string, ObjectTypeDefinitionNode>): Read {
  const { name, arguments: args = [], directives = [] } = field;
  const { name: type, depth } = shapeOf(field.type);
  const isList = depth > 0;
  const definition = objects.get(type);
  if (depth > 1 || directives.some((directive) => directive.name.value === 'deprecated')) return null;
  if (!definition) return /^_?nodes?$/.test(name.value) && args.length > 0 ? globalIds(name.value, type) : null;
  const keys = keysOf(definition, objects);
  for (const argument of args) {
    const given = shapeOf(argument.type);
    if (given.depth !== (isList ? 1 : 0)) continue;
    const key = keyOfArgument(argument.name.value, type, [...keys.keys()], isList);
    if (key === undefined) continue;
    const doubt = (reason: string) => ({ type, isList, doubt: `${name.value}(${argument.name.value}:) ${reason}` });
    const { type: keyType, required } = keys.get(key) as Key;
    if (keyType !== given.name) return doubt(`takes ${given.name}, and ${type}.${key} is ${keyType}`);
    if (!required) return doubt(`is no lookup field, because ${type}.${key} may be null`);
    if (isKeyOfAnother(key, type)) return doubt(`may return one of several objects: ${key} is the key of another type`);
    if (!isUnique(key, type)) return doubt(`may return one of several objects: ${key} need not be unique`);
    if (!isNamedAfter(name.value, type, isList)) {
      return doubt(`may return another ${type} than that of the key: its name is not the type's`);
    }
    const others = args.filter((other) => other !== argument);
    const needed = others.find((other) => other.type.kind === Kind.NON_NULL_TYPE && !other.defaultValue);
    if (needed) return doubt(`requires ${needed.name.value} as well: give it a value with additionalArgs`);
    const limiting = others.find((other) => limitsList(other.name.value) || other.defaultValue);
    if (isList && limiting) return doubt(`may leave out objects: ${limiting.name.value} limits or filters the list`);
    return { field, type, key, argument: argument.name.value, isList };
  }
  return wrapped(field, definition, objects);
}

interface Key {
  type: string;
  required: boolean;
}

/** Fields of a type that can be keys: without arguments, of one scalar. */
function keysOf(
  { fields = [] }: ObjectTypeDefinitionNode,
  objects: ReadonlyMap<string, ObjectTypeDefinitionNode>,
): ReadonlyMap<string, Key> {
  const keys = new Map<string, Key>();
  for (const { name, type, arguments: args = [] } of fields) {
    const shape = shapeOf(type);
    if (args.length > 0 || shape.depth > 0 || objects.has(shape.name)) continue;
    keys.set(name.value, { type: shape.name, required: type.kind === Kind.NON_NULL_TYPE });
  }
  // `userId` of a user is another field than its `id`, where it has both.
  return new Map([...keys].sort(([one], [other]) => Number(one === 'id') - Number(other === 'id')));
}

function globalIds(name: string, type: string): Read {
  return {
    type,
    isList: name.endsWith('s'),
    doubt: `${name} returns every ${type} by a global id: add @merge(keyField: "id") where services share ids`,
  };
}

/** A list of keys that returns a page or a connection, in which objects cannot be looked up. */
function wrapped(
  { name, arguments: args = [] }: FieldDefinitionNode,
  { name: type, fields = [] }: ObjectTypeDefinitionNode,
  objects: ReadonlyMap<string, ObjectTypeDefinitionNode>,
): Read {
  const ids = args.find((argument) => /ids$/i.test(argument.name.value) && shapeOf(argument.type).depth === 1);
  const list = fields.map((field) => shapeOf(field.type)).find((shape) => shape.depth === 1 && objects.has(shape.name));
  if (!list || !ids) return null;
  const node = objects.get(list.name)?.fields?.find((field) => field.name.value === 'node');
  const inner = node && list.name.endsWith('Edge') ? shapeOf(node.type).name : list.name;
  const what = `${name.value}(${ids.name.value}:) returns ${inner} within ${type.value}`;
  return { type: inner, isList: true, doubt: `${what}; a lookup field returns them directly` };
}

function shapeOf(type: TypeNode): { name: string; depth: number } {
  if (type.kind === Kind.NON_NULL_TYPE) return shapeOf(type.type);
  if (type.kind === Kind.NAMED_TYPE) return { name: type.name.value, depth: 0 };
  const { name, depth } = shapeOf(type.type);
  return { name, depth: depth + 1 };
}

function withDirectives(sdl: string, candidates: readonly Candidate[]): string {
  let text = sdl;
  const startOf = ({ field }: Candidate) => field.loc?.start ?? 0;
  for (const candidate of [...candidates].sort((one, other) => startOf(other) - startOf(one))) {
    const { field, type, key, argument, isList } = candidate;
    const [start, end] = [startOf(candidate), field.loc?.end ?? 0];
    const keyArg = (field.arguments?.length ?? 0) > 1 ? `, keyArg: "${argument}"` : '';
    const before = text.slice(text.lastIndexOf('\n', start - 1) + 1, start);
    const indent = before.trim() === '' ? before : '  ';
    const what = isList ? `each ${type} of these keys, in any order` : `the ${type} of this key, or null`;
    const comment = `# Proposed by concierge init, by its name and arguments. Check that it returns ${what}.`;
    const directive = ` @merge(keyField: "${key}"${keyArg})`;
    text = `${text.slice(0, start)}${comment}\n${indent}${text.slice(start, end)}${directive}${text.slice(end)}`;
  }
  return text;
}
