// Trace contexts through the gateway: from trusted proxies to every attempt to a service, in W3C's format and B3, and
// nothing from others.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, test } from 'vitest';
import { createGateway, type GatewayConfig } from '../../gateway/index.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { root } from '../harness/gateway.ts';
import { freePorts } from '../harness/ports.ts';
import { post, type Service } from '../values/served-graph.ts';
import { PlainClient } from '../websocket/shop.ts';
import { parent, spanId, traced, traceId } from './traced-graph.ts';

const zero = '0'.repeat(32);
const sent = ({ requests }: Service) => requests.at(-1)?.headers ?? {};
const idOf = (service: Service) => String(sent(service).traceparent).split('-')[1];

test.each([true, false])('a trusted trace goes on to the service (fast path: %s)', async (fastPath) => {
  const { service, origin, spans } = await traced({ fastPath });
  const headers = { traceparent: parent(), tracestate: 'vendor=1, other@x=2', baggage: 'user=a%20b;p=1, k=v' };
  await post(origin, '{ a }', { headers });
  const { traceparent, tracestate, baggage } = sent(service);
  expect(traceparent).toMatch(new RegExp(`^00-${traceId}-[0-9a-f]{16}-01$`));
  expect({ tracestate, baggage }).toEqual({ tracestate: headers.tracestate, baggage: headers.baggage });
  const all = await spans();
  const [server, client] = [2, 3].map((kind) => all.find((span) => span.kind === kind));
  expect(server).toMatchObject({ traceId, parentSpanId: spanId, traceState: headers.tracestate });
  expect(client).toMatchObject({ traceId, parentSpanId: server?.spanId, spanId: String(traceparent).split('-')[2] });
});

test('a caller that is not trusted begins a new trace, with its own as a link, and sends no baggage on', async () => {
  const { service, origin, spans } = await traced({ config: { trustedProxies: [] } });
  await post(origin, '{ a }', { headers: { traceparent: parent('00'), tracestate: 'v=1', baggage: 'admin=1' } });
  expect(idOf(service)).not.toBe(traceId);
  expect(Object.keys(sent(service)).filter((name) => /tracestate|baggage/.test(name))).toEqual([]);
  const server = (await spans()).find(({ kind }) => kind === 2);
  expect(server).toMatchObject({ traceId: idOf(service), links: [{ traceId, spanId }] });
  expect(server?.parentSpanId).toBeUndefined();
});

test.each([true, false])('nor does it by B3, or over a WebSocket (fast path: %s)', async (fastPath) => {
  const config = { trustedProxies: ['192.0.2.1'] };
  const { service, origin, spans } = await traced({
    config,
    fastPath,
    tracing: { propagation: ['w3c', 'b3', 'b3multi'] },
  });
  const foreign = {
    ...{ traceparent: parent(), tracestate: 'v=1', baggage: 'admin=1', b3: `${traceId}-${spanId}-1` },
    ...{ 'x-b3-traceid': traceId, 'x-b3-spanid': spanId, 'x-b3-sampled': '1', 'x-forwarded-for': '192.0.2.1' },
  };
  const expectNew = () => {
    expect(JSON.stringify(sent(service))).not.toContain(traceId);
    expect(Object.keys(sent(service)).filter((name) => /tracestate|baggage/.test(name))).toEqual([]);
  };
  const { b3: _single, traceparent: _parent, ...joined } = foreign;
  for (const headers of [foreign, joined]) {
    await post(origin, '{ a }', { headers });
    expectNew();
  }
  const client = await PlainClient.open(`${origin.replace('http', 'ws')}/graphql`, foreign, { headers: foreign });
  await client.query('1', 'query One { a }');
  expectNew();
  client.socket.close();
  await client.closed;
  const servers = (await spans()).filter(({ kind }) => kind === 2);
  expect(servers.length).toBeGreaterThanOrEqual(3);
  expect(servers.map((span) => span.traceId)).not.toContain(traceId);
});

