// Spans as a collector gets them by OTLP: one for the request and for each request to a service, by the conventions for
// HTTP and GraphQL, with what is exported and what is not.
import { expect, onTestFinished, test } from 'vitest';
import { collectLines } from '../harness/log-lines.ts';
import { exemplars, readMetrics, total } from '../metrics/exposed.ts';
import { post } from '../values/served-graph.ts';
import { PlainClient } from '../websocket/shop.ts';
import { startCollector } from './collector.ts';
import { parent, traced, traceId } from './traced-graph.ts';

test.each([true, false])('a request and its fetch are two spans (fast path: %s)', async (fastPath) => {
  const { service, origin, spans, collector, gateway } = await traced({ fastPath, tracing: { document: true } });
  const lines = collectLines(gateway.log);
  await post(origin, 'query Named { a }', { headers: { 'x-request-id': 'request-1' } });
  const all = await spans();
  const { hostname, port } = new URL(origin);
  // The first request for a document may wait for its preparation.
  expect(all.filter(({ name }) => name !== 'document' && name !== 'check' && name !== 'plan')).toHaveLength(2);
  const [server, client] = [2, 3].map((kind) => all.find((span) => span.kind === kind));
  expect(server).toMatchObject({
    ...{ name: 'query', isError: false, parentSpanId: undefined },
    attributes: {
      ...{ 'graphql.operation.type': 'query', 'graphql.operation.name': 'Named' },
      ...{ 'http.request.method': 'POST', 'url.path': '/graphql', 'http.route': '/graphql' },
      ...{ 'http.response.status_code': 200, 'server.address': hostname, 'server.port': Number(port) },
      'concierge.request.id': 'request-1',
    },
  });
  expect(String(server?.attributes['graphql.document'])).toContain('query Named');
  const served = new URL(service.url);
  expect(client).toMatchObject({
    ...{ name: 'POST', parentSpanId: server?.spanId, isError: false },
    attributes: {
      ...{ 'http.request.method': 'POST', 'url.full': service.url, 'http.response.status_code': 200 },
      ...{ 'server.address': served.hostname, 'server.port': Number(served.port) },
      ...{ 'concierge.subgraph.name': 'first', 'http.response.body.size': '{"data":{"a":1}}'.length },
    },
  });
  expect(server?.duration).toBeGreaterThanOrEqual(Number(client?.duration));
  expect(collector.requests[0]?.path).toBe('/v1/traces');
  expect(collector.resource).toMatchObject({ 'service.name': 'concierge' });
  expect(lines.find(({ requestId }) => requestId === 'request-1')).toMatchObject({
    ...{ trace_id: server?.traceId, span_id: server?.spanId },
  });
});

test('errors have their code; what a client has done wrong is no error of the gateway', async () => {
  const { service, origin, spans } = await traced();
  const sent: string[] = [];
  const send = async (query: string, id: string) => {
    sent.push(id);
    await post(origin, query, { headers: { 'x-request-id': id } });
  };
  await send('{ unknown }', 'invalid');
  service.returns = () => ({ status: 503, body: 'down' });
  await send('{ a }', 'down');
  service.returns = () => ({ data: { a: null }, errors: [{ message: 'no', extensions: { code: 'OWN_CODE' } }] });
  await send('{ a }', 'coded');
  await fetch(`${origin}/nowhere?secret=1`, { headers: { 'x-request-id': 'nowhere' } });
  const all = await spans();
  const of = (id: string) => all.find(({ attributes }) => attributes['concierge.request.id'] === id);
  expect([of('invalid')?.isError, of('invalid')?.attributes['error.type']]).toEqual([
    false,
    'GRAPHQL_VALIDATION_FAILED',
  ]);
  expect([of('down')?.isError, of('down')?.attributes['error.type']]).toEqual([true, 'SUBGRAPH_UNAVAILABLE']);
  expect(all.find(({ kind, parentSpanId }) => kind === 3 && parentSpanId === of('down')?.spanId)).toMatchObject({
    isError: true,
    attributes: { 'error.type': 'SUBGRAPH_UNAVAILABLE', 'http.response.status_code': 503 },
  });
  expect([of('coded')?.isError, of('coded')?.attributes['error.type']]).toEqual([true, 'OWN_CODE']);
  expect(of('nowhere')).toMatchObject({ name: 'GET', isError: false, attributes: { 'url.path': '/nowhere' } });
});

