// Tools of the listener for operators, and who may use it.
import { execFile } from 'node:child_process';
import { request } from 'node:http';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { root } from '../harness/gateway.ts';
import { closedUrl } from '../harness/servers.ts';
import { Shop } from '../websocket/shop.ts';
import { operated, token } from './operated.ts';

/** The status of a request with these header fields, as fetch cannot set them. */
function status(url: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    request(url, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}

test('requests of web pages, to unknown names, and many wrong tokens are rejected', async () => {
  const shop = await Shop.start();
  const { admin } = await operated(shop, { admin: { port: 0, hosts: ['gateway.internal'] } });
  const url = `${admin}/metrics`;
  const { host } = new URL(url);
  const cases: [headers: Record<string, string>, status: number][] = [
    [{ host }, 200],
    [{ host: 'localhost:9901' }, 200],
    [{ host: '[::1]:9901' }, 200],
    [{ host: 'Gateway.Internal' }, 200],
    [{ host: 'rebound.example' }, 403],
    [{ host: 'rebound.example:9901' }, 403],
    [{ host: '127.0.0.1.rebound.example' }, 403],
    [{ host, origin: `http://${host}` }, 200],
    [{ host, origin: 'https://page.example' }, 403],
    [{ host, origin: 'null' }, 403],
    [{ host, 'sec-fetch-site': 'cross-site' }, 403],
    [{ host, 'sec-fetch-site': 'same-site' }, 403],
    [{ host, 'sec-fetch-site': 'none' }, 200],
  ];
  for (const [headers, expected] of cases)
    expect({ headers, status: await status(url, headers) }).toEqual({ headers, status: expected });
  const guarded = await operated(shop);
  const statuses = [];
  for (let count = 0; count < 12; count += 1) {
    statuses.push(await status(`${guarded.admin}/metrics`, { authorization: `Bearer wrong-token-${count}` }));
  }
  expect(statuses).toEqual([...Array(10).fill(401), 429, 429]);
  // No token can be guessed meanwhile.
  expect(await status(`${guarded.admin}/metrics`, { authorization: `Bearer ${token}` })).toBe(429);
  await expect(operated(shop, { admin: { port: 0, host: '0.0.0.0' } })).rejects.toThrow(
    'admin.token is missing: a listener that other machines can reach needs a token',
  );
});

test('diagnostics mask secrets; the log level changes; a profile and a snapshot are taken one at a time', async () => {
  const shop = await Shop.start();
  const gateway = await operated(shop, { cache: { purge: { token: 'a-very-secret-token-of-services' } } });
  const headers = { authorization: `Bearer ${token}` };
  const call = (path: string, method: string, body?: string) =>
    fetch(`${gateway.admin}/admin/${path}`, { method, headers, ...(body !== undefined && { body }) });
  const text = await (await call('diagnostics', 'GET')).text();
  for (const secret of [token, 'a-very-secret-token', 'a secret that is long enough'])
    expect(text).not.toContain(secret);
  expect(JSON.parse(text)).toMatchObject({
    versions: { node: process.version },
    controls: { controls: [], fromFile: [] },
    figures: { documents: { documents: 0 }, requestsInFlight: 0 },
    config: { admin: { token: '***' }, subgraphs: { stock: { schema: 'stock.graphql' } } },
  });
  expect(await (await call('log-level', 'GET')).json()).toEqual({ level: 'info' });
  expect((await call('log-level', 'PUT', '{"level":"loud"}')).status).toBe(400);
  expect((await call('log-level', 'PUT', `{"level":"${'x'.repeat(5_000)}"}`)).status).toBe(400);
  expect(await (await call('log-level', 'PUT', '{"level":"fatal"}')).json()).toEqual({ level: 'fatal' });
  expect((await call('profile', 'GET')).status).toBe(405);
  for (const seconds of ['0', '61', '1.5', 'x'])
    expect((await call(`profile?seconds=${seconds}`, 'POST')).status).toBe(400);
  const profiled = call('profile?seconds=1', 'POST');
  const other = async () => (await call('profile?seconds=0', 'POST')).status;
  // Until the profile has begun, the request itself is what is wrong.
  let busy = await other();
  for (let attempt = 0; busy === 400 && attempt < 100; attempt += 1) busy = await other();
  expect(busy).toBe(503);
  const profile = (await (await profiled).json()) as { nodes: unknown[]; samples: unknown[] };
  expect(profile.nodes.length).toBeGreaterThan(0);
});

test('diagnostics have the latest failed requests and warnings, without fields about a person', async () => {
  const shop = await Shop.start();
  const gateway = await operated(shop, {
    subgraphs: { slow: { url: closedUrl, schema: 'slow.graphql', breaker: { failures: 1, minRequests: 1_000 } } },
    log: { sample: 0 },
  });
  for (const [index, query] of ['{ slow }', '{ nothing }', ...Array(55).fill('{ slow }')].entries()) {
    const headers = { 'content-type': 'application/json', 'user-agent': 'a-phone', 'x-request-id': `failed-${index}` };
    await (await fetch(gateway.http, { method: 'POST', headers, body: JSON.stringify({ query }) })).text();
  }
  const headers = { authorization: `Bearer ${token}` };
  const text = await (await fetch(`${gateway.admin}/admin/diagnostics`, { headers })).text();
  const { errors, figures } = JSON.parse(text);
  expect(figures.subgraphs).toEqual([
    {
      ...{ subgraph: 'slow', balance: 'fastest', isPanicking: false, breaker: { state: 'closed', openFor: 0 } },
      retriesLeft: expect.any(Number),
      concurrency: { inFlight: 0, queued: 0, max: 200 },
      addresses: [
        {
          ...{ address: closedUrl, state: 'available', ejectedFor: null, inFlight: 0, share: 1 },
          ...{ failuresInRow: expect.any(Number), latency: expect.any(Number) },
        },
      ],
    },
  ]);
  // Those of clients, such as of documents that are not valid, are not among them.
  expect(errors.requests.map(({ requestId }: { requestId: string }) => requestId)).toEqual(
    Array.from({ length: 50 }, (_, index) => `failed-${56 - index}`),
  );
  expect(errors.requests[0]).toMatchObject({
    time: expect.stringMatching(/^\d{4}-/),
    errors: ['SUBGRAPH_UNAVAILABLE'],
    calls: [{ subgraph: 'slow', outcome: 'SUBGRAPH_UNAVAILABLE', detail: expect.stringContaining('ECONNREFUSED') }],
  });
  expect(text).not.toContain('a-phone');
  await gateway.put({ id: 'wrong' });
  await gateway.put();
  const again = await (await fetch(`${gateway.admin}/admin/diagnostics`, { headers })).json();
  expect(again.errors.log[0]).toMatchObject({ level: 40, message: 'controls replaced', controls: [] });
});

test('a heap snapshot is sent as a stream', async () => {
  // In a process of its own: that of the tests holds too much.
  const script = `
    import { createServer } from 'node:http';
    import { createProfileRoutes } from ${JSON.stringify(`${root}gateway/server/admin/profiles.ts`)};
    const route = createProfileRoutes({ warn() {} }).get('/admin/heap-snapshot');
    const server = createServer(route).listen(0, '127.0.0.1', async () => {
      const response = await fetch('http://127.0.0.1:' + server.address().port, { method: 'POST' });
      const text = await response.text();
      console.log(response.status, Object.keys(JSON.parse(text)).slice(0, 2).join());
      server.close();
    });`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  expect(stdout.trim()).toBe('200 snapshot,nodes');
});
