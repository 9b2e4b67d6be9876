// Claimed variables: those that a trusted document fills from claims of the caller's identity (`@claim`). No transport lets
// a client set them, and a caller without the claim is rejected: null in its place could select what others own.
import type { PreparedOperation } from '../engine/prepared-operation.ts';
import { requestError } from '../errors.ts';
import type { ClaimedVariable } from '../persisted-documents/document-declaration.ts';
import { claimOf } from '../policy/forwarding/header-value.ts';
import { Rejection } from '../policy/rejection.ts';
import type { RequestContext } from './request-context.ts';
import type { OperationRequest } from './stages.ts';

/** By the SHA-256 of a document's text, in base64url. */
export type ClaimedVariables = ReadonlyMap<string, readonly ClaimedVariable[]>;

/** The request with the operation's claimed variables; the request itself where the operation has none. */
export function withClaims(
  request: OperationRequest,
  operation: PreparedOperation,
  claimed: ClaimedVariables,
  context: RequestContext,
): OperationRequest | Rejection {
  const own = claimed.get(operation.hash());
  if (!own) return request;
  const { identity } = context;
  const variables = { ...request.variables };
  for (const { variable, claim } of own) {
    if (Object.hasOwn(request.variables, variable)) {
      const message = `The variable "$${variable}" is filled from the caller's identity: leave it out.`;
      return new Rejection([requestError('BAD_USER_INPUT', { message })]);
    }
    if (!identity) return rejected('UNAUTHENTICATED', 'Authentication required.');
    const value = claimOf(identity, claim);
    if (value === undefined || value === null) {
      return rejected('FORBIDDEN', `The caller's identity has no claim "${claim}", which this operation requires.`);
    }
    variables[variable] = value;
  }
  // Another caller gets another response to the same request.
  context.cacheability.makePrivate();
  return { ...request, variables };
}

function rejected(code: 'UNAUTHENTICATED' | 'FORBIDDEN', message: string): Rejection {
  return new Rejection([requestError(code, { message })], { part: 'request' });
}
