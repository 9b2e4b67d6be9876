// In-flight deduplication: equal queries in flight are one request, each with a response and an end of its own. The
// service responds when the test lets it.

import type { ServerResponse } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { executeOperation } from '../../test/harness/execute-operation.ts';
import { startGateway } from '../../test/harness/gateway.ts';
import { startUpstream, type Upstream } from '../../test/harness/servers.ts';
import { Cancellation } from './cancellation.ts';
import { InFlightDeduplicator } from './in-flight-deduplicator.ts';
import { SubgraphClient, type SubgraphResponse, type SubgraphScope } from './subgraph-client.ts';
import { RequestCancelled } from './subgraph-error.ts';

const body = '{"query":"{ product { name } }"}';
const other = '{"query":"{ product { price } }"}';

interface HeldUpstream extends Upstream {
  /** Responds to the request of that number, once it has come. */
  release(number: number, response?: object): Promise<void>;
}

async function heldUpstream(): Promise<HeldUpstream> {
  const held: PromiseWithResolvers<ServerResponse>[] = [];
  const heldAt = (number: number) => {
    held[number] ??= Promise.withResolvers();
    return held[number];
  };
  let arrived = 0;
  const upstream = await startUpstream((response) => heldAt(arrived++).resolve(response));
  onTestFinished(() => upstream.stop());
  return {
    ...upstream,
    async release(number, result = { data: { product: { name: 'Kettle', tags: ['a', 'b'] } } }) {
      const response = await heldAt(number).promise;
      response.end(JSON.stringify(result));
    },
  };
}

function shared({ url }: Upstream): InFlightDeduplicator {
  const client = new SubgraphClient({
    name: 'products',
    urls: [url],
    timeout: 20_000,
    maxResponseBytes: 1_000_000,
    subscriptions: { max: 10, end: 'complete', startTimeout: 20_000 },
  });
  onTestFinished(() => client.close());
  return new InFlightDeduplicator(client);
}

function scopeOf(subject: string | null = null): SubgraphScope {
  return {
    requestId: 'r1',
    cancellation: new Cancellation(),
    calls: [],
    identity: subject === null ? null : { key: subject, subject },
  };
}

/** Sends a query, and counts how often its end is reported. */
function execute(requests: InFlightDeduplicator, text: string, scope: SubgraphScope) {
  const outcome = Promise.withResolvers<SubgraphResponse>();
  // A test of the request alone ignores its outcome.
  outcome.promise.catch(() => {});
  const requested = { scope, response: outcome.promise, ends: 0 };
  requests.execute(text, scope, (error, response) => {
    requested.ends += 1;
    if (error) outcome.reject(error);
    else outcome.resolve(response as SubgraphResponse);
  });
  return requested;
}

test('equal queries in flight are one request, and each gets its response', async () => {
  const upstream = await heldUpstream();
  const requests = shared(upstream);
  const three = [scopeOf(), scopeOf(), scopeOf()].map((scope) => execute(requests, body, scope));
  await upstream.release(0);
  const responses = await Promise.all(three.map(({ response }) => response));
  expect(responses.map(({ data }) => data)).toEqual(Array(3).fill({ product: { name: 'Kettle', tags: ['a', 'b'] } }));
  expect(upstream.requests).toHaveLength(1);
  expect(three.map(({ scope }) => scope.calls)).toMatchObject(Array(3).fill([{ outcome: 'ok' }]));
  expect(three.map(({ ends }) => ends)).toEqual([1, 1, 1]);
});

test('a response of several is marked as shared, and is the same objects; a response of one is not', async () => {
  const upstream = await heldUpstream();
  const requests = shared(upstream);
  const all = [scopeOf(), scopeOf(), scopeOf()].map((scope) => execute(requests, body, scope));
  await upstream.release(0);
  const responses = await Promise.all(all.map(({ response }) => response));
  expect(responses.map(({ isShared }) => isShared)).toEqual([true, true, true]);
  expect(responses[1]?.data).toBe(responses[0]?.data);
  const alone = execute(requests, body, scopeOf());
  await upstream.release(1);
  expect((await alone.response).isShared).toBeUndefined();
});

