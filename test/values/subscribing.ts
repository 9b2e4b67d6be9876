// Subscribes over each transport, and reads to the end.
import { PlainClient } from '../websocket/shop.ts';

export interface Outcome {
  results: unknown[];
  /** `error`: an `error` message, an event stream without `complete`, or a part with errors beside its payload. */
  end: 'complete' | 'error';
}

export interface Subscribing {
  variables?: Record<string, unknown>;
  /** /graphql, unless given. */
  path?: string;
}

export type Subscribe = (origin: string, query: string, request?: Subscribing) => Promise<Outcome>;

export const overWebSocket: Subscribe = async (origin, query, { variables, path = '/graphql' } = {}) => {
  const client = await PlainClient.open(`${origin.replace('http', 'ws')}${path}`);
  client.subscribe('1', query, variables);
  const results: unknown[] = [];
  for (;;) {
    const { type, payload } = await client.message();
    if (type === 'next') results.push(payload);
    else if (type === 'error') return { results: [...results, { errors: payload }], end: 'error' };
    else return { results, end: 'complete' };
  }
};

export const overServerSentEvents: Subscribe = async (origin, query, { variables, path = '/graphql' } = {}) => {
  const response = await fetch(`${origin}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query, variables }),
  });
  const text = await response.text();
  const results = [...text.matchAll(/event: next\ndata: (.*)\n\n/g)].map(([, json]) => JSON.parse(json as string));
  return { results, end: text.includes('event: complete\ndata:\n\n') ? 'complete' : 'error' };
};

/**
 * Apollo's protocol. Fails where the body has no regular end, or anything besides its parts. What is rejected before it
 * begins is plain JSON.
 */
export const overMultipart: Subscribe = async (origin, query, { variables, path = '/graphql' } = {}) => {
  const response = await fetch(`${origin}${path}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'multipart/mixed;boundary=graphql;subscriptionSpec=1.0,application/json',
    },
    body: JSON.stringify({ query, variables }),
  });
  const type = response.headers.get('content-type');
  if (type?.startsWith('application/json')) return { results: [await response.json()], end: 'complete' };
  if (type !== 'multipart/mixed;boundary="graphql";subscriptionSpec="1.0"') throw new Error(`no parts: ${type}`);
  const [preamble, ...parts] = (await response.text()).split('\r\n--graphql');
  const last = parts.pop();
  if (preamble !== '' || last !== '--\r\n') throw new Error(`no whole body: ${JSON.stringify([preamble, last])}`);
  const results: unknown[] = [];
  for (const [index, part] of parts.entries()) {
    const [, text] = /^\r\ncontent-type: application\/json; charset=utf-8\r\n\r\n(.*)$/.exec(part) ?? [];
    const message = JSON.parse(text as string) as { payload?: unknown; errors?: unknown };
    // Heartbeats.
    if (Object.keys(message).length === 0) continue;
    if ('errors' in message && message.payload === null && index === parts.length - 1) {
      return { results: [...results, { errors: message.errors }], end: 'error' };
    }
    results.push(message.payload);
  }
  return { results, end: 'complete' };
};
