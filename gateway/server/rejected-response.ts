// Responses of requests that are not served, with their errors recorded for the log.
import type { ServerResponse } from 'node:http';
import { type RejectedResponse, rejectedResponse } from '../errors.ts';
import type { RequestContext } from '../pipeline/request-context.ts';
import type { Rejection } from '../policy/rejection.ts';
import { sendErrors } from './json-response.ts';

export function notFound(response: ServerResponse, context: RequestContext, message: string): void {
  reject(response, context, rejectedResponse('NOT_FOUND', { message }));
}

export function sendRejection(
  response: ServerResponse,
  context: RequestContext,
  { status, errors, headers }: Rejection,
): void {
  context.recordErrors(errors);
  for (const [name, value] of [...context.rejectionHeaders, ...headers]) response.setHeader(name, value);
  const visible = errors.map(({ message, extensions: { http: _, ...extensions } }) => ({ message, extensions }));
  sendErrors(response, status, { errors: visible });
}

export function reject(response: ServerResponse, context: RequestContext, { status, body }: RejectedResponse): void {
  context.recordErrors(body.errors);
  for (const [name, value] of context.rejectionHeaders) response.setHeader(name, value);
  sendErrors(response, status, body);
}
