// Controls over real HTTP and WebSockets, on both paths: what they stop, and what they leave alone.
import { writeFileSync } from 'node:fs';
import { createClient } from 'graphql-ws';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { temporaryFolder } from '../harness/folder.ts';
import { RedisServer } from '../harness/redis-server.ts';
import { total } from '../metrics/exposed.ts';
import { Shop, token as userToken } from '../websocket/shop.ts';
import { control, documentId, operated, send, token } from './operated.ts';

const redis = new RedisServer();
beforeAll(() => redis.start());
afterAll(() => redis.close());

const blocked = { status: 403, code: 'OPERATION_BLOCKED' };
const served = { status: 200, code: undefined };

/** What happens within a second may take longer while the machine has more to do. */
const patience = 20_000;

/** Sends until the status is another one than `from`. */
async function changed(url: string, query: string, from: number): Promise<number> {
  const start = performance.now();
  for (;;) {
    const { status } = await send(url, query);
    if (status !== from) return status;
    expect(performance.now() - start).toBeLessThan(patience);
  }
}

test('a file of controls is in force within a second of its change, on both paths; a wrong one changes nothing', async () => {
  const file = `${temporaryFolder({ 'controls.json': '{ "controls": [] }' })}/controls.json`;
  const write = (...controls: unknown[]) => writeFileSync(file, JSON.stringify({ controls }));
  const shop = await Shop.start();
  const first = await operated(shop, { controls: { file } });
  const gateways = [first, await operated(shop, { fastPath: false, controls: { file } })];
  for (const { http } of gateways) expect(await send(http, 'query Stars { stars }')).toMatchObject(served);
  write(control({ target: { operation: 'Stars' } }));
  for (const { http } of gateways) expect(await changed(http, 'query Stars { stars }', 200)).toBe(403);
  writeFileSync(file, '{ "controls": [ { "id": "one" }, ');
  const reported = () => first.lines.filter(({ msg }) => String(msg).startsWith('controls not read'));
  const start = performance.now();
  while (reported().length === 0) {
    expect(performance.now() - start).toBeLessThan(patience);
    // Others are served meanwhile.
    for (const { http } of gateways) expect(await send(http, 'query Hello { hello }')).toMatchObject(served);
  }
  expect(reported()[0]?.reason).toContain('controls.json:1:');
  for (const { http } of gateways) {
    expect(await send(http, 'query Stars { stars }')).toMatchObject(blocked);
    expect(await send(http, 'query Other { stars }')).toMatchObject(served);
  }
  write();
  for (const { http } of gateways) expect(await changed(http, 'query Stars { stars }', 403)).toBe(200);
  const response = await fetch(`${first.admin}/metrics`, { headers: { authorization: `Bearer ${token}` } });
  const metrics = await response.text();
  const reloads = (outcome: string) => total(metrics, 'concierge_reloads_total', { file: 'controls', outcome });
  expect([reloads('ok'), reloads('failed')]).toEqual([2, 1]);
  expect(first.lines.find(({ msg }) => msg === 'control applied')).toMatchObject({
    ...{ control: 'one', action: 'reject', reason: 'too slow', owner: 'on-call', operation: 'Stars' },
  });
});

test('a file that is wrong at the start is an error with all its problems; one that is missing is none', async () => {
  const shop = await Shop.start();
  const wrong = {
    controls: [
      control({ target: { field: 'Query.star' }, expires: '2999-01-01T00:00:00Z' }),
      control({ target: {}, reason: undefined }),
      { ...control({ id: 'two', action: 'throttle', target: { subgraph: 'stok' } }), perSecond: 0, owner: '' },
    ],
  };
  const folder = temporaryFolder({ 'controls.json': JSON.stringify(wrong) });
  const start = (file: string) => shop.gateway({ controls: { file: `${folder}/${file}` } });
  const error = (await start('controls.json').catch((reason: Error) => reason)) as Error;
  for (const part of [
    'controls[0].target.field is "Query.star": the type has no such field; did you mean stars?',
    'controls[0].expires is "2999-01-01T00:00:00Z": give a time within 30 days',
    'controls[1].reason is missing',
    'controls[1].target is {}: give at least one of operation,',
    'controls[1].id is "one": another control has this id',
    'controls[2].target.subgraph is "stok": there is no such subgraph; did you mean ',
    'controls[2].perSecond is 0: give a number of operations for each second',
    'controls[2].owner is ""',
    ': 8 errors',
  ]) {
    expect(error.message).toContain(part);
  }
  const { http } = await start('none.json');
  expect(await send(http, '{ stars }')).toMatchObject(served);
});