test('many get their responses some in each turn, and those that disconnect meanwhile end once', async () => {
  const upstream = await heldUpstream();
  const requests = shared(upstream);
  let turn = 0;
  const turns: number[] = [];
  const ends = Array.from({ length: 100 }, () => 0);
  const scopes = ends.map(() => scopeOf());
  const over = Promise.withResolvers<void>();
  scopes.forEach((scope, index) => {
    requests.execute(body, scope, (error) => {
      ends[index] = (ends[index] ?? 0) + 1;
      expect(error instanceof RequestCancelled).toBe(index === 99);
      if (!error) turns.push(turn);
      if (turns.length === 1) {
        const next = () => {
          turn += 1;
          if (turn < 20) setImmediate(next);
          else over.resolve();
        };
        next();
      }
      if (turns.length === 20) scopes[99]?.cancellation.cancel();
    });
  });
  await upstream.release(0);
  await over.promise;
  expect(ends).toEqual(ends.map(() => 1));
  const maximum = Math.max(...turns.map((one) => turns.filter((other) => other === one).length));
  expect(maximum).toBeLessThanOrEqual(16);
  expect(upstream.requests).toHaveLength(1);
});

test('copies have the same information about their text as the response itself', async () => {
  const upstream = await heldUpstream();
  const requests = shared(upstream);
  const both = [scopeOf(), scopeOf()].map((scope) => execute(requests, body, scope));
  await upstream.release(0, { data: { product: { name: 'a "kettle"\n' } }, errors: [{ message: 'half' }] });
  const [one, two] = await Promise.all(both.map(({ response }) => response));
  expect(one).toMatchObject({ escapes: null, errors: [{ message: 'half' }] });
  expect(two).toEqual(one);
});

test.each([
  ['another text', [body, null], [other, null]],
  ['another identity', [body, 'u1'], [body, 'u2']],
  ['an anonymous caller', [body, 'u1'], [body, null]],
  ['an identity that looks like an anonymous caller', [body, null], [body, 'null']],
] as const)('%s is another request', async (_what, [text, subject], [otherText, otherSubject]) => {
  const upstream = await heldUpstream();
  const requests = shared(upstream);
  const both = [execute(requests, text, scopeOf(subject)), execute(requests, otherText, scopeOf(otherSubject))];
  await upstream.release(0);
  await upstream.release(1);
  await Promise.all(both.map(({ response }) => response));
  expect(upstream.requests).toHaveLength(2);
});

test('the same identity shares', async () => {
  const upstream = await heldUpstream();
  const requests = shared(upstream);
  const both = [scopeOf('u1'), scopeOf('u1')].map((scope) => execute(requests, body, scope));
  await upstream.release(0);
  await Promise.all(both.map(({ response }) => response));
  expect(upstream.requests).toHaveLength(1);
});

test('nothing is cached: a query after the response is a request of its own', async () => {
  const upstream = await heldUpstream();
  const requests = shared(upstream);
  const first = execute(requests, body, scopeOf());
  await upstream.release(0);
  await first.response;
  const second = execute(requests, body, scopeOf());
  await upstream.release(1, { data: { product: { name: 'Teapot' } } });
  expect((await second.response).data).toEqual({ product: { name: 'Teapot' } });
});

test.each([
  ['the first', 0],
  ['who came later', 1],
])('when %s disconnects, the others still get their response', async (_who, leaves) => {
  const upstream = await heldUpstream();
  const requests = shared(upstream);
  const all = [scopeOf(), scopeOf(), scopeOf()].map((scope) => execute(requests, body, scope));
  await upstream.firstRequest;
  const leaving = all[leaves];
  leaving?.scope.cancellation.cancel();
  await expect(leaving?.response).rejects.toThrow(RequestCancelled);
  await upstream.release(0);
  const staying = await Promise.all(all.filter((each) => each !== leaving).map(({ response }) => response));
  expect(staying.map(({ data }) => data?.product)).toMatchObject([{ name: 'Kettle' }, { name: 'Kettle' }]);
  expect(await upstream.requests[0]?.aborted).toBe(false);
  expect(all.map(({ ends }) => ends)).toEqual([1, 1, 1]);
});

