// Responses of requests that are not served, with their errors recorded for the log: in the form of GraphQL, as problems in
// the REST façade, or as errors of JSON-RPC for MCP clients.
import type { ServerResponse } from 'node:http';
import { type RejectedResponse, rejectedResponse } from '../errors.ts';
import type { RequestContext } from '../pipeline/request-context.ts';
import type { Rejection } from '../policy/rejection.ts';
import { sendErrors, sendJson } from './json-response.ts';
import { fieldsOf, type ProblemError, problemOf, sendProblem } from './problem-response.ts';

/** First of the codes for errors of servers (JSON-RPC 2.0, section 5.1). */
const SERVER_ERROR = -32_000;

export function notFound(response: ServerResponse, context: RequestContext, message: string): void {
  reject(response, context, rejectedResponse('NOT_FOUND', { message }));
}

export function sendRejection(
  response: ServerResponse,
  context: RequestContext,
  { status, errors, headers }: Rejection,
): void {
  context.recordErrors(errors);
  if (context.protocol === 'rest') {
    // What is an error in a response of GraphQL has a status of its own here.
    sendProblem(response, context, problemOf(errors, status < 400 ? undefined : status), [
      ...fieldsOf(errors),
      ...headers,
    ]);
    return;
  }
  if (context.protocol === 'mcp') {
    sendRpcError(response, context, status, errors, headers);
    return;
  }
  for (const [name, value] of [...context.rejectionHeaders, ...headers]) response.setHeader(name, value);
  const visible = errors.map(({ message, extensions: { http: _, ...extensions } }) => ({ message, extensions }));
  sendErrors(response, status, { errors: visible });
}

export function reject(response: ServerResponse, context: RequestContext, { status, body }: RejectedResponse): void {
  context.recordErrors(body.errors);
  if (context.protocol === 'rest') {
    sendProblem(response, context, problemOf(body.errors, status));
    return;
  }
  if (context.protocol === 'mcp') {
    sendRpcError(response, context, status, body.errors);
    return;
  }
  for (const [name, value] of context.rejectionHeaders) response.setHeader(name, value);
  sendErrors(response, status, body);
}

/** An error of no message in particular (JSON-RPC 2.0, section 5.1): the request was rejected before its message was read. */
function sendRpcError(
  response: ServerResponse,
  context: RequestContext,
  status: number,
  [error]: readonly ProblemError[],
  headers: Rejection['headers'] = [],
): void {
  for (const [name, value] of [...context.rejectionHeaders, ...headers]) response.setHeader(name, value);
  const { http: _, ...data } = error?.extensions ?? {};
  sendJson(response, status < 400 ? 400 : status, {
    jsonrpc: '2.0',
    error: { code: SERVER_ERROR, message: error?.message ?? '', data },
    id: null,
  });
}

/** @param allow the methods of the path. */
export function rejectMethod(
  response: ServerResponse,
  context: RequestContext,
  method: string | undefined,
  allow: string,
): void {
  response.setHeader('allow', allow);
  const message = `This path has no method ${method}. Use one of ${allow}.`;
  reject(response, context, rejectedResponse('BAD_REQUEST', { message, status: 405 }));
}
