// The services as real processes on free ports, with their requests.
import { randomUUID } from 'node:crypto';
import { callPayments } from './payments-call.ts';
import { startProcess, type TestProcess } from './process.ts';

/** Services that speak GraphQL. */
export const subgraphNames = ['users', 'orders', 'products'] as const;
export type SubgraphName = (typeof subgraphNames)[number];
/** With those that speak REST (notifications) and gRPC (payments). */
export type ServiceName = SubgraphName | 'notifications' | 'payments';

/** One line of a service's log. */
export interface RequestLine {
  subgraph: ServiceName;
  requestId: string | null;
  operation: string | null;
  rootFields: string[];
  query: string | null;
  /** SQL statements that the request ran. */
  statements: number;
  /** ms since 1970, with fractions */
  receivedAt: number;
  respondedAt: number;
  /** The client disconnected before the response was complete. */
  aborted?: true;
}

export interface TestSubgraph {
  name: ServiceName;
  /** Of a gRPC service, host and port. */
  url: string;
  /** The requests whose log lines have arrived; `waitForRequests` makes sure of those that a test expects. */
  requests(): RequestLine[];
  /** Forgets the requests so far. */
  clear(): void;
  /**
   * Resolves with all requests once there are `expected` of them, or once `expected` is true of them; rejects after a
   * minute.
   */
  waitForRequests(expected: number | ((requests: RequestLine[]) => boolean)): Promise<RequestLine[]>;
  /**
   * Resolves with all requests once the line of every request that has its response by now is there: what a test needs
   * to assert that there were exactly so many, and before `clear`. Takes one more request, and so the service's
   * latency.
   */
  settled(): Promise<RequestLine[]>;
  /** Resolves with the exit code. */
  stop(): Promise<number | null>;
  process: TestProcess;
}

export type TestSubgraphs = Started<SubgraphName>;
export type TestServices = Started<ServiceName>;

type Started<Name extends ServiceName> = Record<Name, TestSubgraph> & {
  settled(): Promise<void>;
  clear(): void;
  stop(): Promise<void>;
};

/** The beginning of the ids of `settled`'s own requests. */
const marker = 'settled';

export interface SubgraphOptions {
  /** ms by which responses are delayed, for all services or for each. */
  latency?: number | Partial<Record<ServiceName, number>>;
}

/** Starts the three that speak GraphQL side by side; resolves when all listen. */
export function startSubgraphs(options: SubgraphOptions = {}): Promise<TestSubgraphs> {
  return startAll(subgraphNames, options);
}

/** Starts all five. */
export function startServices(options: SubgraphOptions = {}): Promise<TestServices> {
  return startAll([...subgraphNames, 'notifications', 'payments'], options);
}

async function startAll<Name extends ServiceName>(
  names: readonly Name[],
  { latency = 0 }: SubgraphOptions,
): Promise<Started<Name>> {
  const latencyOf = (name: ServiceName): number => (typeof latency === 'number' ? latency : (latency[name] ?? 0));
  const all = await Promise.all(names.map((name) => startSubgraph(name, { latency: latencyOf(name) })));
  return {
    ...(Object.fromEntries(all.map((subgraph) => [subgraph.name, subgraph])) as Record<Name, TestSubgraph>),
    async settled() {
      await Promise.all(all.map((subgraph) => subgraph.settled()));
    },
    clear() {
      for (const subgraph of all) subgraph.clear();
    },
    async stop() {
      await Promise.all(all.map((subgraph) => subgraph.stop()));
    },
  };
}

/** Starts one service on a free port, or on the given one: a service that comes back after a failure. */
export async function startSubgraph(
  name: ServiceName,
  options: { latency?: number; port?: number; database?: string; env?: Record<string, string> } = {},
): Promise<TestSubgraph> {
  const { latency = 0, port = 0, database = ':memory:', env = {} } = options;
  const args = [name, '--port', String(port), '--latency', String(latency), '--database', database];
  const process = startProcess({ script: 'subgraphs/start.ts', args, env });
  const { url } = await process.line(({ msg }) => msg === 'listening');
  const requests = (): RequestLine[] =>
    process
      .lines()
      .filter(
        ({ msg, requestId }) => msg === 'request' && !String(requestId).startsWith(marker),
      ) as unknown as RequestLine[];
  return {
    name,
    url: String(url),
    requests,
    clear: () => process.clear(),
    async waitForRequests(expected) {
      await process.until(() => (typeof expected === 'number' ? requests().length >= expected : expected(requests())));
      return requests();
    },
    async settled() {
      // Lines are written in the sequence of the responses, so everything before the marker's line has arrived with it.
      const requestId = `${marker}-${randomUUID()}`;
      await sendMarker(name, String(url), requestId);
      await process.line((line) => line.requestId === requestId);
      return requests();
    },
    stop: () => process.stop(),
    process,
  };
}

async function sendMarker(name: ServiceName, url: string, requestId: string): Promise<void> {
  const headers = { 'x-request-id': requestId };
  if (name === 'payments') await callPayments(url, 'GetPayments', {}, headers);
  else if (name === 'notifications') await fetch(`${url}/inboxes?user_id=nobody`, { headers });
  else await send(url, '{ __typename }', { headers });
}

export interface ResponseLike<Data> {
  data?: Data | null;
  errors?: { message: string; path?: (string | number)[]; extensions?: { code?: string } }[];
  extensions?: Record<string, unknown>;
}

/** One GraphQL request over HTTP. `Data` is the type of the expected data. */
export async function send<Data = Record<string, unknown>>(
  url: string,
  query: string,
  options: { variables?: Record<string, unknown>; headers?: Record<string, string>; signal?: AbortSignal } = {},
): Promise<ResponseLike<Data>> {
  const { variables, headers, signal } = options;
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
    ...(signal ? { signal } : {}),
  });
  return (await response.json()) as ResponseLike<Data>;
}
