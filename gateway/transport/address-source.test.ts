// Addresses of a DNS name, and health checks, over real sockets: all of 127.0.0.0/8 is this machine.
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { scope } from '../../test/harness/test-upstream.ts';
import { DnsAddresses } from './address-source.ts';
import { plainQuery } from './fetch-profile.ts';
import { SubgraphClient, type SubgraphClientOptions } from './subgraph-client.ts';

/** Serves on one address of this machine; counts requests. */
async function serve(ip: string, port = 0, listener?: RequestListener) {
  const state = { requests: 0, hosts: new Set<string | undefined>(), port: 0 };
  const server = createServer((request, response) => {
    if (listener && request.method === 'GET') {
      listener(request, response);
      return;
    }
    state.requests += 1;
    state.hosts.add(request.headers.host);
    response.setHeader('content-type', 'application/json').end('{"data":{"a":1}}');
  });
  await new Promise<void>((resolve) => server.listen(port, ip, resolve));
  onTestFinished(() => void server.close().closeAllConnections());
  state.port = (server.address() as AddressInfo).port;
  return state;
}

function client(options: Pick<SubgraphClientOptions, 'urls' | 'resilience'>): SubgraphClient {
  const made = new SubgraphClient({
    ...{ name: 'first', timeout: 5_000, maxResponseBytes: 1_000 },
    subscriptions: { max: 1, end: 'complete', startTimeout: 1_000 },
    ...options,
  });
  onTestFinished(() => made.close());
  return made;
}

const query = (of: SubgraphClient) => of.send('{"query":"{ a }"}', scope(), plainQuery);

test('each IP address of a name is an address, under the name', async () => {
  const one = await serve('127.0.0.1');
  const [two, three] = await Promise.all([serve('127.0.0.2', one.port), serve('127.0.0.3', one.port)]);
  let records = ['127.0.0.2', '127.0.0.1', '127.0.0.2'];
  const resolved: string[] = [];
  const url = `http://first.invalid:${one.port}/graphql`;
  const source = new DnsAddresses(url, 10, async (name) => {
    resolved.push(name);
    if (records.length === 0) throw new Error('no such name');
    return records;
  });
  const of = client({ urls: source, resilience: { balance: 'roundRobin' } });
  const warnings: object[] = [];
  of.prepare({ info: () => {}, warn: (fields: object) => warnings.push(fields) });
  const labels = () => of.state().addresses.map(({ address }) => address);
  expect([labels(), resolved]).toEqual([[url], []]);
  // The first request may come before the resolution, and is for the name itself.
  await query(of).catch(() => null);
  await expect.poll(labels).toEqual([`${url} (127.0.0.1)`, `${url} (127.0.0.2)`]);
  for (let sent = 0; sent < 60; sent++) await query(of);
  expect([one.requests > 10, two.requests > 10, three.requests]).toEqual([true, true, 0]);
  expect([...one.hosts, ...two.hosts]).toEqual([`first.invalid:${one.port}`, `first.invalid:${one.port}`]);
  records = [];
  const resolutions = resolved.length;
  await expect.poll(() => resolved.length).toBeGreaterThan(resolutions + 2);
  expect(labels()).toHaveLength(2);
  expect(warnings).toEqual([{ subgraph: 'first', problem: 'no such name' }]);
  records = ['127.0.0.3'];
  await expect.poll(labels).toEqual([`${url} (127.0.0.3)`]);
  await query(of);
  expect(three.requests).toBe(1);
  expect(new Set(resolved)).toEqual(new Set(['first.invalid']));
});

test('health checks take an address away, and bring it back', async () => {
  let status = 200;
  const checks: (string | undefined)[] = [];
  const checked = await serve('127.0.0.1', 0, (request, response) => {
    checks.push(request.url);
    response.writeHead(status).end();
  });
  const other = await serve('127.0.0.1', 0, (_request, response) => response.end());
  const healthCheck = { path: '/ready', interval: 10, timeout: 1_000, unhealthyAfter: 2, healthyAfter: 2 };
  const urls = [checked, other].map(({ port }) => `http://127.0.0.1:${port}/graphql`);
  const of = client({ urls, resilience: { balance: 'roundRobin', healthCheck } });
  const state = () => of.state().addresses[0]?.state;
  await query(of);
  status = 503;
  await expect.poll(state).toBe('unhealthy');
  const before = checked.requests;
  for (let sent = 0; sent < 20; sent++) await query(of);
  expect(checked.requests).toBe(before);
  status = 204;
  await expect.poll(state).toBe('available');
  expect(new Set(checks)).toEqual(new Set(['/ready']));
});
