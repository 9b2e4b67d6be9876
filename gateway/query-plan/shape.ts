// Shape of a response: the values of each place, the fields in order, and the slot that contains each. Part of a plan.
import type { FragmentPlace } from './deferred-fragment.ts';

/** The form of the values at one place of the response. */
export interface Shape {
  /** True where objects have their type in `__typename`. */
  abstract: boolean;
  /** The slot of the entity that has it instead, where the objects do not have their types. */
  typeSlot?: number;
  /** The fields in order, for each type that may stand here. */
  types: Record<string, FieldShape[]>;
  /** Types of which one object may stand here several times (see `EntityPath.identityFields`). */
  identityFields: string[];
  /** Types that a client with a view does not have: their objects are null, without an error. */
  hidden?: string[];
  /** Types whose objects are denied here: they are null. */
  denied?: string[];
}

export interface FieldShape {
  /** The client's response key. */
  key: string;
  /** `Type.field` in the graph's names. */
  coordinate: string;
  /** The same in the client's names, for errors, where they differ. */
  shown?: string;
  /** The subgraph that it is fetched from. */
  subgraph: string;
  /** The slot of the response that contains it; null for the object's own. */
  slot: number | null;
  property: string;
  type: ValueType;
  /** Denied, and not fetched: the name of its error in a request's `DeniedFieldsByName`. */
  denied?: string;
  /** The value in place of an error while its subgraph is down; absent where there is none. */
  fallback?: unknown;
  /** The deferred fragments that it comes with; absent where it comes with its object. */
  deferred?: FragmentPlace[];
  /** Deferred fragments that mention it; absent where none does. */
  mentionedIn?: number[];
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
  /** `hidden` are values that the client's view leaves out, `shown` the view's names for others. */
  | { is: 'enum'; name: string; values: string[]; hidden?: string[]; shown?: Record<string, string> }
  | { is: 'scalar'; name: string };
