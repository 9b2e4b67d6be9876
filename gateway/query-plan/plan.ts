// Plan: the planner's output and the executor's input. Plain data throughout; it can be printed, compared and cached.
//
// Objects stay as the subgraphs returned them. Data of another subgraph about an object is attached to it in a
// *slot*, a property that is a symbol (see `slot.ts`), so that no two responses can collide. Every root fetch and
// every entity fetch has a slot of its own.

import type { DeferredFragment } from './deferred-fragment.ts';
import type { Shape } from './shape.ts';
import type { ValueTemplate } from './value-template.ts';

export type OperationKind = 'query' | 'mutation' | 'subscription';

export interface Plan {
  /** Of a subscription, the fetches run for each event: the event is the response of the first one. */
  operation: OperationKind;
  /** The name of the client's operation. */
  name: string | null;
  /** In an order in which each fetch comes after those it depends on. */
  fetches: Fetch[];
  entityPaths: EntityPath[];
  entityFetches: EntityFetch[];
  /** In an order in which each comes after that of its parents. */
  counterparts?: Counterpart[];
  /** The response's root object. */
  output: Shape;
  /** Whether anything in it is denied. */
  denied: boolean;
  /** Absent where the response has one part. */
  deferred?: DeferredParts;
}

/** The parts of a response that come later. */
export interface DeferredParts {
  /** By their ids. */
  fragments: DeferredFragment[];
  /** The fetches that the first part does not wait for. */
  fetches: number[];
}

/** The error in place of a field or object that a policy denies. */
export interface DeniedField {
  message: string;
  /** With `code`. */
  extensions: Readonly<Record<string, unknown>>;
}

/** The errors of denied fields and types, by the names that a plan has for them. */
export type DeniedFieldsByName = ReadonlyMap<string, DeniedField>;

/** One request to one subgraph. */
export interface Fetch {
  id: number;
  subgraph: string;
  operation: OperationKind;
  dependsOn: number[];
  /** Minimum number of rounds before it: a fetch of level 0 can start at once. */
  level: number;
  /** The upstream operation's text; for a fetch with `repeat`, its parts are in there instead. */
  document: string;
  /**
   * Directives of the upstream operation, with a space before each; they are in `document` too, unless that has
   * `repeat`.
   */
  directives: string;
  /** In a plan that is shown: the text in the service's own names, where it has others. */
  sent?: string;
  /** Upstream variables other than keys. */
  variables: FetchVariable[];
  /** The slot of the response's data on the root object, for a fetch of root fields. */
  slot: number | null;
  /** Its entity fetches, by id. */
  entityFetches: number[];
  /** Where there are several entity fetches: a request contains only those that have keys. */
  parts: FetchParts | null;
  /** An entity fetch by a lookup field for one key, which is sent under many aliases in one request. */
  repeat: Repeat | null;
}

/** An upstream variable: a client variable under a generated name, or a value that is computed from some. */
export type FetchVariable = { name: string; from: string } | { name: string; template: ValueTemplate };

/** A document of several entity fetches in parts, from which a document with some of them is built. */
export interface FetchParts {
  /** The text before the variable definitions. */
  start: string;
  /** In the order of the fetch's entity fetches. */
  entityFetches: {
    /** Client variables in the field, by their names upstream. */
    variables: { name: string; definition: string }[];
    /** Definitions of the variables that hold keys. */
    keys: string[];
    field: string;
    /** With values of enclosing objects, it stands once for each of them; its number goes between the texts. */
    repeat?: { definitions: string[]; field: string[] };
  }[];
}

/**
 * The parts of a document in which one field stands once for each key. The key's number goes between the texts of a
 * list: no text of a document, which may contain any character that a client wrote, is searched for a place to put
 * it.
 */
export interface Repeat {
  /** Variable definitions that stand once, without parentheses. */
  header: string;
  /** Variable definitions for one key. */
  definitions: string[];
  /** The field for one key. */
  field: string[];
}