test('what was not sampled is exported for an error or its duration, so many in a second', async () => {
  const { service, origin, spans } = await traced({ tracing: { sample: 0, slow: '1500ms', tailPerSecond: 1_000 } });
  await post(origin, '{ a }', { headers: { 'x-request-id': 'fast' } });
  await post(origin, '{ unknown }', { headers: { 'x-request-id': 'invalid' } });
  service.returns = async () => {
    await new Promise((resolve) => setTimeout(resolve, 1_600));
    return { data: { a: 1 } };
  };
  await post(origin, '{ a }', { headers: { 'x-request-id': 'slow' } });
  expect(service.requests.at(-1)?.headers.traceparent).toMatch(/-00$/);
  const all = await spans();
  const ids = all.filter(({ kind }) => kind === 2).map(({ attributes }) => attributes['concierge.request.id']);
  expect(ids).toEqual(['invalid', 'slow']);
});

test('a flood of errors is exported within its limit, and rejected requests have half of it', async () => {
  const { service, origin, spans } = await traced({
    tracing: { sample: 0, tailPerSecond: 4 },
    config: { metrics: { public: true } },
  });
  service.returns = () => ({ status: 503, body: 'down' });
  for (let count = 0; count < 20; count += 1) await fetch(`${origin}/nowhere`);
  const metrics = await readMetrics(`${origin}/metrics`);
  const tail = total(metrics, 'concierge_traces_total', { outcome: 'tail' });
  expect(tail + total(metrics, 'concierge_traces_total', { outcome: 'tail_limited' })).toBe(20);
  // The test may run over the end of a second.
  expect([2, 4]).toContain(tail);
  await Promise.all(Array.from({ length: 20 }, () => post(origin, '{ a }')));
  const servers = (await spans()).filter(({ kind }) => kind === 2);
  const failed = servers.filter(({ isError }) => isError);
  expect(servers).toHaveLength(failed.length + tail);
  expect(failed.length).toBeGreaterThan(0);
  expect(failed.length).toBeLessThanOrEqual(8);
});

test('the parent decides, and the ratio where there is none', async () => {
  const { origin, spans } = await traced({ tracing: { sample: 0.3, tailPerSecond: 0 } });
  const headers = { traceparent: parent('00') };
  for (let count = 0; count < 20; count += 1) await post(origin, '{ a }', { headers });
  for (let count = 0; count < 200; count += 1) await post(origin, '{ a }');
  await post(origin, '{ a }', { headers: { traceparent: parent('01') } });
  const servers = (await spans()).filter(({ kind }) => kind === 2);
  expect(servers.filter((span) => span.traceId === traceId)).toHaveLength(1);
  expect(servers.length).toBeGreaterThan(25);
  expect(servers.length).toBeLessThan(110);
});

test('stages that wait have spans, and exemplars name the traces that are exported', async () => {
  const sdl = 'type Query { a: Int @cacheControl(maxAge: 60) }';
  const { origin, spans } = await traced({ sdl, config: { metrics: { public: true }, cache: {} } });
  await post(origin, '{ a }');
  await post(origin, '{ a }');
  const text = await readMetrics(`${origin}/metrics`, 'application/openmetrics-text');
  const all = await spans();
  const servers = all.filter(({ kind }) => kind === 2);
  const stages = all.filter(({ kind, parentSpanId }) => kind === 1 && parentSpanId === servers[0]?.spanId);
  expect(stages.map(({ name }) => name)).toContain('cache');
  expect(all.filter(({ kind }) => kind === 3)).toHaveLength(1);
  // A bucket has the latest trace alone, and both requests may have been equally fast.
  const traceIds = servers.map((server) => server.traceId);
  const named = exemplars(text, 'http_server_request_duration_seconds_bucket');
  expect(named.length).toBeGreaterThan(0);
  expect(traceIds).toEqual(expect.arrayContaining(named));
  expect(exemplars(text, 'http_client_request_duration_seconds_bucket')).toEqual([servers[0]?.traceId]);
});

