// Mutations that are sent again with the key of the first time, and never executed twice; and queries with hedging.
import { describe, expect, onTestFinished, test } from 'vitest';
import { createGateway, type GatewayConfig } from '../../gateway/index.ts';
import { responding } from '../harness/servers.ts';
import { upstream } from '../harness/test-upstream.ts';
import { type ServedGraph, serveGraph } from '../values/served-graph.ts';
import { PlainClient } from '../websocket/shop.ts';
import { runMutations } from './mutations.ts';

test('over connections that are reset, no mutation is executed twice, and with keys hardly one fails', async () => {
  const shared = { mutations: 500, seed: 7 };
  const [withKeys, without] = [
    await runMutations({ ...shared, hasKeys: true }),
    await runMutations({ ...shared, hasKeys: false }),
  ];
  for (const { twice, unexecuted, mixedUp } of [withKeys, without]) {
    expect({ twice, unexecuted, mixedUp }).toEqual({ twice: [], unexecuted: [], mixedUp: [] });
  }
  expect(withKeys.repeated).toBeGreaterThan(20);
  expect(withKeys.failed).toBeLessThan(without.failed / 4);
  expect(without).toMatchObject({ repeated: 0, failed: without.faults, arrived: shared.mutations });
});

describe('idempotency keys', () => {
  let served: ServedGraph;
  const keys = () => served.services.bank?.requests.splice(0).map(({ headers }) => headers['idempotency-key']);
  const open = async (config: Partial<GatewayConfig> = {}) => {
    served = await serveGraph({
      services: { bank: 'type Query { sum: Int } type Mutation { add(to: Int): Int }' },
      settings: { bank: { retry: { idempotencyKey: 'Idempotency-Key' } } },
      config,
    });
    const { bank } = served.services;
    if (bank) bank.returns = ({ query }) => ({ data: { [/\{\s*(\w+)/.exec(query)?.[1] ?? '']: 1 } });
  };
  const made = expect.stringMatching(/^[\da-f]{8}-[\da-f-]{27}$/);

  test('are the client’s, numbered from the second mutation on, or new ones', async () => {
    await open();
    const given = { headers: { 'idempotency-key': '"k1"' } };
    const two = 'mutation { add(to: 1) other: add(to: 2) }';
    expect((await served.query(two, given)).errors).toBeUndefined();
    // The same for a request that the client sends again, and on both HTTP paths.
    expect(keys()).toEqual(['"k1"', '"k1-2"', '"k1"', '"k1-2"']);
    await served.query('mutation { add }', { headers: { 'idempotency-key': 'plain' } });
    expect(keys()).toEqual(['plain', 'plain']);
    await served.query(two);
    const own = keys() ?? [];
    expect(own).toEqual([made, made, made, made]);
    expect(new Set(own).size).toBe(4);
    await served.query('{ sum }', given);
    expect(keys()).toEqual([undefined, undefined]);
  });

  test('are new ones where operations share the header field: in batches and on WebSockets', async () => {
    await open();
    const headers = { 'idempotency-key': 'k1', 'content-type': 'application/json' };
    const batch = JSON.stringify([{ query: 'mutation { add }' }, { query: 'mutation { add(to: 1) }' }]);
    for (const origin of served.origins) {
      const response = await fetch(`${origin}/graphql`, { method: 'POST', headers, body: batch });
      expect(response.status).toBe(200);
    }
    expect(keys()).toEqual([made, made, made, made]);
    const url = `${(served.origins[0] as string).replace('http', 'ws')}/graphql`;
    const client = await PlainClient.open(url, {}, { headers: { 'idempotency-key': 'k1' } });
    await client.query('1', 'mutation { add }');
    expect(keys()).toEqual([made]);
  });

  test('take the place of the same field among those that are forwarded, or that a hook sets', async () => {
    await open({
      forward: { headers: ['idempotency-key'] },
      hooks: {
        subgraphHeaders: ['idempotency-key'],
        onSubgraphRequest: (request) => {
          if (String(request.query).includes('to:')) request.setHeader('idempotency-key', 'hook');
        },
      },
    });
    await served.query('mutation { add }', { headers: { 'idempotency-key': 'k1' } });
    expect(keys()).toEqual(['k1', 'k1']);
    await served.query('mutation { add(to: 1) }', { headers: { 'idempotency-key': 'k1' } });
    // What a hook sets takes nothing else from the request.
    expect(served.services.bank?.requests.map(({ headers }) => headers['x-request-timeout-ms'])).toEqual([
      expect.stringMatching(/^\d+$/),
      expect.stringMatching(/^\d+$/),
    ]);
    expect(keys()).toEqual(['hook', 'hook']);
  });
});

test('hedging: queries that one address is late with come from another, within 5 %, and the late ones are cancelled', async () => {
  let lateShare = 0;
  let requests = 0;
  const late = await upstream((response, request) => {
    requests += 1;
    // Never responds to some, which only another address can.
    if (lateShare === 0 || requests % lateShare > 0) responding(200, { data: { a: 1 } })(response, request);
    else hanging.push(request.aborted);
  });
  const fine = await upstream(responding(200, { data: { a: 1 } }));
  const hanging: Promise<boolean>[] = [];
  const run = async (hedge: boolean, share: number, together: number) => {
    const count = 200;
    const gateway = createGateway(
      {
        ...{ log: { level: 'silent' }, overload: false, metrics: { public: true } },
        subgraphs: {
          first: { url: [late.url, fine.url], schema: 'type Query { a: Int }', balance: 'roundRobin', hedge },
        },
      },
      '.',
    );
    onTestFinished(async () => void (await gateway.stop()));
    const durations: number[] = [];
    const query = async () => {
      const started = performance.now();
      const { errors } = (await gateway.inject({ query: '{ a }' })).json<{ errors?: unknown }>();
      expect(errors).toBeUndefined();
      durations.push(performance.now() - started);
    };
    lateShare = 0;
    for (let sent = 0; sent < 120; sent += 10) await Promise.all(Array.from({ length: 10 }, query));
    [requests, lateShare, durations.length] = [0, share, 0];
    for (let sent = 0; sent < count; sent += together) {
      await Promise.all(Array.from({ length: together }, query));
    }
    durations.sort((one, other) => one - other);
    const { body } = await gateway.inject({ path: '/metrics' });
    const hedges = Number(/concierge_subgraph_retries_total\{[^}]*reason="hedge"\} (\d+)/.exec(body)?.[1] ?? 0);
    return { p99: durations[Math.floor(count * 0.99)] as number, hedges };
  };
  const without = await run(false, 25, 200);
  const hedged = await run(true, 25, 10);
  expect(without).toEqual({ p99: expect.any(Number), hedges: 0 });
  // Without, they are sent to another address after a second.
  expect(without.p99).toBeGreaterThan(900);
  expect(hedged.p99).toBeLessThan(without.p99);
  expect(hedged.hedges).toBeGreaterThanOrEqual(2);
  expect(await Promise.all(hanging)).toEqual(hanging.map(() => true));
  // Far more are late than there may be hedges.
  const many = await run(true, 4, 200);
  expect(many.hedges).toBeLessThanOrEqual(0.05 * 320);
});
