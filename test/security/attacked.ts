// Gateways under attack: the same graph with the fast path and without it, over services of which one sends whatever bytes
// a test gives it; and raw connections to them.
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { connect, createServer, type Socket } from 'node:net';
import { createGateway, type GatewayConfig } from '../../gateway/index.ts';
import { type Service, startService } from '../caching/services.ts';
import { temporaryFolder } from '../harness/folder.ts';

export const purgeToken = 'a-token-that-only-services-have';
export const adminToken = 'a-token-that-only-operators-have';
export const issuer = 'https://login.example';

const sdl = `
  scalar JSON
  type Query {
    hello: String @cacheControl(maxAge: 60)
    account: Account
    sum(x: Int = 1): Int
    any(value: JSON): JSON
    received: JSON
  }
  type Account { id: ID!  owner: String @cacheControl(maxAge: 60, scope: PRIVATE) }
  type Mutation { write: Int }
`;

/** What the service that sends any bytes is said to serve. */
const rawSdl = 'type Query { raw: String  other: Int  list: [String] }';

export interface Attacked {
  /** With the fast path, and without it. */
  origins: readonly string[];
  service: Service;
  /** Number of mutations that were executed. */
  writes(): number;
  /** Bytes that the other service sends for each request from now on. */
  respond(bytes: Buffer | string): void;
  privateKey: KeyObject;
  /** PEM text of the issuer's public key, which anybody has. */
  publicKey: string;
}

/** @param later takes what ends them. */
export async function startAttacked(
  later: (undo: () => unknown) => void,
  options: Partial<GatewayConfig> = {},
): Promise<Attacked> {
  let writes = 0;
  const service = await startService({
    name: 'one',
    sdl,
    resolvers: {
      Query: {
        hello: () => 'hi',
        account: () => ({ id: '1' }),
        sum: (_: unknown, { x }: { x: number }) => x,
        any: (_: unknown, { value }: { value: unknown }) => value,
        received: (_: unknown, __: unknown, { headers }) => headers,
      },
      Account: { owner: (_: unknown, __: unknown, { headers }) => String(headers['x-who'] ?? 'nobody') },
      Mutation: { write: () => ++writes },
    },
  });
  later(() => service.stop());
  const raw = await startRaw();
  later(raw.stop);
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const pem = String(publicKey.export({ type: 'spki', format: 'pem' }));
  const folder = temporaryFolder({ 'one.graphql': sdl, 'raw.graphql': rawSdl }, later);
  const config: GatewayConfig = {
    ...{ host: '127.0.0.1', port: 0, log: { level: 'silent' }, unreachable: 'warn' },
    trustedProxies: ['10.0.0.1'],
    authentication: { identityHeader: {}, jwt: [{ issuer, key: pem }] },
    forward: { claims: { 'x-who': 'sub' }, headers: ['x-tenant'] },
    subgraphs: {
      one: { url: service.url, schema: 'one.graphql' },
      raw: { url: raw.url, schema: 'raw.graphql', maxResponseBytes: 1_000_000, timeout: 1000 },
    },
    cache: { purge: { token: purgeToken }, entities: true },
    documents: { automaticPersistedQueries: true },
    requestTimeout: '2s',
    connections: { perAddress: false },
    ...options,
    limits: { introspection: false, suggestions: false, batch: 3, ...options.limits },
  };
  const origins = await Promise.all(
    [true, false].map(async (fastPath) => {
      const gateway = createGateway({ ...config, fastPath }, folder);
      later(() => gateway.stop());
      return gateway.start();
    }),
  );
  return {
    origins,
    service,
    writes: () => writes,
    respond: raw.respond,
    privateKey,
    publicKey: pem,
  };
}

/** A service of bytes: it reads a request, sends them, and ends the connection. */
async function startRaw() {
  let bytes: Buffer | string = '';
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => socket.end(bytes));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}/graphql`,
    respond(next: Buffer | string) {
      bytes = next;
    },
    stop: () => new Promise<void>((resolve) => server.close(() => resolve())),
  };
}

/** A connection on which a test writes any bytes. */
export function openRaw(origin: string): Socket {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname);
  // What the gateway cuts off, it resets.
  socket.on('error', () => {});
  return socket;
}

/** Everything that comes back for these bytes, until the gateway ends the connection. */
export function exchange(origin: string, bytes: Buffer | string): Promise<string> {
  const socket = openRaw(origin);
  let received = '';
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    received += chunk;
  });
  socket.write(bytes);
  return new Promise((resolve) => socket.once('close', () => resolve(received)));
}

/** Statuses of the responses in this text, in order. */
export function statusesIn(text: string): number[] {
  return Array.from(text.matchAll(/HTTP\/1\.1 (\d{3}) /g), ([, status]) => Number(status));
}
