// Streamed response: a body whose parts or events are sent one by one, as soon as each is there.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendNodeResponse } from '@whatwg-node/server';
import type { RequestContext } from '../pipeline/request-context.ts';
import type { Head } from './compression/body-sender.ts';

/** Adds the header fields that a request's response has, whatever it is. */
export function addHeadersOf({ responseHeaders, receivedHeaders }: RequestContext, headers: Headers): void {
  for (const [name, value] of responseHeaders) {
    // Plugins may have set a Vary header of their own.
    if (name === 'vary') headers.append(name, value);
    else if (!headers.has(name)) headers.set(name, value);
  }
  for (const [name, value] of receivedHeaders) {
    for (const each of [value].flat()) headers.append(name, each);
  }
}

/** Sends it as it is, without a content coding. */
export async function sendStreamed(
  result: Response,
  request: IncomingMessage,
  response: ServerResponse,
  { omitsBody }: Pick<RequestContext, 'omitsBody'>,
): Promise<void> {
  if (omitsBody) await sendHead(result, response);
  else await sendNodeResponse(result, response, request, true);
}

/** The response to a HEAD. */
async function sendHead(result: Response, response: ServerResponse): Promise<void> {
  response.writeHead(result.status, headOf(result.headers) as Record<string, string>);
  response.end();
  // Ends the subscription of an event stream.
  await result.body?.cancel();
}

export function headOf(headers: Headers): Head {
  const head: Head = Object.fromEntries(headers);
  const cookies = headers.getSetCookie();
  if (cookies.length > 0) head['set-cookie'] = cookies;
  return head;
}