test('an operation over a WebSocket and each event of a subscription are traces of their own, with links', async () => {
  const { service, origin, spans } = await traced();
  const url = `${origin.replace('http', 'ws')}/graphql`;
  const client = await PlainClient.open(url, undefined, { headers: { traceparent: parent() } });
  service.returns = ({ query }) =>
    query.startsWith('subscription')
      ? {
          ...{ status: 200, headers: { 'content-type': 'text/event-stream' } },
          body: 'event: next\ndata: {"data":{"changed":1}}\n\nevent: next\ndata: {"data":{"changed":2}}\n\nevent: complete\n\n',
        }
      : { data: { a: 1 } };
  await client.query('1', 'query One { a }');
  client.subscribe('2', 'subscription Two { changed }');
  while ((await client.message()).type !== 'complete');
  client.socket.close();
  await client.closed;
  const all = await spans();
  const named = (name: string) => all.filter(({ attributes }) => attributes['graphql.operation.name'] === name);
  const [one] = named('One');
  expect(one).toMatchObject({ name: 'query', kind: 2, links: [{ traceId }] });
  expect(one?.traceId).not.toBe(traceId);
  expect(all.some(({ parentSpanId, kind }) => parentSpanId === one?.spanId && kind === 3)).toBe(true);
  const [two] = named('Two').filter(({ attributes }) => attributes['network.protocol.name'] === 'websocket');
  expect(two).toMatchObject({ name: 'subscription', links: [{ traceId }] });
  // Beside those of steps that took long.
  const stream = all.find(({ parentSpanId, kind }) => parentSpanId === two?.spanId && kind === 3);
  expect([service.requests.at(-1)?.headers.traceparent, stream?.kind]).toEqual([
    `00-${two?.traceId}-${stream?.spanId}-01`,
    3,
  ]);
  const events = named('Two').filter((span) => span !== two);
  expect(events.map(({ links }) => links[0]?.spanId)).toEqual([two?.spanId, two?.spanId]);
});

test('protobuf is the encoding unless another is chosen', async () => {
  const { origin, spans, collector } = await traced({ tracing: { protocol: undefined } });
  await post(origin, '{ a }', { headers: { traceparent: parent() } });
  await spans();
  const [request] = collector.requests;
  expect(request?.headers['content-type']).toBe('application/x-protobuf');
  expect(request?.body.includes(Buffer.from(traceId, 'hex'))).toBe(true);
});

test('a collector that is down, slow or failing costs no request anything, and its spans are counted', async () => {
  const elsewhere = await startCollector();
  onTestFinished(elsewhere.stop);
  const { promise: never, resolve: end } = Promise.withResolvers<number>();
  elsewhere.respond = () => never;
  const { gateway, origin } = await traced({
    tracing: { endpoint: elsewhere.url, maxQueued: 600 },
    config: { metrics: { public: true } },
  });
  const requests = 1_000;
  for (let count = 0; count < requests / 10; count += 1) {
    const sent = await Promise.all(Array.from({ length: 10 }, () => post(origin, '{ a }')));
    expect(sent.map(({ data }) => data)).toEqual(Array(10).fill({ a: 1 }));
  }
  const text = await readMetrics(`${origin}/metrics`);
  const spans = (outcome: string) => total(text, 'concierge_trace_spans_total', { outcome });
  expect(elsewhere.requests).toHaveLength(1);
  // One batch is on its way, and one queue waits.
  expect([spans('exported'), spans('failed')]).toEqual([0, 0]);
  expect(spans('dropped')).toBeGreaterThanOrEqual(requests * 2 - 600 - 514);
  expect(spans('dropped')).toBeLessThanOrEqual(requests * 2 - 600 - 500);
  end(400);
  expect(await gateway.stop()).toBe(0);
});
