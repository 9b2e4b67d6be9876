// AWS Lambda: handlers for function URLs and HTTP APIs (payload format 2.0), on top of `fetch`. Nothing is expected of an
// earlier call: each may be the first one of its process, or come after any time in which the process was frozen.
import { Buffer } from 'node:buffer';
import type { Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { rejectedResponse } from '../../errors.ts';
import { eventStream } from '../../pipeline/accept.ts';
import { deadlineHeader, requestedTime } from '../../transport/deadline.ts';
import type { FetchOptions } from './embedding.ts';

/** Request of payload format 2.0, as far as it is used. */
export interface LambdaEvent {
  version: string;
  rawPath: string;
  rawQueryString: string;
  cookies?: readonly string[] | undefined;
  /** Names in lower case; several values of one are joined by commas. */
  headers: Readonly<Record<string, string | undefined>>;
  requestContext: { domainName: string; http: { method: string; sourceIp: string } };
  body?: string | null | undefined;
  isBase64Encoded: boolean;
}

/** Invocation, as far as it is used. */
export interface LambdaContext {
  getRemainingTimeInMillis(): number;
}

export interface LambdaHead {
  statusCode: number;
  headers: Record<string, string>;
  cookies: string[];
}

/** Response of payload format 2.0. */
export interface LambdaResult extends LambdaHead {
  body: string;
  isBase64Encoded: boolean;
}

interface Fetching {
  fetch(request: Request, options?: FetchOptions): Promise<Response>;
}

/** Global of Lambda's Node runtime, for responses that are streamed. */
interface LambdaRuntime {
  streamifyResponse(
    handler: (event: LambdaEvent, output: Writable, context?: LambdaContext) => Promise<void>,
  ): (event: LambdaEvent, context: LambdaContext) => Promise<void>;
  HttpResponseStream: { from(output: Writable, head: LambdaHead): Writable };
}

/** Milliseconds before the end of the function's time by which a response is to be there. */
const MARGIN = 250;

/** Media types whose bodies are sent as text, unless they are compressed. */
const textual = /^(?:text\/|application\/(?:[\w.-]+\+)?json\b)/i;

/**
 * Makes the handler of a Lambda function with a function URL, or behind an HTTP API. Responses are sent as a whole, so
 * that subscriptions are rejected with status 406; see `createLambdaStream`. An operation has the time that is left of
 * the function's, and responds with what is known then.
 *
 * @example
 * export const handler = createLambdaHandler(gateway);
 */
export function createLambdaHandler(gateway: Fetching) {
  /** @throws TypeError (as a rejection) for an event of another payload format. */
  return async (event: LambdaEvent, context?: LambdaContext): Promise<LambdaResult> => {
    const response = await respond(gateway, event, context);
    if (isEndless(response)) {
      await response.body?.cancel();
      const message = 'This function sends whole responses: subscriptions need one that streams them.';
      const { status, body } = rejectedResponse('BAD_REQUEST', { message, status: 406 });
      const headers = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' };
      return { statusCode: status, headers, cookies: [], body: JSON.stringify(body), isBase64Encoded: false };
    }
    const bytes = Buffer.from(await response.arrayBuffer());
    const { headers } = response;
    const isText = !headers.has('content-encoding') && textual.test(headers.get('content-type') ?? '');
    return { ...headOf(response), body: bytes.toString(isText ? 'utf8' : 'base64'), isBase64Encoded: !isText };
  };
}

/**
 * Makes the handler of a Lambda function whose URL has the invoke mode `RESPONSE_STREAM`: subscriptions are event
 * streams there, until the function's time ends.
 * @throws Error outside of Lambda's Node runtime.
 *
 * @example
 * export const handler = createLambdaStream(gateway);
 */
export function createLambdaStream(gateway: Fetching): ReturnType<LambdaRuntime['streamifyResponse']> {
  const { awslambda } = globalThis as { awslambda?: LambdaRuntime };
  if (!awslambda) throw new Error('There is no `awslambda` here: responses are streamed in Lambda alone.');
  return awslambda.streamifyResponse(async (event, output, context) => {
    const response = await respond(gateway, event, context);
    const stream = awslambda.HttpResponseStream.from(output, headOf(response));
    if (response.body) await pipeline(response.body, stream);
    else stream.end();
  });
}

async function respond(gateway: Fetching, event: LambdaEvent, context: LambdaContext | undefined): Promise<Response> {
  if (event?.version !== '2.0') {
    throw new TypeError(
      `The event has the payload format ${event?.version ?? '1.0'}: use a function URL, or an HTTP API with format 2.0.`,
    );
  }
  const { requestContext, rawPath, rawQueryString, body, isBase64Encoded } = event;
  const { method, sourceIp } = requestContext.http;
  const headers = headersOf(event, context);
  const url = `https://${headers.get('host') ?? requestContext.domainName}${rawPath}`;
  const hasBody = typeof body === 'string' && method !== 'GET' && method !== 'HEAD';
  const request = new Request(rawQueryString === '' ? url : `${url}?${rawQueryString}`, {
    method,
    headers,
    ...(hasBody && { body: Buffer.from(body, isBase64Encoded ? 'base64' : 'utf8') }),
  });
  return gateway.fetch(request, { remoteAddress: sourceIp });
}

function headersOf({ headers, cookies }: LambdaEvent, context: LambdaContext | undefined): Headers {
  const sent = new Headers();
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) sent.set(name, value);
  if (cookies && cookies.length > 0) sent.set('cookie', cookies.join('; '));
  if (context) {
    const left = Math.max(1, Math.floor(context.getRemainingTimeInMillis()) - MARGIN);
    sent.set(deadlineHeader, String(Math.min(left, requestedTime(headers[deadlineHeader]))));
  }
  return sent;
}

function headOf({ status, headers }: Response): LambdaHead {
  const fields = Object.fromEntries([...headers].filter(([name]) => name !== 'set-cookie'));
  return { statusCode: status, headers: fields, cookies: headers.getSetCookie() };
}

/** Results that are sent in an event stream as a whole have a length. */
function isEndless({ headers }: Response): boolean {
  return headers.get('content-type')?.startsWith(eventStream) === true && !headers.has('content-length');
}