describe('a malformed context begins a new trace', () => {
  test('whatever it is', async () => {
    const { service, origin } = await traced();
    const malformed = [
      ...['', 'x', parent().toUpperCase(), parent().replace('00-', 'ff-'), parent().replace('00-', '0-')],
      ...[`${parent()}-00`, `${parent()} `.trimEnd().slice(0, -1), `00-${zero}-${spanId}-01`],
      ...[`00-${traceId}-${zero.slice(16)}-01`, `00-${traceId}g-${spanId}-01`, `${parent()}, ${parent()}`],
      ...[`00-${traceId}-${spanId}-0g`, `00-${'a'.repeat(9_000)}-${spanId}-01`, `00--${traceId}-${spanId}-01`],
    ];
    for (const traceparent of malformed) {
      const { status } = await post(origin, '{ a }', { headers: { traceparent, tracestate: 'v=1' } });
      expect([traceparent, status, idOf(service) === traceId]).toEqual([traceparent, 200, false]);
      expect(sent(service).traceparent).toMatch(/^00-(?!0{32})[0-9a-f]{32}-[0-9a-f]{16}-01$/);
      expect(sent(service).tracestate).toBeUndefined();
    }
    // Of a later version, the fields that are known count.
    await post(origin, '{ a }', { headers: { traceparent: `01-${traceId}-${spanId}-01-more` } });
    expect(idOf(service)).toBe(traceId);
    // The random flag goes on, others do not.
    await post(origin, '{ a }', { headers: { traceparent: parent('ff') } });
    expect(sent(service).traceparent).toMatch(/-03$/);
  });

  test('a malformed tracestate or baggage alone is left out', async () => {
    const { service, origin } = await traced();
    const members = Array.from({ length: 33 }, (_, index) => `k${index}=v`).join(',');
    for (const tracestate of ['no value', '=v', 'A=1', 'k=1,k=2', 'k=a=b', members, `k=${'v'.repeat(300)}`]) {
      await post(origin, '{ a }', { headers: { traceparent: parent(), tracestate } });
      expect([tracestate, sent(service).tracestate, idOf(service)]).toEqual([tracestate, undefined, traceId]);
    }
    for (const baggage of ['none', 'a b=c', `k=${'v'.repeat(8_192)}`, 'k=\u00ff']) {
      await post(origin, '{ a }', { headers: { traceparent: parent(), baggage } });
      expect([sent(service).baggage, idOf(service)]).toEqual([undefined, traceId]);
    }
    await post(origin, '{ a }', { headers: { baggage: 'k=v' } });
    expect(sent(service).baggage).toBe('k=v');
  });
});

test('each attempt has a span id of its own, and one that failed is an error', async () => {
  const [first, second] = await freePorts(2);
  const addresses = [first, second].map((port) => `http://user:secret1@127.0.0.1:${port}/graphql?key=secret2`);
  const { service, origin, spans } = await traced({ addresses });
  await post(origin, '{ a }', { headers: { traceparent: parent() } });
  expect(idOf(service)).toBe(traceId);
  const all = await spans();
  // Neither what the address has in its query, nor its credentials.
  expect(JSON.stringify(all)).not.toMatch(/secret|user:/);
  const attempts = all.filter(({ kind }) => kind === 3);
  expect(new Set(attempts.map((span) => span.spanId)).size).toBe(3);
  expect(attempts.map(({ attributes, isError }) => [attributes['http.request.resend_count'], isError])).toEqual([
    [undefined, true],
    [1, true],
    [2, false],
  ]);
  expect(attempts.map(({ attributes }) => attributes['server.port'])).toEqual([
    first,
    second,
    Number(new URL(service.url).port),
  ]);
  expect(attempts.at(-1)?.spanId).toBe(String(sent(service).traceparent).split('-')[2]);
});

test('300 requests over addresses that fail have the ids of their clients at the service, with every attempt', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [`${root}test/tracing/soak.ts`, '300']);
  expect(stdout).toMatch(/foreign: 0,\s+wrong: 0/);
});

