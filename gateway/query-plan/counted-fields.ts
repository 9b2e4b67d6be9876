// Counted fields: the part of a response's shape that has a cost, with its weights. Compiled once for each plan, where
// anything depends on the cost of responses.

/** The fields of objects of one type that have a cost, or objects below them. */
export type CountedFields = readonly CountedField[];

export interface CountedField {
  /** The client's response key. */
  key: string;
  /** As in the field's shape: the slot that contains it, and its property there. */
  slot: number | null;
  property: string;
  /** Reads the property of an object of a response. */
  read(holder: Record<string | symbol, unknown>): unknown;
  /** Cost of its arguments for each object that has the field; a number, or the index of the request's costs. */
  arguments: number | { index: number };
  /** Levels of lists around its values. */
  lists: number;
  value: CountedValue;
}

export type CountedValue =
  /** Cost of each value that is not null. */
  | { kind: 'leaf'; weight: number }
  /** Objects of one type. */
  | { kind: 'object'; object: CountedObject }
  /** Objects of several types: by the names that they have, or that the entity in a slot has. */
  | { kind: 'abstract'; types: ReadonlyMap<string, CountedObject>; typeSlot: number | undefined }
  /** Introspection, whatever is selected. */
  | { kind: 'introspection'; weight: number };

export interface CountedObject {
  /** Cost of the object itself. */
  weight: number;
  fields: CountedFields;
}

export interface CountedResponse {
  fields: CountedFields;
  /** Of a mutation, the least that each root field costs once it has been executed, by response key; null otherwise. */
  leastByKey: ReadonlyMap<string, number> | null;
}
