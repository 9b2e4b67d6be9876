// Responses of requests that are not served, with their errors recorded for the log: in the form of GraphQL, or as problems
// in the REST façade.
import type { ServerResponse } from 'node:http';
import { type RejectedResponse, rejectedResponse } from '../errors.ts';
import type { RequestContext } from '../pipeline/request-context.ts';
import type { Rejection } from '../policy/rejection.ts';
import { sendErrors } from './json-response.ts';
import { fieldsOf, problemOf, sendProblem } from './problem-response.ts';

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
  for (const [name, value] of context.rejectionHeaders) response.setHeader(name, value);
  sendErrors(response, status, body);
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
