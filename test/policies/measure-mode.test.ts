// Measure mode over real HTTP, on both paths, over WebSockets and in batches: what would have been rejected is counted
// and logged, and served as if the rule were not there.
import { hash } from 'node:crypto';
import { createClient } from 'graphql-ws';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import type { GatewayConfig } from '../../gateway/index.ts';
import { collectLines } from '../harness/log-lines.ts';
import type { LogLine } from '../harness/process.ts';
import { total } from '../metrics/exposed.ts';
import { post, serveGraph } from '../values/served-graph.ts';
import { secret, token } from '../websocket/shop.ts';

const sdl = `
  directive @rateLimit(limit: Int, duration: Int) on FIELD_DEFINITION
  type Query {
    items(first: Int): [Item!] @cacheControl(maxAge: 60)
    secret: String @authenticated @cacheControl(maxAge: 60)
    limited: Int @rateLimit(limit: 1, duration: 600)
    open: Int
  }
  type Item { id: ID! child: Item name: String }
`;

const key = (name: string) => ({ name, hash: `sha256:${hash('sha256', name)}` as const });

async function measured(config: Partial<GatewayConfig>, view?: Parameters<typeof serveGraph>[0]['view']) {
  const logs: LogLine[][] = [];
  const served = await serveGraph({
    services: { items: sdl },
    withLog: (log) => void logs.push(collectLines(log)),
    ...(view && { view }),
    config: {
      authentication: { jwt: [{ issuer: 'test', secret }] },
      admin: { port: 0, token: 'a-token-of-operators' },
      ...config,
    },
  });
  const service = served.services.items!;
  const item = { id: '1', name: 'a', child: { id: '2', name: 'b' }, other: 'a' };
  service.returns = ({ headers }) => ({
    data: { items: [item], secret: headers.authorization ? 'hidden' : null, limited: 1, open: 1 },
  });
  return {
    ...served,
    service,
    /** What the latest log line has, of each gateway, or of the first or second one. */
    logged(gateway?: 0 | 1): unknown[] {
      const latest = logs.map((lines) => lines.findLast(({ msg }) => msg === 'request')?.wouldReject);
      return gateway === undefined ? latest : [latest[gateway]];
    },
    /** Of both gateways. */
    async counted(rule: string, code: string): Promise<number> {
      const urls = logs.map((lines) => lines.find(({ msg }) => msg === 'listening for admin')?.url as string);
      const texts = urls.map(async (url) => {
        const headers = { authorization: 'Bearer a-token-of-operators' };
        return (await fetch(`${url}/metrics`, { headers })).text();
      });
      const counts = (await Promise.all(texts)).map((text) =>
        total(text, 'concierge_would_reject_total', { rule, code }),
      );
      return counts.reduce((sum, count) => sum + count, 0);
    },
    async batch(origin: string, ...queries: string[]) {
      const body = JSON.stringify(queries.map((query) => ({ query })));
      const response = await fetch(`${origin}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
      return { status: response.status, headers: response.headers, results: (await response.json()) as object[] };
    },
    async overWebSocket(query: string) {
      const url = `${served.origins[0]?.replace('http', 'ws')}/graphql`;
      const client = createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0 });
      onTestFinished(() => void client.dispose());
      for await (const result of client.iterate({ query })) return result;
      throw new Error('There was no result.');
    },
  };
}

test('limits in measure mode are counted and logged, and served on both paths, over WebSockets and in batches', async () => {
  const limits = { depth: 1, aliases: 1, rootFields: 1, tokens: 9, directives: 1, conditions: 1, cost: 2 } as const;
  const graph = await measured({ limits: { mode: 'measure', ...limits, variablesBytes: 20, batch: 1 } });
  const query = `query ($a: Boolean = false, $b: Boolean = true) {
    items(first: 3) { id child { id } name @skip(if: $a) other: name @skip(if: $b) }
    again: open
  }`;
  const variables = { b: false, note: 'x'.repeat(50) };
  const rules = [
    ...[{ rule: 'limits.tokens', code: 'TOKEN_LIMIT_EXCEEDED', limit: 9, value: 53 }],
    ...[{ rule: 'limits.depth', code: 'MAX_DEPTH_EXCEEDED', limit: 1, value: 3 }],
    ...[{ rule: 'limits.aliases', code: 'MAX_ALIASES_EXCEEDED', limit: 1, value: 2 }],
    ...[{ rule: 'limits.rootFields', code: 'MAX_ROOT_FIELDS_EXCEEDED', limit: 1, value: 2 }],
    ...[{ rule: 'limits.directives', code: 'MAX_DIRECTIVES_EXCEEDED', limit: 1, value: 2 }],
    ...[{ rule: 'limits.conditions', code: 'MAX_CONDITIONS_EXCEEDED', limit: 1, value: 2 }],
    ...[{ rule: 'limits.cost', code: 'COST_LIMIT_EXCEEDED', limit: 2, value: 6 }],
  ];
  const large = { rule: 'limits.variablesBytes', code: 'VARIABLES_TOO_LARGE', limit: 20, value: 71 };
  // A second time: from the caches.
  for (let times = 1; times <= 2; times += 1) {
    const { status, data, errors } = await graph.query(query, { variables });
    expect({ status, data, errors }).toEqual({
      status: 200,
      data: { items: [{ id: '1', child: { id: '2' }, name: 'a', other: 'a' }], again: 1 },
      errors: undefined,
    });
    await expect.poll(() => graph.logged()).toEqual([0, 1].map(() => expect.arrayContaining([...rules, large])));
    await expect.poll(() => graph.logged()[0]).toHaveLength(8);
    for (const { rule, code } of [...rules, large]) await expect.poll(() => graph.counted(rule, code)).toBe(2 * times);
  }
  expect(await graph.overWebSocket('{ items { child { id } } }')).toMatchObject({ data: { items: [{}] } });
  await expect
    .poll(() => graph.logged(0)[0])
    .toContainEqual(expect.objectContaining({ rule: 'limits.depth', value: 3 }));
  const { status, results } = await graph.batch(graph.origins[1]!, '{ items { id } }', '{ items { name } }');
  expect([status, results.length]).toEqual([200, 2]);
  await expect
    .poll(() => graph.logged(1)[0])
    .toContainEqual({ rule: 'limits.batch', code: 'BATCH_LIMIT_EXCEEDED', limit: 1, value: 2 });
  await expect
    .poll(() => graph.logged(1)[0])
    .toContainEqual(expect.objectContaining({ rule: 'limits.depth', count: 2 }));
  await graph.query('{ __typename }');
  await expect.poll(() => graph.logged()).toEqual([undefined, undefined]);
});

test('some limits can be measured, and a client can have another mode; switches and steps stay enforced', async () => {
  const limits = { depth: 1, aliases: 1, introspection: false } as const;
  const graph = await measured(
    { limits: { mode: { depth: 'measure' }, ...limits }, explain: { scopes: ['stock:read'] } },
    { limits: { mode: 'enforce' } },
  );
  const deep = '{ items { child { id } } }';
  expect((await graph.query(deep)).errors).toBeUndefined();
  expect((await graph.query('{ items { a: id b: name } }')).errors).toMatchObject([
    { extensions: { code: 'MAX_ALIASES_EXCEEDED' } },
  ]);
  expect((await graph.query(deep, { path: '/graphql/web' })).errors).toMatchObject([
    { extensions: { code: 'MAX_DEPTH_EXCEEDED', limit: 1, value: 3 } },
  ]);
  expect((await graph.query('{ __schema { queryType { name } } }')).errors).toMatchObject([
    { extensions: { code: 'INTROSPECTION_DISABLED' } },
  ]);
  // To callers that may have explanations.
  const headers = { authorization: `Bearer ${await token('ann')}`, 'x-concierge-explain': '1' };
  const { text } = await post(graph.origins[0]!, deep, { headers });
  expect(JSON.parse(text).extensions.explain.wouldReject).toEqual([
    { rule: 'limits.depth', code: 'MAX_DEPTH_EXCEEDED', limit: 1, value: 3 },
  ]);
  const other = await measured({ limits: { mode: 'measure', steps: 20 } }, { limits: { depth: 2 } });
  expect((await other.query(deep)).errors).toMatchObject([{ extensions: { code: 'OPERATION_TOO_COMPLEX' } }]);
  await other.query('{ items { id } }', { path: '/graphql/web' });
  await expect.poll(() => other.logged()).toEqual([undefined, undefined]);
});

test('rate limits in measure mode reject nothing, and have no header fields; those beside them count exactly', async () => {
  const window = { limit: 2, duration: '1h' } as const;
  const graph = await measured({
    rateLimits: {
      mode: { request: 'measure', cost: 'measure', fields: 'measure' },
      headers: 'always',
      request: window,
      perAddress: { limit: 9, duration: '1h' },
      cost: { budget: 3, duration: '1h' },
    },
  });
  const headersOf = ({ headers }: { headers: Headers }) =>
    ['ratelimit', 'ratelimit-policy', 'retry-after'].map((name) => headers.get(name));
  for (const remaining of [8, 7, 6]) {
    const received = await graph.query('{ limited items(first: 4) { id } }');
    expect(received).toMatchObject({ status: 200, data: { limited: 1, items: [{ id: '1' }] }, errors: undefined });
    expect(headersOf(received)).toEqual([
      expect.stringMatching(`^"address";r=${remaining};t=\\d+$`),
      '"address";q=9;w=3600',
      null,
    ]);
  }
  const code = 'RATE_LIMIT_EXCEEDED';
  await expect
    .poll(() => graph.logged()[0])
    .toEqual([
      { rule: 'rateLimits.request', code, limit: 2 },
      { rule: 'rateLimits.cost', code, limit: 3, value: 4 },
      { rule: '@rateLimit', code, fields: ['Query.limited'] },
    ]);
  expect(await graph.overWebSocket('{ limited }')).toEqual({ data: { limited: 1 } });
  await expect.poll(() => graph.logged(0)[0]).toContainEqual({ rule: '@rateLimit', code, fields: ['Query.limited'] });
  // On one gateway: three requests before, a WebSocket with an operation, and two of a batch.
  const batch = await graph.batch(graph.origins[0]!, '{ limited }', '{ limited }');
  expect([batch.status, batch.results]).toEqual([200, [{ data: { limited: 1 } }, { data: { limited: 1 } }]]);
  await expect.poll(() => graph.logged(0)[0]).toContainEqual({ rule: 'rateLimits.request', code, limit: 2, count: 2 });
  await expect.poll(() => graph.counted('rateLimits.request', code)).toBe(1 + 1 + 2 + 2);
  await expect.poll(() => graph.counted('@rateLimit', code)).toBe(2 + 2 + 1 + 2);
  // The limit beside them rejects, and only what it was enforced for has counted for it.
  const beyond = await graph.batch(graph.origins[0]!, ...Array.from({ length: 6 }, () => '{ limited }'));
  expect([beyond.status, beyond.headers.get('retry-after')]).toEqual([429, expect.stringMatching(/^\d+$/)]);
});

test('a plan can have its limits measured, while those of others are enforced', async () => {
  const one = { limit: 1, duration: '1h' } as const;
  const graph = await measured({
    rateLimits: { request: one, plans: { trial: { mode: 'measure' } } },
    authentication: {
      apiKeys: { keys: [{ ...key('trial'), ratePlan: 'trial' }, key('other')] },
    },
  });
  const send = (name: string) => graph.query('{ items { id } }', { headers: { 'x-api-key': name } });
  for (let times = 0; times < 2; times += 1) expect((await send('trial')).status).toBe(200);
  await expect
    .poll(() => graph.logged()[0])
    .toEqual([{ rule: 'rateLimits.plans.trial.request', code: 'RATE_LIMIT_EXCEEDED', limit: 1 }]);
  expect(await send('other')).toMatchObject({ status: 200 });
  expect((await send('other')).status).toBe(429);
});

test('measured authorization serves denied fields, to each caller by itself', async () => {
  const graph = await measured({ authorization: { mode: 'measure' }, forward: { headers: ['authorization'] } });
  const query = '{ secret items { id } }';
  // The service itself gives nothing to anonymous callers: that must not be cached for others, nor theirs for them.
  graph.service.returns = ({ headers }) => ({ data: { secret: headers['x-known'] ?? null, items: [] } });
  const anonymous = await graph.query(query);
  expect(anonymous).toMatchObject({ status: 200, data: { secret: null, items: [] }, errors: undefined });
  expect(anonymous.headers.get('cache-control')).toBe('no-store');
  const denied = { rule: 'authorization', code: 'UNAUTHENTICATED', fields: ['Query.secret'] };
  await expect.poll(() => graph.logged()).toEqual([[denied], [denied]]);
  const authorization = `Bearer ${await token('ann')}`;
  graph.service.returns = () => ({ data: { secret: 'hidden', items: [] } });
  const ann = await graph.query(query, { headers: { authorization } });
  expect(ann).toMatchObject({ data: { secret: 'hidden' }, errors: undefined });
  expect(ann.headers.get('cache-control')).toMatch(/^private, /);
  await expect.poll(() => graph.logged()).toEqual([undefined, undefined]);
  const requests = graph.service.requests.length;
  await graph.query(query, { headers: { authorization } });
  expect(graph.service.requests).toHaveLength(requests);
  graph.service.returns = () => ({ data: { secret: 'for anybody', items: [] } });
  for (let times = 1; times <= 2; times += 1) {
    expect((await graph.query(query)).data).toMatchObject({ secret: 'for anybody' });
    expect(graph.service.requests).toHaveLength(requests + 2 * times);
  }
  expect(await graph.overWebSocket(query)).toMatchObject({ data: { secret: 'for anybody' } });
  const batch = await graph.batch(graph.origins[0]!, query, '{ items { id } }');
  expect(batch.results).toMatchObject([{ data: { secret: 'for anybody' } }, { data: { items: [] } }]);
  await expect.poll(() => graph.counted('authorization', 'UNAUTHENTICATED')).toBe(2 * 3 + 1 + 1);
});
