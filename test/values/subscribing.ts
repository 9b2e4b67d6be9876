// Subscribes over each transport, and reads to the end.
import { PlainClient } from '../websocket/shop.ts';

export interface Outcome {
  results: unknown[];
  /** `error`: an `error` message, or an event stream without `complete`. */
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
