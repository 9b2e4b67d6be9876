// Deferred fields: those of an object that connectors other than its own resolve, after the object was made.
import { keyText } from '../../json/key-text.ts';
import type { Condition } from '../translate/collected-fields.ts';
import type { Variables as OperationVariables, ReadArguments } from '../translate/input-values.ts';
import type { EntityConnector, FieldConnector } from './connector.ts';
import type { Evaluate, Variables } from './mapping/compile.ts';

/** Fields of one object that other connectors resolve, which a run does after the object was made. */
export interface DeferredFields {
  entities: readonly EntityPlan[];
  /** Those that need nothing of the entities' connectors, and those that do. */
  first: readonly FieldPlan[];
  later: readonly FieldPlan[];
}

export interface EntityPlan {
  connector: EntityConnector;
  /** The fields that fail with it; null for the object as a whole. */
  responseKeys: readonly (string | null)[];
  /** Makes a `FoundObject` of the connector's value; in lists, for `batch`. */
  evaluate: Evaluate;
}

export interface FieldPlan {
  key: string;
  condition: Condition;
  connector: FieldConnector;
  readArguments: ReadArguments;
  evaluate: Evaluate;
}

/** An object whose fields are yet to be set. */
export interface Deferred {
  fields: DeferredFields;
  object: Record<string, unknown>;
  /** Values of fields by which the connectors are called. */
  values: Record<string, unknown>;
}

/** What the objects of a mapping are made in. */
export interface ObjectRun {
  readonly variables: OperationVariables;
  defer(deferred: Deferred): void;
}

/** An entity in a connector's response. */
export class FoundObject {
  /** Null where a part of it is null: then it is not among those that were requested. */
  readonly key: string | null;
  /** What the service sent. */
  readonly value: unknown;
  /** Sets its fields in an object, and the values that further connectors need. */
  readonly fill: (object: Record<string, unknown>, values: Record<string, unknown>) => void;

  constructor(key: string | null, value: unknown, fill: FoundObject['fill']) {
    this.key = key;
    this.value = value;
    this.fill = fill;
  }
}

export function keyOf(names: readonly string[], values: Readonly<Record<string, unknown>>): string {
  return keyText(names.length === 1 ? values[names[0] as string] : names.map((name) => values[name]));
}

/** The run of an evaluation. */
export function runOf(variables: Variables): ObjectRun {
  return variables.run as ObjectRun;
}
