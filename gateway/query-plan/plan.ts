// The plan: what the planner says and the executor does. Plain data throughout; it can be printed, compared and cached.
//
// Objects stay as the subgraphs answered them. What another subgraph knows of an object hangs on it in a *slot*, a
// property that is a symbol (see `slot.ts`), so that no two answers can collide. Every root fetch and every look-up has a slot
// of its own.

import type { ValueTemplate } from './value-template.ts';

export type OperationKind = 'query' | 'mutation' | 'subscription';

export interface Plan {
  /** Of a subscription, the fetches run for each event: the event is the response of the first one. */
  operation: OperationKind;
  /** The client's name for the operation. */
  name: string | null;
  /** In an order in which each fetch comes after those it depends on. */
  fetches: Fetch[];
  entityPaths: EntityPath[];
  entityFetches: EntityFetch[];
  /** The answer's root object. */
  output: Shape;
  /** Whether anything in it is refused. */
  denied: boolean;
}

/** The error at the place of what a policy refuses. */
export interface DeniedField {
  message: string;
  /** With `code`. */
  extensions: Readonly<Record<string, unknown>>;
}

/** Why things are refused, by the names that a plan has for them. */
export type DeniedFieldsByName = ReadonlyMap<string, DeniedField>;

/** One request to one subgraph. */
export interface Fetch {
  id: number;
  subgraph: string;
  operation: OperationKind;
  dependsOn: number[];
  /** Rounds before it at the least: 0 can start at once. */
  level: number;
  /** The upstream operation's text; for a fetch with `repeat`, its parts are in there instead. */
  document: string;
  /** Directives of the upstream operation, with a space before each; they are in `document` too, unless that has `repeat`. */
  directives: string;
  /** In a plan that is shown: the text in the service's own names, where it has others. */
  sent?: string;
  /** Upstream variables other than keys. */
  variables: FetchVariable[];
  /** Where the answer's data goes on the root object, for a fetch of root fields. */
  slot: number | null;
  /** Entities that are looked up, by id. */
  entityFetches: number[];
  /** Where there are several lookups: a request has only those for which there are keys. */
  parts: FetchParts | null;
  /** A look-up of one entity at a time, asked in one request under many aliases. */
  repeat: Repeat | null;
}

/** An upstream variable: a client variable under a name of the gateway's own, or a value that is made of some. */
export type FetchVariable = { name: string; from: string } | { name: string; template: ValueTemplate };

/** A document of several lookups in pieces, from which that of some of them is made. */
export interface FetchParts {
  /** What comes before the variable definitions. */
  start: string;
  /** In the order of the fetch's lookups. */
  entityFetches: {
    /** Client variables in the field, by their names upstream. */
    variables: { name: string; definition: string }[];
    /** Definitions of the variables that hold keys. */
    keys: string[];
    field: string;
  }[];
}

/**
 * The pieces of a document in which one field stands once for each key. The key's number goes between the texts of a list:
 * no text of a document, which may hold any character that a client wrote, is searched for a place to put it.
 */
export interface Repeat {
  /** Variable definitions that stand once, without parentheses. */
  header: string;
  /** Variable definitions for one key. */
  definitions: string[];
  /** The field for one key. */
  field: string[];
}

/** Entities of one type, found by key in one subgraph. */
export interface EntityFetch {
  /** Also the number of its slot. */
  id: number;
  fetch: number;
  type: string;
  /** Which of the subgraph's ways to find this type. */
  entryPoint: number;
  /** Response key of the root field. */
  alias: string;
  /** Upstream variable for each argument of the entry point. */
  arguments: { name: string; variable: string }[];
  /** Whose objects are looked up, and from which of their properties the key is made. */
  sources: { entityPath: number; key: KeyField[] }[];
  /** The key as it is selected in the rows of a list, to match them by; null where they are matched by position. */
  match: KeyMatch[] | null;
  /** How what is found may be kept for other requests; null where it may not. */
  cachePolicy: EntityCachePolicy | null;
}

/** A field of a key, in the objects that keys are made of and in the rows that a list lookup returns. */
export interface KeyMatch {
  /** In the object that a key is made from. */
  name: string;
  /** In a row. */
  property: string;
  fields: KeyMatch[] | null;
}

export interface EntityCachePolicy {
  /** Seconds. */
  maxAge: number;
  /** Only for the one who asked. */
  private: boolean;
  /** Object types below the entity. */
  types: string[];
  /** The property of its key that tells it from others of its type, as far as the key has it. */
  id: string | null;
  /** What is asked of it, and the client's variables that this depends on. */
  selection: string;
  variables: string[];
}

/** One property of the object that an entry point makes its key from. */
export interface KeyField {
  name: string;
  /** What its value has to be; null where it can be anything, or has fields. */
  leaf: KeyLeaf | null;
  /** Part of what a computed field needs: it may be null. The others find the object: without them there is no key. */
  mayBeNull: boolean;
  slot: number | null;
  property: string;
  fields: KeyField[] | null;
}

/** All but `boolean` are text or a number; `number` is GraphQL's own Int or Float. */
export type KeyLeaf = 'plain' | 'id' | 'number' | 'boolean';

/** A place in the answers whose objects are looked up elsewhere. */
export interface EntityPath {
  id: number;
  /** The fetch in whose answer these objects are. */
  fetch: number;
  /** The look-up under which the path starts; null for the answer's root. */
  entityFetch: number | null;
  path: PathStep[];
  /** Only objects of this type, where others may stand beside them. */
  type: string | null;
  /**
   * All that was asked of these objects in their own answer, where that is leaves only: objects alike in these are one
   * object from then on, looked up once and written once.
   */
  identityFields: string[] | null;
}

export interface PathStep {
  property: string;
  /** Follow it only on objects of these types. */
  types: string[] | null;
}

/** What stands at one place of the answer. */
export interface Shape {
  /** True where the object says its own type in `__typename`. */
  abstract: boolean;
  /** The fields in order, for each type that may stand here. */
  types: Record<string, FieldShape[]>;
  /** Types whose objects may stand here many times as one (see `Position.alike`). */
  identityFields: string[];
  /** Types whose objects a client with a view does not know: in their place is null, and nothing is said of them. */
  hidden?: string[];
  /** Types whose objects are refused here: in their place is null. */
  denied?: string[];
}

export interface FieldShape {
  /** As the client calls it. */
  key: string;
  /** `Type.field` in the graph's names. */
  coordinate: string;
  /** The same in the client's names, for errors, where they differ. */
  shown?: string;
  /** Which subgraph it is asked of. */
  subgraph: string;
  /** Whose answer it is in; null for the object's own. */
  slot: number | null;
  property: string;
  type: ValueType;
  /** Refused, nobody is asked for it: the name under which a request says why. */
  denied?: string;
}

export type ValueType =
  | { kind: 'list'; nonNull: boolean; of: ValueType }
  | { kind: 'object'; nonNull: boolean; shape: Shape; name: string }
  | { kind: 'leaf'; nonNull: boolean; leaf: Leaf }
  /** With `names`, the client's names of the types whose objects may stand there, by their own. */
  | { kind: 'typename'; nonNull: true; name: string | null; names?: Record<string, string> }
  /** Already complete: introspection. */
  | { kind: 'json'; nonNull: boolean };

export type Leaf =
  | { is: 'Int' | 'Float' | 'String' | 'Boolean' | 'ID' }
  /** `hidden` are values that the client's view leaves out, `shown` the view's names of those that it has under others. */
  | { is: 'enum'; name: string; values: string[]; hidden?: string[]; shown?: Record<string, string> }
  | { is: 'scalar'; name: string };