/** Entities of one type, fetched by key from one subgraph. */
export interface EntityFetch {
  /** Also the number of its slot. */
  id: number;
  fetch: number;
  type: string;
  /** The interface that it is looked up through, where that is an object type in the subgraph. */
  lookedUpAs?: string;
  /** For the query type below the root: no key, and the whole data of the response is the object at every place. */
  isRootType?: true;
  /** Index of the subgraph's entry point for this type. */
  entryPoint: number;
  /** Response key of the root field. */
  alias: string;
  /** Upstream variable for each argument of the entry point. */
  arguments: { name: string; variable: string }[];
  /** The objects that are fetched, and the properties that their keys are made from. */
  sources: EntitySource[];
  /** Values of enclosing objects that its fields take: the variables, before the number of the request, with types. */
  contexts?: { variable: string; type: string }[];
  /** The key as it is selected in the rows of a list, to match them by; null where they are matched by position. */
  match: KeyMatch[] | null;
  /** The policy for caching the entities for other requests; null where they may not be cached. */
  cachePolicy: EntityCachePolicy | null;
}

/** The objects at a place as another subgraph returns them: attached to the objects, which are matched by position. */
export interface Counterpart {
  /** The number of its slot. */
  id: number;
  /** The subgraph that returns it. */
  subgraph: string;
  /** The entity path of the objects above; null for the response's root. */
  parents: number | null;
  /** Where an object above has the objects: the slot, null for its own response, and the property. */
  own: { slot: number | null; property: string };
  /** Where it has their counterparts. */
  other: { slot: number | null; property: string };
  /** The fetch whose response contains the objects, and the path to them in it. */
  fetch: number;
  path: PathStep[];
}

export interface EntitySource {
  entityPath: number;
  key: KeyField[];
  /** Only objects whose type is this one, as the entity in this slot determines it. */
  only?: { slot: number; type: string };
  /** Where its fields take values of enclosing objects as arguments. */
  contexts?: ContextPath;
}

/** The way from the objects that have values for an entity fetch down to the objects that are fetched. */
export interface ContextPath {
  /** The entity path of the outermost ones. */
  entityPath: number;
  /** From the outermost ones to those that are fetched. */
  places: ContextPlace[];
}

export interface ContextPlace {
  /** Where the object before has these: the slot, null for its own response, and the property; null for the first. */
  step: (PathStep & { slot: number | null }) | null;
  /** Only objects of this type, where others may stand beside them. */
  type: string | null;
  only?: { slot: number; type: string };
  /** What is taken from them: the part with the value, and the way to it in that. */
  values: { context: number; key: KeyField[]; path: ValuePath[] }[];
}

/** A property of an object that is made as keys are, and what follows in its value; the first that is there counts. */
export interface ValuePath {
  name: string;
  below: ValuePath[];
}

/** A field of a key, in the objects that keys are made from and in the rows of a list. */
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
  /** Only for the same caller. */
  private: boolean;
  /** Object types below the entity. */
  types: string[];
  /** The property of its key that identifies it among those of its type, as far as the key has it. */
  id: string | null;
  /** Its selection, and the client's variables that this depends on. */
  selection: string;
  variables: string[];
}

/** One property of the object that an entry point makes its key from. */
export interface KeyField {
  name: string;
  /** Only objects of these types have it, where others may stand at its place. */
  types?: string[];
  /** The form that its value must have; null where it can be anything, or has fields. */
  leaf: KeyLeaf | null;
  /**
   * Part of the fields that a computed field requires: it may be null. The others are the key: without them there is
   * none.
   */
  mayBeNull: boolean;
  slot: number | null;
  property: string;
  fields: KeyField[] | null;
}

/** All but `boolean` are a string or a number; `number` is GraphQL's own Int or Float. */
export type KeyLeaf = 'plain' | 'id' | 'number' | 'boolean';

/** A place in the responses whose objects are fetched by key from another subgraph. */
export interface EntityPath {
  id: number;
  /** The fetch whose response contains these objects. */
  fetch: number;
  /** The entity fetch under which the path starts; null for the response's root. */
  entityFetch: number | null;
  path: PathStep[];
  /** Only objects of this type, where others may stand beside them. */
  type: string | null;
  /**
   * The whole selection on these objects in their own response, where that is leaves only: objects with equal values
   * of these become one object, fetched once and written once.
   */
  identityFields: string[] | null;
}

export interface PathStep {
  property: string;
  /** Followed only on objects of these types. */
  types: string[] | null;
}