test('each target stops what it names, and nothing else', async () => {
  const shop = await Shop.start();
  const stars = 'query Stars { stars }';
  const conditional = 'query ($yes: Boolean = false) { product { id inStock @include(if: $yes) } }';
  const spread = '{ product { ...F } } fragment F on Product { inStock }';
  const mutation = 'mutation { setStock(inStock: 3) { id } }';
  const authorization = { authorization: `Bearer ${await userToken('ann')}` };
  const ann = documentId(JSON.stringify(['test', 'sub', 'ann'])).slice(0, 16);
  const app = (version: string) => ({
    'apollographql-client-name': 'app',
    'apollographql-client-version': version,
  });
  type Request = [query: string, headers?: Record<string, string>, path?: string];
  const cases: [target: object, stopped: Request[], served: Request[]][] = [
    [{ operation: documentId(stars) }, [[stars]], [[`${stars} `]]],
    [{ client: 'web' }, [[stars, {}, '/web']], [[stars]]],
    [{ client: 'app', version: '2' }, [[stars, app('2')]], [[stars, app('1')]]],
    [{ caller: ann }, [[stars, authorization]], [[stars]]],
    [{ address: '127.0.0.0/8' }, [[stars]], []],
    [{ address: '10.0.0.1' }, [], [[stars]]],
    [
      { field: 'Product.inStock' },
      [['{ product { amount: inStock } }'], [spread], ['{ product { inStock } }', {}, '/web']],
      [[conditional], ['{ product { id name } }']],
    ],
    [{ field: 'Mutation.setStock' }, [[mutation]], [[stars]]],
    [{ subgraph: 'names' }, [['{ product { name } }']], [['{ product { inStock } }']]],
    [{ subgraph: 'names', operation: 'A' }, [['query A { product { name } }']], [['{ product { name } }']]],
  ];
  for (const fastPath of [true, false]) {
    const gateway = await operated(shop, { fastPath }, { web: {} });
    const sent = ([query, headers, path = '']: Request) => send(`${gateway.http}${path}`, query, headers);
    for (const [target, stopped, others] of cases) {
      expect(await gateway.put(control({ target }))).toMatchObject({ status: 200 });
      for (const request of stopped) expect({ target, request, ...(await sent(request)) }).toMatchObject(blocked);
      for (const request of others) expect({ target, request, ...(await sent(request)) }).toMatchObject(served);
    }
    await gateway.put(control({ action: 'read-only', retryAfter: 60 }));
    const rejected = await sent([mutation]);
    expect(rejected).toMatchObject({ status: 503, code: 'OPERATION_BLOCKED' });
    expect(rejected.headers.get('retry-after')).toBe('60');
    expect(await sent([stars])).toMatchObject(served);
    await gateway.put(control({ action: 'maintenance', message: 'Back at noon.' }));
    expect(await sent([stars])).toMatchObject({ status: 503, message: 'Back at noon.' });
    await gateway.put(control({ action: 'throttle', target: { operation: 'Stars' }, perSecond: 0.01 }));
    expect(await sent([stars])).toMatchObject(served);
    const throttled = await sent([stars]);
    expect(throttled).toMatchObject({ status: 429, code: 'OPERATION_BLOCKED' });
    expect(Number(throttled.headers.get('retry-after'))).toBeGreaterThan(90);
    expect(await sent(['{ stars }'])).toMatchObject(served);
    await gateway.put();
    expect(await sent([stars])).toMatchObject(served);
  }
});

