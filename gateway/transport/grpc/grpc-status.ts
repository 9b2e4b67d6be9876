// Status of a gRPC call (https://grpc.io/docs/guides/status-codes/) as what it means for the request: a failure of the
// subgraph, an error that the service reports for a field, or a value that is not there.
import { ErrorCode } from '../../errors.ts';
import { RejectedRequest } from '../rejected-request.ts';
import { SubgraphError, type SubgraphErrorCode } from '../subgraph-error.ts';
import type { TranslatedError } from '../translate/translated-response.ts';

/** A call that did not end with the status OK. */
export interface CallStatus {
  code: number;
  details: string;
}

interface Meaning {
  name: string;
  /** Code of a failure of the subgraph as a whole. */
  failure?: SubgraphErrorCode;
  /** Status of HTTP by which services of GraphQL reject the caller. */
  rejects?: 401 | 403;
  /** Code of an error that the service reports: its message is for callers. Without it, it is an internal failure. */
  reports?: string;
  /** Whether it is about arguments and states that stay: the same call would end in the same way. */
  isLasting?: true;
}

/** By number, as on the wire. */
const meanings: readonly Meaning[] = [
  { name: 'OK' },
  // The gateway has not cancelled the call: the service, or a proxy before it, has ended the stream.
  { name: 'CANCELLED', failure: ErrorCode.SUBGRAPH_UNAVAILABLE },
  { name: 'UNKNOWN' },
  { name: 'INVALID_ARGUMENT', reports: ErrorCode.BAD_USER_INPUT, isLasting: true },
  { name: 'DEADLINE_EXCEEDED', failure: ErrorCode.SUBGRAPH_TIMEOUT },
  { name: 'NOT_FOUND', reports: ErrorCode.NOT_FOUND, isLasting: true },
  { name: 'ALREADY_EXISTS', reports: 'ALREADY_EXISTS', isLasting: true },
  { name: 'PERMISSION_DENIED', rejects: 403 },
  { name: 'RESOURCE_EXHAUSTED', failure: ErrorCode.RATE_LIMIT_EXCEEDED },
  { name: 'FAILED_PRECONDITION', reports: 'FAILED_PRECONDITION', isLasting: true },
  { name: 'ABORTED', reports: 'ABORTED' },
  { name: 'OUT_OF_RANGE', reports: ErrorCode.BAD_USER_INPUT, isLasting: true },
  { name: 'UNIMPLEMENTED', failure: ErrorCode.SUBGRAPH_BAD_RESPONSE },
  { name: 'INTERNAL' },
  { name: 'UNAVAILABLE', failure: ErrorCode.SUBGRAPH_UNAVAILABLE },
  { name: 'DATA_LOSS' },
  { name: 'UNAUTHENTICATED', rejects: 401 },
];

export const OK = 0;
export const CANCELLED = 1;
export const NOT_FOUND = 5;
export const UNIMPLEMENTED = 12;
export const DEADLINE_EXCEEDED = 4;

/** Texts of grpc-js for streams that end without a status of the service, under statuses that services have as well. */
const lost = /^(?:Received RST_STREAM with code|Received HTTP status code 5|Connection dropped|Write (?:error|failed))/;

/** The same for what is no response of gRPC, and for messages that the gateway does not take. */
const unusable =
  /^(?:Received message (?:larger|that decompresses)|Received HTTP status code|No (?:status|message) |Failed to decompress|Response message parsing)/;

/** The failure that a status is; null where the service reports an error of the field. */
export function failureOf(subgraph: string, status: CallStatus): SubgraphError | null {
  const { failure, rejects } = meaningOf(status);
  if (rejects !== undefined) return new RejectedRequest(subgraph, rejects);
  if (failure === ErrorCode.SUBGRAPH_UNAVAILABLE || lost.test(status.details)) {
    return failed(subgraph, 'SUBGRAPH_UNAVAILABLE', status);
  }
  if (unusable.test(status.details)) return failed(subgraph, 'SUBGRAPH_BAD_RESPONSE', status);
  return failure === undefined ? null : failed(subgraph, failure, status);
}

/** The failure of a stream that ends with a status; null where subscribing again would not help. */
export function streamFailureOf(subgraph: string, status: CallStatus): SubgraphError | null {
  const failure = failureOf(subgraph, status);
  return failure || meaningOf(status).isLasting ? failure : failed(subgraph, 'SUBGRAPH_ERROR', status);
}

/** The error of a field, as services of GraphQL report it: without a code, its message is not for clients. */
export function reportedError(status: CallStatus): TranslatedError {
  const { name: grpcStatus, reports: code } = meaningOf(status);
  return { message: status.details, extensions: { ...(code !== undefined && { code }), grpcStatus } };
}

function meaningOf({ code }: CallStatus): Meaning {
  return meanings[code] ?? { name: 'UNKNOWN' };
}

function failed(subgraph: string, code: SubgraphErrorCode, status: CallStatus): SubgraphError {
  return new SubgraphError(subgraph, code, `gRPC status ${meaningOf(status).name}: ${status.details.slice(0, 500)}`);
}
