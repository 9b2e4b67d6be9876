// `/metrics` over real HTTP: what it counts is what was sent, on both paths and over WebSockets, and Prometheus reads it.
import { execFileSync } from 'node:child_process';
import { createServer } from 'node:net';
import { expect, test } from 'vitest';
import { createGateway } from '../../gateway/gateway.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { requireProgram } from '../harness/programs.ts';
import { post, type Service, serveGraph } from '../values/served-graph.ts';
import { readMetrics, samplesOf, total } from './exposed.ts';

const services = { first: 'type Query { a: Int b: Int! } type Mutation { set: Int }' };

test('requests are counted by operation, client, status and error code, on both paths', async () => {
  const { origins, services: served } = await serveGraph({ services, view: {}, config: { metrics: { public: true } } });
  (served.first as Service).returns = ({ query }) =>
    query.includes('b')
      ? { errors: [{ message: 'no', extensions: { code: 'NO_B' } }], data: null }
      : { data: { a: 1 } };
  for (const origin of origins) {
    for (let count = 0; count < 5; count += 1) await post(origin, 'query A { a }');
    for (let count = 0; count < 3; count += 1) await post(origin, 'query A { a }', { path: '/graphql/web' });
    await post(origin, 'query B { b }');
    await post(origin, '{ unknown }');
    await fetch(`${origin}/nowhere`);
    await fetch(`${origin}/graphql?query=${encodeURIComponent('query A { a }')}`);
    const text = await readMetrics(`${origin}/metrics`);
    const count = (labels: Record<string, string>) => total(text, 'http_server_request_duration_seconds_count', labels);
    const a = { graphql_operation_name: 'A', graphql_operation_type: 'query', http_response_status_code: '200' };
    expect(count({ ...a, http_request_method: 'POST', http_route: '/graphql', client: '' })).toBe(5);
    expect(count({ ...a, http_route: '/graphql/:client', client: 'web' })).toBe(3);
    expect(count({ ...a, http_request_method: 'GET' })).toBe(1);
    expect(count({ graphql_operation_name: 'B' })).toBe(1);
    expect(count({ http_route: '', http_response_status_code: '404' })).toBe(1);
    expect(count({})).toBe(12);
    expect(total(text, 'graphql_errors_total', { code: 'NO_B' })).toBe(1);
    expect(total(text, 'graphql_errors_total', { code: 'GRAPHQL_VALIDATION_FAILED' })).toBe(1);
    expect(total(text, 'http_client_request_duration_seconds_count', { subgraph: 'first', outcome: 'ok' })).toBe(10);
    expect(total(text, 'concierge_subgraph_received_bytes_total', { subgraph: 'first' })).toBe(
      9 * '{"data":{"a":1}}'.length + '{"errors":[{"message":"no","extensions":{"code":"NO_B"}}],"data":null}'.length,
    );
    expect(total(text, 'concierge_subgraph_requests_in_flight')).toBe(0);
    // The request for the metrics is no request of a client.
    expect(total(text, 'concierge_requests_in_flight')).toBe(0);
  }
});

test('a service that fails, and a client that leaves, have their outcome', async () => {
  const { origins, services: served } = await serveGraph({ services, config: { metrics: { public: true } } });
  (served.first as Service).returns = () => ({ status: 503, body: 'down' });
  const origin = origins[0] as string;
  await post(origin, '{ a }');
  const text = await readMetrics(`${origin}/metrics`);
  expect(total(text, 'http_client_request_duration_seconds_count', { outcome: 'SUBGRAPH_UNAVAILABLE' })).toBe(1);
  expect(total(text, 'graphql_errors_total', { code: 'SUBGRAPH_UNAVAILABLE' })).toBe(1);
});

test('the text is what promtool accepts, and in OpenMetrics it has its end', async () => {
  const { origins } = await serveGraph({ services, config: { metrics: { public: true } } });
  const url = `${origins[0]}/metrics`;
  await post(origins[0] as string, 'query Odd_name { a }');
  const text = await readMetrics(url);
  const promtool = requireProgram('prometheus').replace(/prometheus$/, 'promtool');
  expect(execFileSync(promtool, ['check', 'metrics'], { input: text, encoding: 'utf8' })).toBe('');
  const open = await readMetrics(url, 'application/openmetrics-text; version=1.0.0');
  expect(open.endsWith('\n# EOF\n')).toBe(true);
  expect(open.match(/# EOF/g)).toHaveLength(1);
  expect(open).toContain('# TYPE graphql_errors counter\n');
  expect(samplesOf(open).map(({ name }) => name)).toContain('process_resident_memory_bytes');
  const head = await fetch(url, { method: 'HEAD' });
  expect([head.status, head.headers.get('content-type')]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
  expect((await fetch(url, { method: 'DELETE' })).status).toBe(405);
});

async function listening(config: object, lines: string[]) {
  const folder = temporaryFolder({ 'first.graphql': services.first });
  const gateway = createGateway(
    {
      port: 0,
      subgraphs: { first: { url: 'http://127.0.0.1:9/graphql', schema: 'first.graphql' } },
      log: { level: 'silent' },
      ...config,
    },
    { folder },
  );
  gateway.log.info = ((fields: { url?: string }, message: string) => {
    lines.push(`${message} ${fields.url ?? ''}`);
  }) as typeof gateway.log.info;
  const url = await gateway.start();
  return { url, stop: () => gateway.stop() };
}

test('metrics have a port of their own, and operators another one with a token', async () => {
  const lines: string[] = [];
  const token = 'a-token-of-operators';
  const gateway = await listening({ metrics: { port: 0 }, admin: { port: 0, token } }, lines);
  try {
    expect((await fetch(`${gateway.url}/metrics`)).status).toBe(404);
    const [metrics, admin] = ['metrics', 'admin'].map(
      (name) =>
        lines
          .find((line) => line.startsWith(`listening for ${name} `))
          ?.split(' ')
          .at(-1) as string,
    );
    expect(total(await readMetrics(`${metrics}/metrics`), 'concierge_info')).toBe(1);
    expect((await fetch(`${metrics}/graphql`)).status).toBe(404);
    const statuses = [];
    for (const authorization of [undefined, 'Bearer wrong-token-of-operators', `bearer ${token}`]) {
      const headers: Record<string, string> = authorization === undefined ? {} : { authorization };
      statuses.push((await fetch(`${admin}/metrics`, { headers })).status);
    }
    expect(statuses).toEqual([401, 401, 200]);
  } finally {
    await gateway.stop();
  }
});

test('a port that is in use stops the start, with its option', async () => {
  const taken = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => taken.once('listening', resolve));
  const { port } = taken.address() as { port: number };
  try {
    await expect(listening({ metrics: { port } }, [])).rejects.toThrow(
      /Port \d+ on 127.0.0.1 is in use.*metrics\.port/,
    );
  } finally {
    taken.close();
  }
});

test('without an option nothing is measured, and there is no path', async () => {
  const { origins } = await serveGraph({ services });
  expect((await fetch(`${origins[0]}/metrics`)).status).toBe(404);
});