test('operators see what is in force, and each use stands in the log and the metrics', async () => {
  const shop = await Shop.start();
  const gateway = await operated(shop);
  const entry = control({ target: { operation: 'Stars' } });
  expect(JSON.parse((await gateway.put(entry)).text)).toEqual({ controls: [entry], fromFile: [] });
  for (let count = 0; count < 110; count += 1) await send(gateway.http, 'query Stars { stars }');
  expect(gateway.lines.filter(({ msg }) => msg === 'control applied')).toHaveLength(100);
  const headers = { authorization: `Bearer ${token}` };
  const metrics = await (await fetch(`${gateway.admin}/metrics`, { headers })).text();
  expect(total(metrics, 'concierge_controls_applied_total', { control: 'one', action: 'reject' })).toBe(110);
  const expired = await gateway.put(control({ target: { operation: 'A' }, expires: '2020-01-01T00:00:00Z' }));
  expect(expired).toMatchObject({ status: 400, text: expect.stringContaining('have expired: one') });
  expect(await gateway.put(control({ target: { operation: 'x'.repeat(300_000) } }))).toMatchObject({ status: 413 });
  expect(await send(gateway.http, 'query Stars { stars }')).toMatchObject(blocked);
  expect((await fetch(`${gateway.admin}/admin/controls`)).status).toBe(401);
  expect((await fetch(`${gateway.admin}/admin/controls`, { headers })).status).toBe(200);
});

test('what operators get can be sent back as it is; the controls of the file cannot be changed so', async () => {
  const shop = await Shop.start();
  const fromFile = control({ id: 'filed', target: { operation: 'Other' } });
  const folder = temporaryFolder({ 'controls.json': JSON.stringify({ controls: [fromFile] }) });
  const gateway = await operated(shop, { controls: { file: `${folder}/controls.json` } });
  await gateway.put(control({ target: { operation: 'Stars' } }), control({ id: 'two', action: 'read-only' }));
  const body = await gateway.get();
  expect(JSON.parse(body).fromFile).toEqual([fromFile]);
  expect(await gateway.putText(body)).toEqual({ status: 200, text: body });
  expect(await gateway.get()).toBe(body);
  const changed = { ...JSON.parse(body), fromFile: [{ ...fromFile, target: { operation: 'Stars' } }] };
  expect(await gateway.putText(JSON.stringify(changed))).toMatchObject({
    status: 400,
    text: expect.stringContaining('a request cannot change: change the file'),
  });
  expect(await gateway.get()).toBe(body);
});

test('an API key is stopped; each operation of a batch by itself; one of a resolver with the operation it is part of', async () => {
  const shop = await Shop.start();
  const keys = ['partner', 'other'].map((name) => ({ name, hash: `sha256:${documentId(name)}` as const }));
  const gateway = await operated(shop, {
    authentication: { apiKeys: { keys } },
    fields: {
      schema: `${temporaryFolder({ 'own.graphql': 'type Query { nested: Int }' })}/own.graphql`,
      resolvers: {
        Query: { nested: async (_, __, { graph }) => (await graph('query Stars { stars }')).data?.stars as number },
      },
    },
  });
  const withKey = (key: string) => send(gateway.http, '{ stars }', { 'x-api-key': key });
  await gateway.put(control({ target: { apiKey: 'partner' } }));
  expect(await withKey('partner')).toMatchObject(blocked);
  for (const other of [withKey('other'), send(gateway.http, '{ stars }')]) expect(await other).toMatchObject(served);
  await gateway.put(control({ target: { operation: 'Stars' } }));
  expect(await send(gateway.http, 'query Stars { stars }')).toMatchObject(blocked);
  expect(await send(gateway.http, '{ nested }')).toMatchObject(served);
  const batch = ['query Hello { hello }', 'query Stars { stars }', '{ nested }'].map((query) => ({ query }));
  const response = await fetch(gateway.http, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(batch),
  });
  expect(await response.json()).toEqual([
    { data: { hello: 'hi' } },
    { errors: [expect.objectContaining({ extensions: { code: 'OPERATION_BLOCKED' } })] },
    { data: { nested: expect.any(Number) } },
  ]);
  await gateway.put(control({ action: 'sample', target: { operation: 'Stars' }, share: 0.5 }));
  const sampled = await Promise.all(Array.from({ length: 60 }, () => send(gateway.http, 'query Stars { stars }')));
  const rejected = sampled.filter(({ status }) => status === 429);
  expect(rejected.length).toBeGreaterThan(0);
  expect(rejected.length).toBeLessThan(60);
  expect(rejected[0]).toMatchObject({ code: 'OPERATION_BLOCKED' });
  expect(rejected[0]?.headers.get('retry-after')).toBe('1');
});

