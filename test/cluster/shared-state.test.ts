// What four workers of one supervisor promise together, without Redis: limits, quotas of a field and throttles counted
// once, changes seen by all, metrics summed. The workers are in this process; node:cluster has a test of its own.
import { hash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { Relay } from '../../gateway/cluster/relay.ts';
import { createGateway, type Gateway } from '../../gateway/index.ts';
import { serveWorkers } from '../../gateway/supervisor/services.ts';
import { quiet, type Service, startService } from '../caching/services.ts';
import { control } from '../controls/operated.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { History } from '../harness/history.ts';
import { collectLines } from '../harness/log-lines.ts';
import { type StartedWorker, settled, startWorker, startWorkers } from '../harness/workers.ts';
import { readMetrics, samplesOf, total } from '../metrics/exposed.ts';

const sdl = `
  type Query {
    product(id: ID!): Product @cacheControl(maxAge: 60)
    now: Int
    mine: Int @cacheControl(maxAge: 60, scope: PRIVATE)
    rare: Int @rateLimit(limit: 10, duration: 60)
  }
  type Mutation { rename(id: ID!, name: String!): Product }
  type Product @key(selectionSet: "{ id }") @cacheControl(maxAge: 60) { id: ID! name: String! }
`;

const token = 'token-of-operators';
const names = new Map<string, string>();

interface Worker extends StartedWorker {
  gateway: Gateway;
  origin: string;
  admin: string;
}

interface Received {
  status: number;
  body: { data: { product?: { name: string } | null; rare?: number | null } | null; errors?: unknown[] };
}

const relay = new Relay();
serveWorkers(relay);
let service: Service;
let folder: string;
let workers: Worker[] = [];

async function open(started: StartedWorker): Promise<Worker> {
  const config = {
    ...quiet,
    log: { level: 'info' },
    workers: 4,
    limits: { introspection: true },
    metrics: { public: true },
    documents: { automaticPersistedQueries: true },
    admin: { port: 0, token },
    cache: { entities: true },
    connections: { perAddress: 6, perCaller: 3 },
    rateLimits: { request: { limit: 100, duration: '1h' } },
    subgraphs: { catalog: { url: service.url, schema: 'catalog.graphql' } },
  } as const;
  const gateway = createGateway(config, { folder, channel: started.channel });
  const lines = collectLines(gateway.log);
  const origin = await gateway.start();
  const admin = lines.find(({ msg }) => msg === 'listening for admin')?.url as string;
  return { ...started, gateway, origin, admin };
}

beforeAll(async () => {
  service = await startService({
    name: 'catalog',
    sdl,
    resolvers: {
      Query: { product: (_: unknown, { id }: { id: string }) => ({ id }), now: () => 1, mine: () => 1, rare: () => 1 },
      Mutation: {
        rename: (_: unknown, { id, name }: { id: string; name: string }) => {
          names.set(id, name);
          return { id };
        },
      },
      Product: { name: ({ id }: { id: string }) => names.get(id) ?? '0' },
    },
  });
  folder = temporaryFolder({ 'catalog.graphql': sdl }, afterAll);
  workers = await Promise.all((await startWorkers(relay, 4)).map(open));
});

afterAll(async () => {
  await Promise.all(workers.map(({ gateway }) => gateway.stop()));
  await service.stop();
});

const workerAt = (index: number) => workers[index % workers.length] as Worker;

let users = 0;

/** @param user by default another one each time, for which no limit is reached. */
async function send({ origin }: Worker, query: string, user = `user ${users++}`): Promise<Received> {
  const headers = { 'content-type': 'application/json', 'x-user-id': user };
  const response = await fetch(`${origin}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
  return { status: response.status, body: (await response.json()) as Received['body'] };
}

/** To each worker in turn, all at once. */
const sendMany = (count: number, query: string, user: string) =>
  Promise.all(Array.from({ length: count }, (_, index) => send(workerAt(index), query, user)));

const operate = ({ admin }: Worker, path: string, method: string, body?: unknown) =>
  fetch(`${admin}/admin/${path}`, {
    method,
    headers: { authorization: `Bearer ${token}` },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });

describe('four workers without Redis', () => {
  it('allow together exactly what a limit allows', async () => {
    const statuses = (await sendMany(240, '{ now }', 'u1')).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(100);
    expect(statuses.filter((status) => status === 429)).toHaveLength(140);
    const rare = await sendMany(40, '{ rare }', 'u2');
    expect(rare.filter(({ body }) => body.data?.rare === 1)).toHaveLength(10);
  });

  it('have the controls that one of them was given, with one rate for all, and workers that start later as well', async () => {
    const throttle = control({ action: 'throttle', perSecond: 0.001, target: { operation: 'Slow' } });
    expect((await operate(workerAt(1), 'controls', 'PUT', { controls: [throttle] })).status).toBe(200);
    for (const worker of workers) {
      expect(await (await operate(worker, 'controls', 'GET')).json()).toMatchObject({ controls: [throttle] });
    }
    const slow = await sendMany(8, 'query Slow { now }', 'u3');
    expect(slow.filter(({ status }) => status === 200)).toHaveLength(1);
    const late = await open(startWorker(relay));
    expect((await send(late, 'query Slow { now }', 'u3')).status).toBe(429);
    await late.gateway.stop();
    late.kill();
    expect((await operate(workerAt(2), 'controls', 'PUT', { controls: [] })).status).toBe(200);
    expect((await send(workerAt(3), 'query Slow { now }', 'u3')).status).toBe(200);
  });

  it('give no stale response from any of them after a mutation or a purge', async () => {
    const history = new History();
    const ids = ['a', 'b', 'c'];
    const read = (id: string, worker: Worker) =>
      history.read(id, async () => {
        const { status, body } = await send(worker, `{ product(id: "${id}") { name } }`);
        expect([status, body.data?.product?.name]).toEqual([200, expect.stringMatching(/^\d+$/)]);
        return Number(body.data?.product?.name);
      });
    let version = 0;
    const change = async (id: string, worker: Worker, by: 'mutation' | 'purge') => {
      version += 1;
      const name = String(version);
      if (by === 'mutation') {
        const work = () => send(worker, `mutation { rename(id: "${id}", name: "${name}") { id } }`);
        await history.write(id, version, work);
        // A mutation invalidates before its response.
        await history.invalidate([id], async () => {});
        return;
      }
      await history.write(id, version, () => void names.set(id, name));
      await history.invalidate([id], async () => {
        const response = await operate(worker, 'purge', 'POST', { type: 'Product', id });
        expect(response.status).toBe(202);
      });
    };
    for (let round = 0; round < 24; round += 1) {
      const id = ids[round % ids.length] as string;
      await Promise.all([
        ...workers.map((worker) => read(id, worker)),
        change(id, workerAt(round), round % 2 === 0 ? 'mutation' : 'purge'),
      ]);
      for (let time = 0; time < 2; time += 1) await Promise.all(workers.map((worker) => read(id, worker)));
    }
    expect(history.violations).toEqual([]);
    expect(history.reads).toBe(24 * 12);
    const cached = workers.map(({ gateway }) => gateway.cache.stats().responses.hits);
    expect(Math.min(...cached)).toBeGreaterThan(0);
  });

  it('have nothing left of a caller that one of them has purged', async () => {
    const requests = async () => {
      const before = service.requested.length;
      for (const worker of workers) expect((await send(worker, '{ mine }', 'private')).status).toBe(200);
      return service.requested.length - before;
    };
    expect(await requests()).toBe(4);
    expect(await requests()).toBe(0);
    expect((await operate(workerAt(2), 'purge', 'POST', { identity: 'private' })).status).toBe(202);
    expect(await requests()).toBe(4);
  });

  it('share what clients register, the level of the log, wrong tokens and the latest errors', async () => {
    const text = 'query Registered { now }';
    const persistedQuery = { version: 1, sha256Hash: hash('sha256', text) };
    const post = async (worker: Worker, body: object) => {
      const headers = { 'content-type': 'application/json', 'x-user-id': 'p1' };
      const sent = { method: 'POST', headers, body: JSON.stringify({ ...body, extensions: { persistedQuery } }) };
      return (await (await fetch(`${worker.origin}/graphql`, sent)).json()) as Received['body'];
    };
    expect(await post(workerAt(0), { query: text })).toMatchObject({ data: { now: 1 } });
    for (const worker of workers) expect(await post(worker, {})).toMatchObject({ data: { now: 1 } });

    expect((await operate(workerAt(1), 'log-level', 'PUT', { level: 'warn' })).status).toBe(200);
    expect(workers.map(({ gateway }) => gateway.log.level)).toEqual(['warn', 'warn', 'warn', 'warn']);
    workerAt(0).gateway.log.warn('a line of the first worker');
    const { errors } = (await (await operate(workerAt(3), 'diagnostics', 'GET')).json()) as { errors: unknown };
    expect(JSON.stringify(errors)).toContain('a line of the first worker');

    const guess = async ({ admin }: Worker) =>
      (await fetch(`${admin}/admin/controls`, { headers: { authorization: 'Bearer wrong' } })).status;
    const guesses: number[] = [];
    for (let index = 0; index < 11; index += 1) guesses.push(await guess(workerAt(index)));
    expect(guesses.slice(9)).toEqual([401, 429]);
  });

  it('bound connections together, and free those of a worker that is gone', async () => {
    const opened: WebSocket[] = [];
    /** Null once it is accepted; else the status or the close code. */
    const connect = async (worker: Worker, user: string): Promise<number | null> => {
      const url = `${worker.origin.replace('http', 'ws')}/graphql`;
      const socket = new WebSocket(url, 'graphql-transport-ws', { headers: { 'x-user-id': user } });
      opened.push(socket);
      // Of one that is ended before it is accepted.
      socket.on('error', () => {});
      const { promise, resolve } = Promise.withResolvers<number | null>();
      socket.once('unexpected-response', (_, { statusCode = 0 }) => resolve(statusCode));
      socket.once('close', resolve).once('message', () => resolve(null));
      socket.once('open', () => socket.send('{"type":"connection_init"}'));
      return promise;
    };
    const late = await open(startWorker(relay));
    expect(await connect(late, 'w1')).toBe(null);
    const ofOne = await Promise.all([0, 1, 2, 3].map((index) => connect(workerAt(index), 'w1')));
    expect(ofOne.toSorted()).toEqual([4429, 4429, null, null]);
    const ofAddress = await Promise.all([0, 1, 2, 3, 4].map((index) => connect(workerAt(index), `w2 ${index}`)));
    expect(ofAddress.filter((one) => one === 429)).toHaveLength(2);
    late.kill();
    await settled();
    expect(await connect(workerAt(0), 'w1')).toBe(null);
    expect(await connect(workerAt(1), 'w3')).toBe(429);
    for (const socket of opened) socket.terminate();
    await late.gateway.stop();
  });

  it('show in any of them the metrics of all, which stay when a worker is gone', async () => {
    const sent = (text: string) =>
      total(text, 'http_server_request_duration_seconds_count', { graphql_operation_name: 'Counted' });
    for (let index = 0; index < 8; index += 1) await send(workerAt(index), 'query Counted { now }');
    const texts = await Promise.all(workers.map(({ origin }) => readMetrics(`${origin}/metrics`)));
    expect(texts.map(sent)).toEqual([8, 8, 8, 8]);
    const [text = ''] = texts;
    expect(total(text, 'concierge_info')).toBe(1);
    const processes = samplesOf(text).filter(({ name }) => name === 'process_resident_memory_bytes');
    expect(new Set(processes.map(({ labels }) => labels.worker)).size).toBe(4);
    const [killed, ...others] = workers as [Worker, ...Worker[]];
    killed.kill();
    await settled();
    workers = others;
    await send(workerAt(0), 'query Counted { now }');
    const accept = 'application/openmetrics-text; version=1.0.0';
    const after = await readMetrics(`${workerAt(1).origin}/metrics`, accept);
    expect(sent(after)).toBe(9);
    expect(after.endsWith('\n# EOF\n')).toBe(true);
    await killed.gateway.stop();
  });
});
