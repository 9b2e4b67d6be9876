// Load whose counts are known: requests of many kinds, good and bad, over HTTP, in batches and over WebSockets, with what
// the gateway's metrics have to be after it.

import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout } from 'node:timers/promises';
import { WebSocket } from 'ws';
import type { GatewayConfig } from '../../gateway/index.ts';
import { randomNumbers } from '../differential/random.ts';
import { samplesOf, total } from './exposed.ts';

/** Totals by label: what was sent and received, and what was measured. */
export interface Totals {
  requests: number;
  /** By method and status, such as `POST 200`. */
  statuses: Record<string, number>;
  /** By operation name; empty where the operation is not known. */
  operations: Record<string, number>;
  /** Responses with an error of the code. */
  errors: Record<string, number>;
  /** With those that were sent once more. */
  sentToService: number;
  /** With those that joined an equal one. */
  fetches: number;
  serviceBytes: number;
  documents: number;
  closes: Record<string, number>;
}

export interface LoadedService {
  url: string;
  received: number;
  bytes: number;
  stop(): Promise<void>;
}

const graph = 'type Query { a: Int b: Int down: Int }';

/** A service that has an error for `b`, and no response for `down`. */
export async function startLoadedService(): Promise<LoadedService> {
  const server = createServer(async (request, response) => {
    const { query } = JSON.parse(await text(request));
    // As long as equal requests of other clients arrive.
    await setTimeout(2);
    loaded.received += 1;
    const isDown = query.includes('down');
    const isWrong = query.includes('b');
    const errors = [{ message: 'no', extensions: { code: 'NO_B' } }];
    const body = isDown ? 'down' : JSON.stringify(isWrong ? { errors, data: { b: null } } : { data: { a: 1 } });
    loaded.bytes += body.length;
    response.writeHead(isDown ? 503 : 200, { 'content-type': 'application/json' }).end(body);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`;
  const stop = async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  };
  const loaded: LoadedService = { url, received: 0, bytes: 0, stop };
  return loaded;
}

/** For a gateway over the service, whose SDL is in `load.graphql`. */
export function loadedConfig(service: LoadedService): { config: GatewayConfig; sdl: string } {
  return {
    sdl: graph,
    config: {
      ...{ port: 0, log: { level: 'silent' }, usage: false, csrf: false, deduplicateInFlight: true, overload: false },
      subgraphs: { load: { url: service.url, schema: 'load.graphql' } },
      metrics: { public: true },
    },
  };
}

interface Kind {
  /** Texts of its operations; one of several is sent as a batch. */
  queries?: string[];
  isGet?: boolean;
  body?: string;
  path?: string;
  headers?: Record<string, string>;
  /** Fetches that it needs, and documents that it looks for. */
  fetches: number;
  documents: number;
  operation: string;
}

const ok = 'query Ok { a }';
const wrong = 'query Wrong { b }';
const down = 'query Down { down }';

/** Each is sent about as often as each other. */
function kindOf(random: () => number): Kind {
  const named = `query N${Math.floor(random() * 40)} { a }`;
  const kinds: Kind[] = [
    { queries: [ok], fetches: 1, documents: 1, operation: 'Ok' },
    { queries: [ok], isGet: true, fetches: 1, documents: 1, operation: 'Ok' },
    { queries: [named], fetches: 1, documents: 1, operation: named.split(' ')[1] as string },
    { queries: [wrong], fetches: 1, documents: 1, operation: 'Wrong' },
    { queries: [down], fetches: 1, documents: 1, operation: 'Down' },
    { queries: [wrong, ok, '{ unknown }'], fetches: 2, documents: 3, operation: '' },
    { queries: Array(11).fill(ok), fetches: 0, documents: 0, operation: '' },
    { body: '{"query":', fetches: 0, documents: 0, operation: '' },
    { queries: [ok], path: '/nowhere', fetches: 0, documents: 0, operation: '' },
    { queries: [ok], headers: { authorization: 'Bearer x' }, fetches: 0, documents: 0, operation: '' },
  ];
  return kinds[Math.floor(random() * kinds.length)] as Kind;
}

const add = (counts: Record<string, number>, name: string, amount = 1) => {
  counts[name] = (counts[name] ?? 0) + amount;
};

type Errors = { errors?: { extensions: { code: string } }[] };

const codesIn = (results: Errors[]) =>
  new Set(results.flatMap(({ errors = [] }) => errors.map(({ extensions }) => extensions.code)));

/** Sends the load to a gateway, and returns what its metrics have to be. */
export async function sendLoad(
  origin: string,
  service: LoadedService,
  { requests, seed = 1, concurrency = 20 }: { requests: number; seed?: number; concurrency?: number },
): Promise<Totals> {
  const random = randomNumbers(seed);
  const empty = { requests: 0, statuses: {}, operations: {}, errors: {}, closes: {} };
  const totals: Totals = { ...empty, sentToService: 0, fetches: 0, serviceBytes: 0, documents: 0 };
  let left = requests;
  const count = (method: string, status: number, operation: string, results: Errors[]) => {
    totals.requests += 1;
    add(totals.statuses, `${method} ${status}`);
    add(totals.operations, operation);
    for (const code of codesIn(results)) add(totals.errors, code);
  };
  const http = async () => {
    const { queries = [], isGet = false, path = '/graphql', headers, operation, ...kind } = kindOf(random);
    const bodies = queries.map((query) => ({ query }));
    const body = kind.body ?? JSON.stringify(bodies.length === 1 ? bodies[0] : bodies);
    const response = isGet
      ? await fetch(`${origin}${path}?query=${encodeURIComponent(queries[0] as string)}`)
      : await fetch(`${origin}${path}`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', ...headers },
          body,
        });
    const received = await response.text();
    const json = received.startsWith('{') || received.startsWith('[') ? JSON.parse(received) : {};
    count(isGet ? 'GET' : 'POST', response.status, operation, [json].flat());
    totals.fetches += kind.fetches;
    totals.documents += kind.documents;
  };
  const client = async (index: number) => {
    const socket = await openSocket(origin);
    while (left > 0) {
      left -= 1;
      if (random() < 0.8) {
        await http();
        continue;
      }
      const isValid = random() < 0.7;
      const result = await socket.run(isValid ? 'query OverSocket { a }' : 'query Invalid { unknown }');
      count('WS', isValid ? 200 : 400, isValid ? 'OverSocket' : '', [result]);
      totals.fetches += isValid ? 1 : 0;
      totals.documents += 1;
    }
    const code = index % 4 === 0 ? 4_321 : 1_000;
    await socket.close(code);
    add(totals.closes, code === 1_000 ? '1000' : '(other)');
  };
  await Promise.all(Array.from({ length: concurrency }, (_, index) => client(index)));
  totals.sentToService = service.received;
  totals.serviceBytes = service.bytes;
  return totals;
}

async function openSocket(origin: string) {
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const messages: unknown[] = [];
  socket.on('message', (data) => messages.push(JSON.parse(String(data))));
  const next = async () => {
    while (messages.length === 0) await once(socket, 'message');
    return messages.shift() as { type: string; payload: Errors & NonNullable<Errors['errors']> };
  };
  await once(socket, 'open');
  socket.send('{"type":"connection_init"}');
  await next();
  let id = 0;
  return {
    async run(query: string): Promise<Errors> {
      id += 1;
      socket.send(JSON.stringify({ type: 'subscribe', id: String(id), payload: { query } }));
      const { type, payload } = await next();
      if (type === 'error') return { errors: payload };
      await next();
      return payload;
    },
    async close(code: number) {
      socket.close(code);
      await once(socket, 'close');
    },
  };
}

/** The same totals, as the metrics have them. */
export function measuredTotals(text: string): Totals {
  const durations = samplesOf(text).filter(({ name }) => name === 'http_server_request_duration_seconds_count');
  const by = (name: string, label: string) => {
    const counts: Record<string, number> = {};
    for (const sample of samplesOf(text)) {
      if (sample.name === name) add(counts, sample.labels[label] ?? '', sample.value);
    }
    return counts;
  };
  const statuses: Record<string, number> = {};
  for (const { labels, value } of durations) {
    add(statuses, `${labels.http_request_method} ${labels.http_response_status_code}`, value);
  }
  const sent = total(text, 'http_client_request_duration_seconds_count');
  return {
    requests: durations.reduce((sum, { value }) => sum + value, 0),
    statuses,
    operations: by('http_server_request_duration_seconds_count', 'graphql_operation_name'),
    errors: by('graphql_errors_total', 'code'),
    sentToService: sent + total(text, 'concierge_subgraph_retries_total'),
    fetches: sent + total(text, 'concierge_subgraph_requests_deduplicated_total'),
    serviceBytes: total(text, 'concierge_subgraph_received_bytes_total'),
    documents: total(text, 'concierge_document_cache_reads_total'),
    closes: by('concierge_websocket_closes_total', 'code'),
  };
}
