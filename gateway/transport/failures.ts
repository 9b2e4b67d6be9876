// Failures of exchanges with a subgraph: whose fault they are, and the error that the client's request gets.
import { ErrorCode } from '../errors.ts';
import { OutOfTime } from './deadline.ts';
import { RejectedRequest, rejectionFor } from './rejected-request.ts';
import { NotConnected } from './subgraph-address.ts';
import { SubgraphError } from './subgraph-error.ts';
import type { SubgraphCall, SubgraphScope } from './subgraph-scope.ts';
import type { Upstream } from './upstream.ts';

/** Whether it is the fault of an address: errors in responses, statuses of 4xx and cancellations are not. */
export function isFailure(error: Error | null): boolean {
  if (error instanceof NotConnected) return true;
  if (!(error instanceof SubgraphError) || error instanceof OutOfTime) return false;
  return error.code === ErrorCode.SUBGRAPH_UNAVAILABLE || error.code === ErrorCode.SUBGRAPH_TIMEOUT;
}

/** `ok`, or the code of the failure. */
export function outcomeOf(error: Error | null): SubgraphCall['outcome'] {
  if (!error) return 'ok';
  if (error instanceof NotConnected) return error.asSubgraphError.code;
  return error instanceof SubgraphError ? error.code : 'CANCELLED';
}

/** The record of a request. @param duration milliseconds. */
export function callOf(subgraph: string, duration: number, error: Error | null): SubgraphCall {
  const call: SubgraphCall = { subgraph, duration, outcome: 'ok' };
  if (error) call.outcome = outcomeOf(error);
  if (error instanceof SubgraphError) call.detail = error.detail;
  return call;
}

/** The error for the client's request. @param upstream the address that it comes from. */
export function failureFor(error: Error | null, scope: SubgraphScope, upstream: Upstream): Error | null {
  if (error instanceof NotConnected) return error.asSubgraphError;
  return error instanceof RejectedRequest ? rejectionFor(error, scope, upstream.hasCredentials) : error;
}
