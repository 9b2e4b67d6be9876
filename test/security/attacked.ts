// Gateways under attack: the same graph with the fast path and without it, over services of which one sends whatever bytes
// a test gives it; and raw connections to them.
import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { connect, createServer, type Socket } from 'node:net';
import { createGateway, type GatewayConfig } from '../../gateway/index.ts';
import { type Service, startService } from '../caching/services.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { freePorts } from '../harness/ports.ts';

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
  type Subscription { ticks: Int }
`;

/** What the service that sends any bytes is said to serve. */
const rawSdl = 'type Query { raw: String  other: Int  float: Float  flag: Boolean  id: ID  list: [String] }';

export interface AttackRequest {
  /** POST, unless given. */
  method?: string;
  /** /graphql, unless given. */
  path?: string;
  /** Besides those of the connection and the body. A line break in a value is one of the request. */
  headers?: Readonly<Record<string, string>>;
  /** JSON, unless `headers` have another type. */
  body?: string | Buffer;
}

export interface Attacked {
  /** With the fast path, and without it. */
  origins: readonly string[];
  /** Of the listener for operators. */
  admin: string;
  /** The ways to send a request: over both HTTP paths, byte for byte, and to an embedded gateway. */
  ways: Readonly<Record<string, (request: AttackRequest) => Promise<string>>>;
  /** Everything that comes back over a connection. */
  received(origin: string, request: AttackRequest): Promise<string>;
  service: Service;
  /** Number of mutations that were executed. */
  writes(): number;
  /** Bytes that the other service sends for each request from now on. */
  respond(bytes: Buffer | string): void;
  /** It sends these, and then one byte after the other, without end. */
  drip(bytes: string): void;
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
    // A busy machine would set it off.
    overload: false,
    ...options,
    limits: { introspection: false, suggestions: false, batch: 3, ...options.limits },
  };
  const [port = 0] = await freePorts(1);
  const open = async (more: Partial<GatewayConfig>) => {
    const gateway = createGateway({ ...config, ...more }, folder);
    later(() => gateway.stop());
    return { gateway, origin: await gateway.start() };
  };
  const fast = await open({ admin: { port, token: adminToken } });
  const yoga = await open({ fastPath: false });
  const over = (origin: string) => async (request: AttackRequest) =>
    responsesIn(await exchange(origin, bytesOf(request)))[0] ?? '';
  return {
    origins: [fast.origin, yoga.origin],
    admin: `http://127.0.0.1:${port}`,
    ways: {
      'fast path': over(fast.origin),
      Yoga: over(yoga.origin),
      async embedded({ method = 'POST', path = '/graphql', headers, body }) {
        const response = await fast.gateway.fetch(
          new Request(`http://gateway${path}`, {
            method,
            headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
            ...(body !== undefined && { body: Buffer.from(body) }),
          }),
        );
        return described(response.status, await response.text());
      },
    },
    received: (origin, request) => exchange(origin, bytesOf(request)),
    service,
    writes: () => writes,
    respond: raw.respond,
    drip: raw.drip,
    privateKey,
    publicKey: pem,
  };
}

/** A service of bytes: it reads a request, sends them, and ends the connection. */
async function startRaw() {
  let bytes: Buffer | string = '';
  let drips = false;
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.once('data', () => {
      if (!drips) return void socket.end(bytes);
      socket.write(bytes);
      const dripping = setInterval(() => socket.write(' '), 20);
      socket.once('close', () => clearInterval(dripping));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  return {
    url: `http://127.0.0.1:${port}/graphql`,
    respond(next: Buffer | string) {
      bytes = next;
    },
    drip(next: string) {
      bytes = next;
      drips = true;
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

/** The request as it stands on a connection that ends with it. */
export function bytesOf({ method = 'POST', path = '/graphql', headers, body }: AttackRequest): Buffer {
  const sent =
    body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
  const fields = Object.entries({ host: 'gateway', connection: 'close', ...sent, ...headers });
  const lines = [`${method} ${path} HTTP/1.1`, ...fields.map(([name, value]) => `${name}: ${value}`), '', ''];
  return Buffer.concat([Buffer.from(lines.join('\r\n'), 'latin1'), Buffer.from(body ?? '')]);
}

/** The responses in these bytes, one after the other: the status, with the code of the first error or the data. */
export function responsesIn(received: string): string[] {
  const starts = Array.from(received.matchAll(/HTTP\/1\.1 (\d{3}) /g), (match) => match.index);
  return starts.map((start, index) => {
    const response = received.slice(start, starts[index + 1]);
    return described(Number(response.slice(9, 12)), response.slice(response.indexOf('\r\n\r\n') + 4));
  });
}

function described(status: number, body: string): string {
  const code = /"code":"(\w+)"/.exec(body)?.[1];
  const data = /\{"data":(.*?)\}(?:\r\n0\r\n\r\n)?$/s.exec(body)?.[1];
  return [status, code ?? data].filter((part) => part !== undefined).join(' ');
}
