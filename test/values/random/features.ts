// Features of random graphs, each of which can be switched off: to find out what a failure depends on, or to leave out
// what is known not to work.
import type { Random } from '../../differential/random.ts';

export const featureNames = [
  /** Fields, types and arguments called `_0`, `then`, `length`. */
  'oddNames',
  /** Fields and arguments called `constructor` or `toString`, as members of every JavaScript object. */
  'prototypeNames',
  /** Fields that several services serve. */
  'sharedFields',
  /** Lists, also of lists, and lookups below them. */
  'lists',
  /** Non-null fields, also where a service does not have the object. */
  'nonNull',
  /** Arguments, with values of all types. */
  'arguments',
  /** Interfaces, whose types several services have. */
  'interfaces',
  'unions',
  /** Types without a key. */
  'valueTypes',
  /** Custom scalars: Long, Decimal and JSON. */
  'scalars',
  /** Defaults of arguments that are objects, lists or big numbers of custom scalars. */
  'scalarDefaults',
  /** Numbers that a double cannot hold, in custom scalars and as keys. */
  'bigNumbers',
  /** The same as values of arguments, in variables and literals. */
  'bigArguments',
  /** IDs as JSON numbers. */
  'numericIds',
  /** Lookups whose rows come in another order than their keys. */
  'anyOrder',
  /** Objects that a service does not have: left out of the rows of its lookup, or null. */
  'missingRows',
  /** Lookups by a second key, which may be null. */
  'nullKeys',
  /** Keys of two fields. */
  'compoundKeys',
  /** Lookups of one object. */
  'singleLookups',
  /** Lookups of several types, which return a union of them; their keys have `__typename`. */
  'abstractLookups',
  /** Fields that a service computes from others' fields. */
  'computed',
  /** Fields that fail. */
  'fieldErrors',
  'mutations',
  /** Variables inside of literals of a custom scalar. */
  'scalarVariables',
  /** An executable directive, which changes the values of the fields that it is on, of some services. */
  'directives',
  /** At most two keys in one request. */
  'fewKeys',
  /** The response cache and the entity cache. */
  'caching',
  /** Operations through a client view that renames types, fields and arguments. */
  'view',
  /** Fields that the view does not have, also such that others are computed from. */
  'hiddenFields',
] as const;

export type Feature = (typeof featureNames)[number];
export type Features = ReadonlySet<Feature>;

/** Some of them: what goes wrong with few of them is easier to see. */
export function someFeatures(enabled: readonly Feature[], random: Random): Features {
  const share = random.pick([0.3, 0.7, 1]);
  return new Set(enabled.filter(() => random.chance(share)));
}

/** The features of every run, unless it names others. */
export const usualFeatures: readonly Feature[] = featureNames;
