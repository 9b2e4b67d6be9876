// Instances of a service that hang, die and fail, and gateways before them: what clients see of it.
import { renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { createGateway, type Gateway, type GatewayConfig } from '../../gateway/index.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { startProcess, type TestProcess } from '../harness/process.ts';
import { type Behaviour, responding, silence } from '../harness/servers.ts';
import { upstream } from '../harness/test-upstream.ts';

interface Instance {
  process: TestProcess;
  url: string;
  port: number;
}

async function startInstance(port = 0): Promise<Instance> {
  const process = startProcess({ script: 'test/resilience/instance.ts', args: [String(port)] });
  const line = await process.line(({ url }) => url !== undefined);
  return { process, url: String(line.url), port: Number(line.port) };
}

const instances: Instance[] = [];
beforeAll(async () => {
  instances.push(...(await Promise.all([startInstance(), startInstance(), startInstance()])));
});
afterAll(async () => {
  for (const { process } of instances) process.signal('SIGCONT');
  await Promise.all(instances.map(({ process }) => process.stop()));
});

type SubgraphOptions = Partial<GatewayConfig['subgraphs'] extends infer Map | undefined ? Map[keyof Map] : never>;

function gatewayOf(first: SubgraphOptions, config: Partial<GatewayConfig> = {}, folder = '.'): Gateway {
  const settings: GatewayConfig = {
    log: { level: 'silent' },
    // Of this process, which shares its machine.
    overload: false,
    metrics: { public: true },
    subgraphs: { first: { schema: 'type Query { a: String }', ...first } },
    ...config,
  };
  const gateway = createGateway(settings, folder);
  onTestFinished(async () => {
    await gateway.stop();
  });
  return gateway;
}

interface Result {
  value: unknown;
  code: string | undefined;
}

async function query(gateway: Gateway, text = '{ a }'): Promise<Result> {
  const response = await gateway.inject({ query: text });
  const { data, errors } = response.json<{
    data: { a: unknown } | null;
    errors?: { extensions: { code: string } }[];
  }>();
  return { value: data?.a, code: errors?.[0]?.extensions.code };
}

/** Queries in the order in which they end. */
async function load(gateway: Gateway, count: number, at: Record<number, () => void> = {}): Promise<Result[]> {
  const results: Result[] = [];
  let sent = 0;
  const worker = async () => {
    while (sent < count) {
      at[sent]?.();
      sent += 1;
      results.push(await query(gateway));
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  return results;
}

const failed = (results: readonly Result[]) => results.filter(({ value }) => value !== 'one');

async function metric(gateway: Gateway, name: string): Promise<string[]> {
  const { body } = await gateway.inject({ path: '/metrics' });
  return body.split('\n').filter((line) => line.startsWith(name));
}

/** Requests that were sent to a second instance, because the first did not respond. */
async function retries(gateway: Gateway): Promise<number> {
  const lines = await metric(gateway, 'concierge_subgraph_retries_total{');
  return lines.reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

test('while one of three instances hangs, no query fails, and few of them wait', async () => {
  const gateway = gatewayOf({ url: instances.map(({ url }) => url) });
  await load(gateway, 100);
  const [{ process }] = instances as [Instance];
  const results = await load(gateway, 400, { 100: () => process.signal('SIGSTOP') });
  const before = await retries(gateway);
  const later = await load(gateway, 300);
  const after = await retries(gateway);
  process.signal('SIGCONT');
  expect(failed(results)).toEqual([]);
  // Those that it had, and a few that were given to it before its hanging was seen.
  expect(before).toBeLessThanOrEqual(16);
  expect(failed(later)).toEqual([]);
  // Where it is not ejected yet, a query tries it now and then.
  expect(after - before).toBeLessThanOrEqual(3);
});

test('an event loop that is blocked makes no instance slow', async () => {
  const gateway = gatewayOf({ url: instances.map(({ url }) => url) });
  await load(gateway, 50);
  const sent = Array.from({ length: 8 }, () => query(gateway));
  // They are on their way then, and so are their responses while nothing is read.
  await new Promise((resolve) => setImmediate(() => setImmediate(resolve)));
  const until = performance.now() + 1_200;
  while (performance.now() < until);
  expect(failed(await Promise.all(sent))).toEqual([]);
  expect(await metric(gateway, 'concierge_subgraph_retries_total{')).toEqual([]);
});

test('while one of three instances is killed and started again, no query fails, and it gets requests again', async () => {
  const [one, two, killed] = instances as [Instance, Instance, Instance];
  const gateway = gatewayOf({ url: [one.url, two.url, killed.url], balance: 'roundRobin' });
  const results = await load(gateway, 600, { 200: () => killed.process.signal('SIGKILL') });
  expect(failed(results)).toEqual([]);
  expect(await metric(gateway, 'concierge_subgraph_addresses')).toEqual([
    'concierge_subgraph_addresses{subgraph="first",state="available"} 2',
    'concierge_subgraph_addresses{subgraph="first",state="ejected"} 1',
    'concierge_subgraph_addresses{subgraph="first",state="unhealthy"} 0',
  ]);
  await killed.process.exit;
  instances[2] = await startInstance(killed.port);
  // Long before the end of its ejection, a connection shows that it is back.
  const available = 'concierge_subgraph_addresses{subgraph="first",state="available"} 3';
  await expect
    .poll(
      async () => {
        await load(gateway, 1);
        return metric(gateway, 'concierge_subgraph_addresses');
      },
      { timeout: 10_000 },
    )
    .toContain(available);
});

test.each(['fastest', 'roundRobin'] as const)(
  'an instance that fails at once fails one query (%s)',
  async (balance) => {
    const broken = await upstream(responding(500, 'error', 'text/plain'));
    const gateway = gatewayOf({ url: [broken.url, ...instances.map(({ url }) => url)], balance });
    const results = await load(gateway, 400);
    // After its first failure, others are known to be its own fault, and their queries go to another instance.
    expect(failed(results)).toEqual([expect.objectContaining({ code: 'SUBGRAPH_UNAVAILABLE' })]);
    expect(broken.requests.length).toBeLessThanOrEqual(20);
  },
);

test('while all of a service fails, the breaker stops its requests; others go on, and it comes back', async () => {
  let behave: Behaviour = responding(500, 'error', 'text/plain');
  const [down, up] = await Promise.all([
    upstream((response, request) => behave(response, request)),
    upstream(responding(200, { data: { b: 'two' } })),
  ]);
  const gateway = gatewayOf(
    {},
    {
      subgraphs: {
        first: { url: down.url, schema: 'type Query { a: String }', breaker: { open: '3s' } },
        second: { url: up.url, schema: 'type Query { b: String }' },
      },
    },
  );
  const failures = await load(gateway, 40);
  expect(new Set(failures.map(({ code }) => code))).toEqual(new Set(['SUBGRAPH_UNAVAILABLE', 'SUBGRAPH_CIRCUIT_OPEN']));
  const before = down.requests.length;
  expect(before).toBeLessThanOrEqual(28);
  expect((await gateway.inject({ query: '{ a b }' })).json()).toMatchObject({
    data: { a: null, b: 'two' },
    errors: [
      {
        message: 'The subgraph "first" is not requested for now, because most requests to it have failed.',
        path: ['a'],
        extensions: { code: 'SUBGRAPH_CIRCUIT_OPEN', subgraph: 'first' },
      },
    ],
  });
  const fast = await load(gateway, 100);
  expect(fast.filter(({ code }) => code !== 'SUBGRAPH_CIRCUIT_OPEN')).toEqual([]);
  expect(down.requests).toHaveLength(before);
  expect(await metric(gateway, 'concierge_subgraph_breaker_open{subgraph="first"}')).toEqual([
    'concierge_subgraph_breaker_open{subgraph="first"} 1',
  ]);
  behave = responding(200, { data: { a: 'one' } });
  // By three trials, one after the other.
  const trials = async () => [await query(gateway), await query(gateway), await query(gateway)];
  await expect.poll(async () => failed(await trials()), { timeout: 60_000 }).toEqual([]);
  expect(failed(await load(gateway, 50))).toEqual([]);
});

test('without retries, ejection and breaker, each failure of an instance is the failure of a query', async () => {
  const [broken, fine] = await Promise.all([
    upstream(responding(503, 'unavailable', 'text/plain')),
    upstream(responding(200, { data: { a: 'one' } })),
  ]);
  const off = { retry: false, eject: false, breaker: false } as const;
  const gateway = gatewayOf({ url: [broken.url, fine.url], balance: 'roundRobin', ...off });
  const failures = failed(await load(gateway, 60));
  expect(failures.map(({ code }) => code)).toEqual(new Array(30).fill('SUBGRAPH_UNAVAILABLE'));
  expect(broken.requests).toHaveLength(30);
});

test('while the breaker is open, a stale response is returned in place of the failure', async () => {
  let behave: Behaviour = responding(200, { data: { a: 'one' } });
  const service = await upstream((response, request) => behave(response, request));
  const gateway = gatewayOf(
    { url: service.url, schema: 'type Query { a: String @cacheControl(maxAge: 1) b: String }' },
    { cache: { staleIfError: '1h', responses: true } },
  );
  expect(await query(gateway)).toMatchObject({ value: 'one' });
  behave = responding(500, 'error', 'text/plain');
  for (let sent = 0; sent < 20; sent++) await query(gateway, '{ b }');
  expect(await query(gateway, '{ b }')).toMatchObject({ code: 'SUBGRAPH_CIRCUIT_OPEN' });
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  expect(await query(gateway)).toMatchObject({ value: 'one', code: undefined });
});

test('errors of GraphQL, statuses of 4xx and clients that leave do not open the breaker', async () => {
  const behaviours: Behaviour[] = [
    responding(200, { errors: [{ message: 'no' }], data: { a: null } }),
    responding(404, 'none', 'text/plain'),
    silence,
  ];
  for (const behave of behaviours) {
    const service = await upstream(behave);
    const gateway = gatewayOf({ url: service.url });
    const client = new AbortController();
    const queries = Array.from({ length: 30 }, () => gateway.inject({ query: '{ a }', signal: client.signal }));
    await expect.poll(() => service.requests.length).toBe(30);
    if (behave === silence) client.abort();
    await Promise.allSettled(queries);
    expect(await metric(gateway, 'concierge_subgraph_breaker_open{')).toEqual([
      'concierge_subgraph_breaker_open{subgraph="first"} 0',
    ]);
  }
});

test('addresses of a file change with it, and an unusable file changes nothing', async () => {
  const [one, two] = await Promise.all([
    upstream(responding(200, { data: { a: 'one' } })),
    upstream(responding(200, { data: { a: 'two' } })),
  ]);
  const folder = temporaryFolder({ 'addresses.json': JSON.stringify([one.url]) });
  const file = join(folder, 'addresses.json');
  const gateway = gatewayOf({ url: { file: 'addresses.json' } }, {}, folder);
  expect(await query(gateway)).toMatchObject({ value: 'one' });
  writeFileSync(file, '["four"]');
  // Replaced by another file, as a mounted ConfigMap is.
  writeFileSync(`${file}.next`, JSON.stringify([two.url]));
  renameSync(`${file}.next`, file);
  await expect.poll(async () => (await query(gateway)).value, { timeout: 60_000 }).toBe('two');
  writeFileSync(file, 'no JSON');
  expect(await query(gateway)).toMatchObject({ value: 'two' });
  expect(() => gatewayOf({ url: { file: 'none.json' } }, {}, folder)).toThrow(
    /subgraphs\.first\.url\.file: .*none\.json cannot be read: ENOENT/,
  );
});

test('a service on a Unix domain socket', async () => {
  const path = join(temporaryFolder(), 'first.sock');
  const paths: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    paths.push(request.url);
    responding(200, { data: { a: 'one' } })(response, undefined as never);
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  onTestFinished(() => void server.close());
  for (const url of [`unix:${path}`, `unix:${path}:/other?x=1`]) {
    expect(await query(gatewayOf({ url }))).toMatchObject({ value: 'one' });
  }
  expect(paths).toEqual(['/graphql', '/other?x=1']);
});