test('when all have disconnected, the request is cancelled, and the next one is new', async () => {
  const upstream = await heldUpstream();
  const requests = shared(upstream);
  const both = [scopeOf(), scopeOf()].map((scope) => execute(requests, body, scope));
  await upstream.firstRequest;
  for (const { scope } of both) scope.cancellation.cancel();
  for (const { response } of both) await expect(response).rejects.toThrow(RequestCancelled);
  expect(await upstream.requests[0]?.aborted).toBe(true);
  const next = execute(requests, body, scopeOf());
  await upstream.release(1);
  expect((await next.response).data).toMatchObject({ product: { name: 'Kettle' } });
  expect(both.map(({ ends }) => ends)).toEqual([1, 1]);
});

test('a query that joins when all others have just disconnected is not cancelled with them', async () => {
  const upstream = await heldUpstream();
  const requests = shared(upstream);
  const first = execute(requests, body, scopeOf());
  await upstream.firstRequest;
  first.scope.cancellation.cancel();
  const second = execute(requests, body, scopeOf());
  await upstream.release(1);
  expect((await second.response).data).toMatchObject({ product: { name: 'Kettle' } });
});

test('a failure is reported to each', async () => {
  const upstream = await heldUpstream();
  const requests = shared(upstream);
  const both = [scopeOf(), scopeOf()].map((scope) => execute(requests, body, scope));
  await upstream.release(0, {});
  for (const { response, scope } of both) {
    await expect(response).rejects.toMatchObject({ code: 'SUBGRAPH_BAD_RESPONSE' });
    expect(scope.calls).toMatchObject([{ outcome: 'SUBGRAPH_BAD_RESPONSE' }]);
  }
});

test('a query that ends while another one gets the response does not end twice', async () => {
  const upstream = await heldUpstream();
  const requests = shared(upstream);
  const second = scopeOf();
  const ended = Promise.withResolvers<void>();
  requests.execute(body, scopeOf(), () => {
    second.cancellation.cancel();
    ended.resolve();
  });
  const requested = execute(requests, body, second);
  await upstream.release(0);
  await ended.promise;
  await expect(requested.response).rejects.toThrow(RequestCancelled);
  await new Promise((resolve) => setImmediate(resolve));
  expect(requested.ends).toBe(1);
});

test('a request that was cancelled before is not sent', async () => {
  const upstream = await heldUpstream();
  const requests = shared(upstream);
  const gone = scopeOf();
  gone.cancellation.cancel();
  await expect(execute(requests, body, gone).response).rejects.toThrow(RequestCancelled);
  const after = execute(requests, other, scopeOf());
  await upstream.release(0);
  await after.response;
  expect(upstream.requests.map((request) => request.body)).toEqual([JSON.parse(other)]);
});

test.each<[string, boolean, string, [string | null, string | null], number]>([
  ['queries', true, '{ product(id: "p1") { name } }', [null, null], 1],
  ['queries of one user', true, '{ product(id: "p1") { name } }', ['u1', 'u1'], 1],
  ['queries of two users', true, '{ product(id: "p1") { name } }', ['u1', 'u2'], 2],
  ['mutations', true, 'mutation { setStock(productId: "p1", quantity: 1) { name } }', ['u1', 'u1'], 2],
  ['queries, where sharing is off', false, '{ product(id: "p1") { name } }', [null, null], 2],
])('in a gateway, equal %s at once', async (_what, deduplicateInFlight, query, subjects, expected) => {
  const upstream = await heldUpstream();
  const { gateway, stop } = await startGateway({ products: upstream.url }, { deduplicateInFlight });
  onTestFinished(async () => {
    await stop();
  });
  const operation = gateway.engine.documents.get(query).operation(undefined);
  if (!operation) throw new Error('The query has no operation.');
  const responses = subjects.map(
    async (subject) => (await executeOperation(gateway.engine, operation, {}, scopeOf(subject))).response,
  );
  const data = { product: { name: 'Kettle' }, setStock: { name: 'Kettle' } };
  for (let number = 0; number < expected; number += 1) await upstream.release(number, { data });
  for (const response of await Promise.all(responses)) {
    expect(response).toMatchObject({
      data: { [query.startsWith('mutation') ? 'setStock' : 'product']: { name: 'Kettle' } },
    });
  }
  expect(upstream.requests).toHaveLength(expected);
});
