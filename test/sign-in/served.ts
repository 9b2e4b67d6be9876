// Served gateways for tests of sign-in: one service behind the fast path and behind the Yoga path, and callers that
// send their credentials by POST, by GET, for an event stream and over a WebSocket.
import { afterAll, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { createGateway, type GatewayConfig } from '../../gateway/index.ts';
import { sendRaw } from '../fast-path/both-paths.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { startUpstream } from '../harness/servers.ts';

const sdl = `
  directive @authenticated on FIELD_DEFINITION
  directive @requiresScopes(scopes: [[String!]!]!) on FIELD_DEFINITION
  directive @cacheControl(maxAge: Int, scope: CacheControlScope) on FIELD_DEFINITION
  enum CacheControlScope { PUBLIC PRIVATE }
  type Query {
    open: String
    closed: String @authenticated
    user: String
    read: String @requiresScopes(scopes: [["read"]])
    mine: String @cacheControl(maxAge: 60, scope: PRIVATE)
  }
`;

export type Headers = Readonly<Record<string, string | readonly string[]>>;

/** A response, or the close of a WebSocket with its reason in place of the message. */
export interface Outcome {
  via: string;
  /** HTTP status, or the close code; 200 for the result of an operation over a WebSocket. */
  status: number;
  data?: Record<string, unknown> | null;
  message?: string;
}

export interface Served {
  origin: string;
  /** Bodies of all requests to the service, with the user that they were for (`x-user`). */
  requests: { query: string; user: string | null }[];
  post(headers: Headers, query?: string): Promise<Outcome>;
  /** By every transport on both HTTP paths. */
  everywhere(headers: Headers, query?: string): Promise<Outcome[]>;
  /** With this payload of `connection_init`. */
  connect(payload: unknown, options?: { query?: string; upgrade?: Record<string, string> }): Promise<Outcome>;
}

export interface ServeOptions extends Partial<GatewayConfig> {
  authentication: NonNullable<GatewayConfig['authentication']>;
}

/** Takes what stops a server. */
export type Later = (stop: () => void | Promise<void>) => void;

/** For servers of all tests of a file: they stop when those are over. */
export function afterAllTests(): Later {
  const stops: (() => void | Promise<void>)[] = [];
  afterAll(async () => {
    for (const stop of stops.reverse()) await stop();
  });
  return (stop) => {
    stops.push(stop);
  };
}

/**
 * Starts both gateways, which stop when the test is over, or as `later` says. The service gets the caller's `sub` as
 * `x-user`, and its field `user` returns it; `mine` returns a number that grows with each request.
 */
export async function serve(options: ServeOptions, later: Later = onTestFinished): Promise<Served> {
  const requests: Served['requests'] = [];
  const upstream = await startUpstream((response, { body, headers }) => {
    const user = typeof headers['x-user'] === 'string' ? decodeURIComponent(headers['x-user']) : null;
    requests.push({ query: body.query, user });
    const data = { open: 'to all', closed: 'to some', read: 'with the scope', user, mine: String(requests.length) };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ data }));
  });
  later(() => upstream.stop());
  const folder = temporaryFolder({ 'service.graphql': sdl }, later);
  const start = async (fastPath: boolean) => {
    const gateway = createGateway(
      {
        port: 0,
        log: { level: 'silent' },
        overload: false,
        forward: { claims: { 'x-user': 'sub' } },
        ...options,
        fastPath,
        subgraphs: { service: { url: upstream.url, schema: 'service.graphql' } },
      },
      folder,
    );
    later(async () => {
      await gateway.stop();
    });
    return gateway.start();
  };
  const [fast, yoga] = await Promise.all([start(true), start(false)]);

  const send = async (via: string, origin: string, headers: Headers, query: string): Promise<Outcome> => {
    const common = { 'content-type': 'application/json', ...headers };
    const { status, body } = await sendRaw(
      origin,
      via.endsWith('GET')
        ? { method: 'GET', path: `/graphql?query=${encodeURIComponent(query)}`, headers: common }
        : { headers: common, body: JSON.stringify({ query }) },
    );
    return { via, status, ...resultOf(body) };
  };
  const connect: Served['connect'] = (payload, { query = '{ open }', upgrade = {} } = {}) =>
    overWebSocket(`${fast.replace('http', 'ws')}/graphql`, payload, query, upgrade);
  return {
    origin: fast,
    requests,
    post: (headers, query = '{ open }') => send('POST', fast, headers, query),
    connect,
    everywhere: (headers, query = '{ open }') =>
      Promise.all([
        send('POST', fast, headers, query),
        send('GET', fast, headers, query),
        send('Yoga POST', yoga, headers, query),
        send('Yoga GET', yoga, headers, query),
        send('events', fast, { ...headers, accept: 'text/event-stream' }, query),
        connect(headers, { query }),
        connect({ headers }, { query }),
        connect(undefined, { query, upgrade: headers as Record<string, string> }),
      ]),
  };
}

/** The statuses that all transports have in common; fails where they differ, but for the close codes of WebSockets. */
export function statusOf(outcomes: readonly Outcome[]): number {
  const statuses = new Set(outcomes.map(({ status }) => (status >= 4000 ? status - 4000 : status)));
  if (statuses.size !== 1) throw new Error(`The transports differ: ${JSON.stringify(outcomes, null, 2)}`);
  return [...statuses][0] as number;
}

function resultOf(body: string): Pick<Outcome, 'data' | 'message'> {
  const text = /^data: (\{.*\})$/m.exec(body)?.[1] ?? body;
  const { data, errors } = JSON.parse(Buffer.from(text, 'latin1').toString()) as {
    data?: Record<string, unknown> | null;
    errors?: { message: string }[];
  };
  return { ...(data !== undefined && { data }), ...(errors?.[0] && { message: errors[0].message }) };
}

function overWebSocket(
  url: string,
  payload: unknown,
  query: string,
  upgrade: Record<string, string>,
): Promise<Outcome> {
  const socket = new WebSocket(url, 'graphql-transport-ws', { headers: upgrade });
  const outcome = Promise.withResolvers<Outcome>();
  const via = 'WebSocket';
  socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload })));
  socket.on('message', (text) => {
    const message = JSON.parse(String(text));
    if (message.type === 'connection_ack') {
      socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
      return;
    }
    const result = message.type === 'next' ? message.payload : { errors: message.payload };
    outcome.resolve({ via, status: 200, ...resultOf(Buffer.from(JSON.stringify(result)).toString('latin1')) });
    socket.close();
  });
  socket.on('close', (status, reason) => outcome.resolve({ via, status, message: String(reason) }));
  socket.on('error', outcome.reject);
  return outcome.promise;
}