test('open subscriptions end as soon as they are rejected, others go on', async () => {
  const shop = await Shop.start();
  const gateway = await operated(shop);
  const client = createClient({ url: gateway.url, webSocketImpl: WebSocket, retryAttempts: 0 });
  onTestFinished(() => void client.dispose());
  const subscription = (name: string) => `subscription ${name} { stockChanged { id } }`;
  const rejected = client.iterate({ query: subscription('Rejected') });
  const stays = client.iterate({ query: subscription('Stays') });
  const next = [rejected.next(), stays.next()];
  const stream = await fetch(gateway.http, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: subscription('Rejected') }),
  });
  await shop.subscribed(3);
  shop.publish();
  expect((await Promise.all(next)).every(({ value }) => value?.data)).toBe(true);
  const ended = rejected.next().catch((errors: unknown) => errors);
  await gateway.put(control({ target: { operation: 'Rejected' } }));
  expect(await ended).toMatchObject([{ extensions: { code: 'OPERATION_BLOCKED' } }]);
  expect(await stream.text()).toContain('"code":"OPERATION_BLOCKED"');
  await shop.subscribed(1);
  shop.publish();
  expect((await stays.next()).value).toMatchObject({ data: { stockChanged: { id: 'p1' } } });
  const again = client.iterate({ query: subscription('Rejected') }).next();
  expect(await again.catch((errors: unknown) => errors)).toMatchObject([{ extensions: { code: 'OPERATION_BLOCKED' } }]);
});

test('with Redis, controls hold for all instances within a second, and for those that start later', async () => {
  const shop = await Shop.start();
  const shared = { redis: { url: redis.socket } };
  const one = await operated(shop, shared);
  const other = await shop.gateway({ ...shared, controls: {} });
  const stars = 'query Stars { stars }';
  const entry = control({ target: { operation: 'Stars' } });
  const start = performance.now();
  // Rejected, and without effect, until the connection to Redis is open.
  for (let put = await one.put(entry); put.status !== 200; put = await one.put(entry)) {
    expect(put.status).toBe(503);
    expect(performance.now() - start).toBeLessThan(patience);
  }
  expect(await send(one.http, stars)).toMatchObject(blocked);
  expect(await changed(other.http, stars, 200)).toBe(403);
  const late = await operated(shop, shared);
  expect(await changed(late.http, stars, 200)).toBe(403);
  await late.put();
  expect(await changed(one.http, stars, 403)).toBe(200);
  expect(await changed(other.http, stars, 403)).toBe(200);
});

test('with Redis, a throttle holds for all instances together; while it does not reply, for each', async () => {
  const shop = await Shop.start();
  // A reply that this machine takes long for is no outage.
  const shared = { redis: { url: redis.socket }, rateLimits: { redisTimeout: 1000 } };
  const gateways = [await operated(shop, shared), await operated(shop, { ...shared, fastPath: false })] as const;
  const stars = 'query Stars { stars }';
  const throttle = (id: string, perSecond: number) =>
    control({ id, action: 'throttle', target: { operation: 'Stars' }, perSecond });
  const inForce = async (id: string) => {
    while ((await gateways[0].put(throttle(id, id === 'many' ? 7.5 : 0.01))).status !== 200);
    while (!(await gateways[1].get()).includes(`"${id}"`));
  };
  await inForce('many');
  const begun = performance.now();
  const sent = await Promise.all(
    Array.from({ length: 24 }, (_, index) => send(gateways[index % 2]?.http ?? '', stars)),
  );
  const passed = sent.filter(({ status }) => status === 200).length;
  expect(passed).toBeGreaterThanOrEqual(7);
  const seconds = (performance.now() - begun) / 1000;
  expect(passed).toBeLessThanOrEqual(7.5 * (seconds + 1) + 1);
  await inForce('few');
  expect(await send(gateways[0].http, stars)).toMatchObject(served);
  const stopped = await send(gateways[1].http, stars);
  expect(stopped).toMatchObject({ status: 429, code: 'OPERATION_BLOCKED' });
  expect(Number(stopped.headers.get('retry-after'))).toBeGreaterThan(90);
  await redis.hold();
  for (const { http } of gateways) {
    expect(await send(http, stars)).toMatchObject(served);
    expect(await send(http, stars)).toMatchObject({ status: 429 });
  }
  await redis.resume();
});
