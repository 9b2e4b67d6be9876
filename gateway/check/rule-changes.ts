// Differences between the rules of two graphs that clients notice: requirements on callers, rate limits, and lists that
// need a bound.
import { type GraphQLSchema, getNamedType, isInterfaceType, isObjectType } from 'graphql';
import type { RateLimit } from '../compose/rate-limit-rules.ts';
import type { Requirement } from '../compose/requirements.ts';
import type { Rules } from '../compose/rules.ts';
import { changeOf, type SchemaChange } from './schema-changes.ts';

export interface GraphRules extends Pick<Rules, 'fieldRequirements' | 'typeRequirements' | 'rateLimits'> {
  /** By `Type.field`: arguments of which one is required, because it determines the length of the list. */
  slicing: ReadonlyMap<string, readonly string[]>;
  /** Declared weights, by the coordinate of a field, argument, input field or type. */
  weights: ReadonlyMap<string, number>;
}

interface RuledGraph {
  schema: GraphQLSchema;
  rules: GraphRules;
}

/** The changes of rules of elements that both graphs have. */
export function ruleChanges(before: RuledGraph, after: RuledGraph): SchemaChange[] {
  const types = requirementChanges(before.rules.typeRequirements, after.rules.typeRequirements, before.schema);
  const changed = new Set(types.map(({ coordinate }) => coordinate));
  const fields = requirementChanges(before.rules.fieldRequirements, after.rules.fieldRequirements, before.schema);
  return [
    ...types,
    // What a type requires, its fields and the fields that return it require too.
    ...fields.filter(({ coordinate }) => !typesAt(after.schema, coordinate).some((name) => changed.has(name))),
    ...limitChanges(before, after),
    ...slicingChanges(before, after),
    ...weightChanges(before.rules, after.rules, before.schema),
  ];
}

function requirementChanges(
  before: ReadonlyMap<string, Requirement>,
  after: ReadonlyMap<string, Requirement>,
  schema: GraphQLSchema,
): SchemaChange[] {
  return [...new Set([...before.keys(), ...after.keys()])].flatMap((coordinate) => {
    if (typesAt(schema, coordinate).length === 0) return [];
    const added = addedRequirement(before.get(coordinate), after.get(coordinate));
    if (added) return changeOf(coordinate, 'breaking', `'${coordinate}' requires ${added}`);
    const removed = addedRequirement(after.get(coordinate), before.get(coordinate));
    return removed ? changeOf(coordinate, 'safe', `'${coordinate}' no longer requires ${removed}`) : [];
  });
}

function limitChanges(before: RuledGraph, after: RuledGraph): SchemaChange[] {
  const [old, next] = [before.rules.rateLimits, after.rules.rateLimits];
  return [...new Set([...old.keys(), ...next.keys()])].flatMap((coordinate) => {
    if (typesAt(before.schema, coordinate).length === 0) return [];
    const [was, is] = [old.get(coordinate) ?? [], next.get(coordinate) ?? []];
    const stricter = is.filter((limit) => isStricterLimit(was, limit));
    if (stricter.length > 0) {
      const limits = stricter.map(limitText).join(', and to ');
      return changeOf(coordinate, 'breaking', `'${coordinate}' is limited to ${limits}`);
    }
    const wider = was.filter((limit) => isStricterLimit(is, limit));
    const limits = wider.map(limitText).join(', and to ');
    return wider.length > 0 ? changeOf(coordinate, 'safe', `'${coordinate}' is no longer limited to ${limits}`) : [];
  });
}

function slicingChanges(before: RuledGraph, after: RuledGraph): SchemaChange[] {
  return [...after.rules.slicing].flatMap(([coordinate, names]) => {
    const was = before.rules.slicing.get(coordinate);
    if (typesAt(before.schema, coordinate).length === 0 || was?.every((name) => names.includes(name))) return [];
    const given = names.map((name) => `"${name}"`).join(' or ');
    return changeOf(coordinate, 'breaking', `'${coordinate}' requires the argument ${given} (@listSize)`);
  });
}

function weightChanges(before: GraphRules, after: GraphRules, schema: GraphQLSchema): SchemaChange[] {
  return [...new Set([...before.weights.keys(), ...after.weights.keys()])].flatMap((coordinate) => {
    const [was, is] = [before.weights.get(coordinate), after.weights.get(coordinate)];
    if (was === is || !schema.getType(coordinate.split('.', 1)[0] ?? '')) return [];
    const level = is === undefined || (was !== undefined && is < was) ? 'safe' : 'dangerous';
    const costs = is === undefined ? 'has no cost of its own any more' : `costs ${is}`;
    return changeOf(coordinate, level, `'${coordinate}' ${costs} (@cost${was === undefined ? '' : `, before ${was}`})`);
  });
}

/** A type's own name; for a field, those of its parent and of what it returns. Empty where the schema has neither. */
function typesAt(schema: GraphQLSchema, coordinate: string): string[] {
  const [typeName = '', fieldName] = coordinate.split('.');
  const type = schema.getType(typeName);
  if (!type) return [];
  if (fieldName === undefined) return [typeName];
  const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[fieldName] : undefined;
  return field ? [typeName, getNamedType(field.type).name] : [];
}

/** What the second requirement has beyond the first, in words; null where who meets the first meets the second. */
export function addedRequirement(before: Requirement | undefined, after: Requirement | undefined): string | null {
  if (!after) return null;
  const { authenticated, scopes, policies } = before ?? { authenticated: false, scopes: [], policies: [] };
  const newScopes = after.scopes.filter((entry) => !scopes.some((other) => implies(other, entry)));
  const newPolicies = after.policies.filter((entry) => !policies.some((other) => implies(other, entry)));
  const isNew = after.authenticated && !authenticated && scopes.length === 0 && after.scopes.length === 0;
  const added = [
    ...(isNew ? ['authentication'] : []),
    ...newScopes.map((entry) => `the scope ${alternatives(entry)}`),
    ...newPolicies.map((entry) => `the policy ${alternatives(entry)}`),
  ];
  return added.length > 0 ? added.join(', and ') : null;
}

type Entry = Requirement['scopes'][number];

/** Whether each list that satisfies the first entry satisfies the second. */
function implies(entry: Entry, other: Entry): boolean {
  return entry.every((held) => other.some((list) => list.every((name) => held.includes(name))));
}

function alternatives(entry: Entry): string {
  return entry.map((list) => list.join(' and ')).join(', or ');
}

/** Whether a limit allows less than those before did, as far as they count the same. */
export function isStricterLimit(before: readonly RateLimit[], limit: RateLimit): boolean {
  return !before.some(
    (other) => countedBy(other) === countedBy(limit) && other.limit <= limit.limit && other.duration >= limit.duration,
  );
}

function countedBy({ identityArgs = [], perCaller = true, arrayLengthField = [] }: RateLimit): string {
  return JSON.stringify([identityArgs, perCaller, arrayLengthField]);
}

export function limitText({ limit, duration }: RateLimit): string {
  return `${limit} in ${duration} s (@rateLimit)`;
}
