// Stages of the pipeline: run in order, synchronously as long as none has to wait, and no further than a rejection. The
// types are what one hands on to the next, from the request of a transport to its outcome.
import type { ExecutionResult, OperationTypeNode } from 'graphql';
import type { PlannedOperation } from '../engine/engine.ts';
import type { PreparedOperation } from '../engine/prepared-operation.ts';
import type { GraphQLResponse } from '../execute/response.ts';
import type { MaybePromise } from '../maybe-promise.ts';
import type { DocumentParameters } from '../persisted-documents/request-document.ts';
import type { Analysis } from '../policy/analysis.ts';
import { Rejection } from '../policy/rejection.ts';
import type { OperationCost } from './operation-cost.ts';
import type { RequestContext } from './request-context.ts';

export type Variables = Readonly<Record<string, unknown>>;

/** Operation as received by a transport. */
export interface OperationRequest {
  /** Text or id of the document; the operation itself where Yoga has parsed it. */
  document: DocumentParameters | PreparedOperation;
  operationName?: string | null | undefined;
  variables: Variables;
  /** Size in bytes of the message with the variables; null where unknown. */
  bytes: number | null;
  /** Kinds of operations that the transport supports. */
  kinds: readonly `${OperationTypeNode}`[];
  /** Whether the transport can send the response in parts, as `@defer` has them. Default: false. */
  inParts?: boolean;
  /** Whether the message requests the explanation of its response; a header field does so too. Default: false. */
  isExplained?: boolean;
  /** Faults that the message names; a header field does so too. Default: none. */
  faults?: string;
}

/** An operation that passed the checks, with its plan, for one request. */
export interface OperationExecution extends PlannedOperation {
  analysis: Analysis;
  context: RequestContext;
  /** What it costs; null where nothing depends on it. */
  cost: OperationCost | null;
}

export type Result = GraphQLResponse | ExecutionResult;

export type Events = AsyncIterableIterator<Result>;

/** A result; for a subscription its events, or a single result in their place. */
export type Outcome = Result | Events | Rejection;

/** Result of a stage, or a promise of it: a value, or a rejection that ends the operation. */
export type Stage<Value> = MaybePromise<Value | Rejection>;

/** Passes a stage's value to the next stage; a rejection skips it. */
export function follow<Value, Next>(stage: Stage<Value>, next: (value: Value) => Stage<Next>): Stage<Next> {
  if (stage instanceof Promise) return stage.then((value) => (value instanceof Rejection ? value : next(value)));
  return stage instanceof Rejection ? stage : next(stage);
}

/** Records the time that a stage waits, where the request is traced. */
export function traced<Value>({ trace }: RequestContext, name: string, stage: Stage<Value>): Stage<Value> {
  return trace ? trace.wait(name, stage) : stage;
}