test('B3 is read and written by option', async () => {
  const { service, origin } = await traced({ tracing: { propagation: ['w3c', 'b3', 'b3multi'], sample: 0 } });
  const short = traceId.slice(16);
  for (const [headers, id, flag] of [
    [{ b3: `${traceId}-${spanId}-1` }, traceId, '1'],
    [{ b3: `${short}-${spanId}-d-${spanId}` }, short.padStart(32, '0'), '1'],
    [{ 'x-b3-traceid': traceId, 'x-b3-spanid': spanId, 'x-b3-sampled': '0' }, traceId, '0'],
    [{ 'x-b3-traceid': traceId, 'x-b3-spanid': spanId, 'x-b3-flags': '1' }, traceId, '1'],
    [{ traceparent: parent(), b3: `${'a'.repeat(32)}-${spanId}-0` }, traceId, '1'],
    [{ b3: `${traceId}-${spanId}` }, traceId, '0'],
  ] as const) {
    await post(origin, '{ a }', { headers });
    const { traceparent, b3, ...rest } = sent(service);
    const [, , child] = String(traceparent).split('-');
    expect([traceparent, b3]).toEqual([`00-${id}-${child}-0${flag}`, `${id}-${child}-${flag}`]);
    expect([rest['x-b3-traceid'], rest['x-b3-spanid'], rest['x-b3-sampled']]).toEqual([id, child, flag]);
  }
  for (const b3 of ['0', 'x', `${traceId}-${spanId}-2`, `${zero}-${spanId}-1`]) {
    await post(origin, '{ a }', { headers: { b3 } });
    expect(idOf(service)).not.toBe(traceId);
  }
});

test('contexts are not part of cache keys, nor of the deduplication of requests in flight', async () => {
  const { promise: held, resolve: release } = Promise.withResolvers<void>();
  const reached = [1, 2, 3].map(() => Promise.withResolvers<void>());
  let reaching = 0;
  // Called right before a request joins another.
  const onSubgraphRequest = () => void setImmediate(() => reached[reaching++]?.resolve());
  const { service, origin, spans } = await traced({
    config: { deduplicateInFlight: true, hooks: { onSubgraphRequest } },
  });
  service.returns = async () => {
    await held;
    return { data: { a: 1 } };
  };
  const ids = ['1', '2', '3'].map((digit) => digit.repeat(32));
  const send = (id: string | undefined) => post(origin, '{ a }', { headers: { traceparent: `00-${id}-${spanId}-01` } });
  const [leader, ...others] = [ids[0], ids[1], ids[2]];
  const responses = [send(leader)];
  await reached[0]?.promise;
  responses.push(...others.map(send));
  await Promise.all(reached.map(({ promise }) => promise));
  release();
  expect((await Promise.all(responses)).map(({ data }) => data)).toEqual(Array(3).fill({ a: 1 }));
  expect(service.requests).toHaveLength(1);
  const all = await spans();
  const fetched = all.find(({ kind, traceId: id }) => kind === 3 && id === leader);
  for (const id of others) {
    const joined = all.find((span) => span.traceId === id && span.name === 'joined');
    expect(joined?.links).toMatchObject([{ traceId: leader, spanId: fetched?.spanId }]);
  }
});

test('nothing is sent without the option', async () => {
  const { service, origin } = await traced({ config: { tracing: undefined } });
  await post(origin, '{ a }', { headers: { traceparent: parent(), baggage: 'k=v' } });
  expect(Object.keys(sent(service)).filter((name) => /trace|baggage|b3/.test(name))).toEqual([]);
});

test('a configuration that sends the fields of a context by other means is invalid', () => {
  const config: GatewayConfig = {
    tracing: { exporter: 'none' },
    forward: { headers: ['traceparent', 'b3'] },
    hooks: { subgraphHeaders: ['tracestate'] },
    subgraphs: { first: { url: 'http://127.0.0.1:9', schema: 'first.graphql', headers: { baggage: 'k=v' } } },
  };
  const message = (names: string) => new RegExp(`${names}[^\n]*: remove it here`);
  const create = () => createGateway(config, temporaryFolder({ 'first.graphql': 'type Query { a: Int }' }));
  expect(create).toThrow(message('forward.headers.* sends traceparent itself'));
  expect(create).toThrow(message('subgraphs.first.headers.* sends baggage itself'));
  expect(create).toThrow(message('hooks.subgraphHeaders.* sends tracestate itself'));
  expect(create).not.toThrow(message('sends b3'));
});
