// Attacks on authentication, through the served gateway: every transport rejects the token, none is taken for
// anonymous, and no service gets a request.
import { createHmac } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { createGateway, type Gateway } from '../../gateway/index.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { type IssuerKey, makeKey, signWith } from './issuer.ts';

const key = makeKey('first', 'RS256');
let keys: readonly IssuerKey[] = [key];
let down = false;
let requested = 0;
const servers: Server[] = [];
let gateway: Gateway;
let url: string;
let issuer: string;
let removeFolder = () => {};

async function listen(server: Server): Promise<string> {
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  issuer = await listen(
    createServer((_request, response) => {
      response.writeHead(down ? 503 : 200, { 'content-type': 'application/json' });
      const jwks = keys.map(({ publicKey, kid, alg }) => ({ ...publicKey.export({ format: 'jwk' }), kid, alg }));
      response.end(JSON.stringify({ keys: jwks }));
    }),
  );
  const service = await listen(
    createServer((_request, response) => {
      requested += 1;
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"data":{"open":"to all","closed":"to some"}}');
    }),
  );
  const folder = temporaryFolder(
    { 'service.graphql': 'type Query { open: String  closed: String @authenticated }' },
    (remove) => {
      removeFolder = remove;
    },
  );
  gateway = createGateway(
    {
      port: 0,
      log: { level: 'silent' },
      overload: false,
      authentication: {
        jwt: [{ issuer, jwks: `${issuer}/jwks`, audience: 'graph' }],
        keySets: { cooldown: 1, maxAge: 1 },
        tokenCache: { max: 10, maxAge: 1 },
      },
      subgraphs: { service: { url: `${service}/graphql`, schema: 'service.graphql' } },
    },
    folder,
  );
  url = `${await gateway.start()}/graphql`;
});

afterAll(async () => {
  removeFolder();
  await gateway.stop();
  for (const server of servers) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

const json = { 'content-type': 'application/json' };

const send = (headers: Record<string, string>, query = '{ open closed }') =>
  fetch(url, { method: 'POST', headers: { ...json, ...headers }, body: JSON.stringify({ query }) });

const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

const claims = (more: Record<string, unknown> = {}) => ({ iss: issuer, aud: 'graph', ...more });

const good = (more?: Record<string, unknown>, header?: Record<string, unknown>) => signWith(key, claims(more), header);

function handmade(header: object, sign: (text: string) => string): string {
  const seconds = Math.floor(Date.now() / 1000);
  const text = `${base64(header)}.${base64(claims({ sub: 'u1', exp: seconds + 60 }))}`;
  return `${text}.${sign(text)}`;
}

const pem = () => key.publicKey.export({ type: 'spki', format: 'pem' }).toString();
const seconds = () => Math.floor(Date.now() / 1000);
const other = makeKey('first', 'RS256');

const attacks: readonly [what: string, token: () => Promise<string> | string][] = [
  ['alg none', () => handmade({ alg: 'none' }, () => '')],
  ['alg none, with a signature', () => handmade({ alg: 'none', kid: 'first' }, () => 'AAAA')],
  [
    'the public key as the secret of HS256',
    () =>
      handmade({ alg: 'HS256', kid: 'first' }, (text) => createHmac('sha256', pem()).update(text).digest('base64url')),
  ],
  ["another owner's key under the same kid", () => signWith(other, claims())],
  ['a kid that is a path', () => signWith(other, claims(), { kid: '../../../../dev/null' })],
  ['an unknown kid', () => signWith(other, claims(), { kid: 'no such key' })],
  ['its own key in the header', () => signWith(other, claims(), { jwk: other.publicKey.export({ format: 'jwk' }) })],
  ['the address of its own keys', () => signWith(other, claims(), { jku: 'http://127.0.0.1:1/jwks' })],
  ['an end that is past', () => good({ exp: seconds() - 60 })],
  ['a beginning that is to come', () => good({ nbf: seconds() + 600 })],
  ['no end', () => good({ exp: undefined })],
  ['another audience', () => good({ aud: 'another audience' })],
  ['another issuer', () => good({ iss: 'https://evil.example' })],
  ['no subject', () => good({ sub: undefined })],
  ['a changed payload', async () => (await good()).replace(/\.[^.]+\./, `.${base64(claims({ sub: 'admin' }))}.`)],
  ['the type of a logout token', () => good({}, { typ: 'logout+jwt' })],
  ['the type of a proof', () => good({}, { typ: 'dpop+jwt' })],
  ['a binding to a key', () => good({ cnf: { jkt: 'thumbprint' } })],
  ['nonsense', () => 'nonsense'],
  ['three parts of nonsense', () => 'a.b.c'],
  ['9 kB', async () => `${await good()}${'A'.repeat(9000)}`],
];

test.each(attacks)('%s is rejected with 401 by POST, GET, events and a batch', async (_what, make) => {
  const authorization = `Bearer ${await make()}`;
  const before = requested;
  const query = encodeURIComponent('{ open }');
  const responses = await Promise.all([
    send({ authorization }),
    fetch(`${url}?query=${query}`, { headers: { ...json, authorization } }),
    send({ authorization, accept: 'text/event-stream' }),
    fetch(url, { method: 'POST', headers: { ...json, authorization }, body: '[{"query":"{ open }"}]' }),
  ]);
  for (const response of responses) {
    expect(response.status).toBe(401);
    expect(response.headers.get('www-authenticate')).toMatch(
      /^Bearer realm="graphql", error="invalid_(token|request)"/,
    );
    const { data, errors } = (await response.json()) as { data?: unknown; errors: { extensions: { code: string } }[] };
    expect(data).toBeUndefined();
    expect(errors.map(({ extensions }) => extensions)).toEqual([{ code: 'UNAUTHENTICATED' }]);
  }
  expect(requested).toBe(before);
});

test.each(attacks)('%s closes a WebSocket', async (_what, make) => {
  const authorization = `Bearer ${await make()}`;
  const socket = new WebSocket(url.replace('http', 'ws'), 'graphql-transport-ws');
  const closed = new Promise<number>((resolve, reject) => {
    socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization } })));
    socket.on('close', resolve);
    socket.on('error', reject);
  });
  expect(await closed).toBe(4401);
});

test('a token of 100 kB is not read', async () => {
  const before = requested;
  const response = await send({ authorization: `Bearer ${'a'.repeat(100_000)}` }).catch(() => null);
  // Node's own limit on a request's head: 431, or the connection is gone while the rest is still being sent.
  expect(response?.status ?? 431).toBe(431);
  expect(requested).toBe(before);
});

test('a valid token passes, also when the issuer is down or has a new key', async () => {
  const allowed = async (token: string) => (await send({ authorization: `Bearer ${token}` })).json();
  const whole = { data: { open: 'to all', closed: 'to some' } };
  expect(await allowed(await good())).toEqual(whole);
  down = true;
  expect(await allowed(await good({ sub: 'u2' }))).toEqual(whole);
  down = false;
  const next = makeKey('second', 'RS256');
  keys = [next];
  await expect.poll(async () => allowed(await signWith(next, claims({ sub: 'u3' })))).toEqual(whole);
  keys = [key];
});

test('an anonymous caller gets public fields, and UNAUTHENTICATED for the rest', async () => {
  const { data, errors } = (await (await send({})).json()) as {
    data: object;
    errors: { path: string[]; extensions: object }[];
  };
  expect(data).toEqual({ open: 'to all', closed: null });
  expect(errors).toMatchObject([{ path: ['closed'], extensions: { code: 'UNAUTHENTICATED' } }]);
});
