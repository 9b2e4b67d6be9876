// Endpoints for operators and services: address lists, wrong tokens, and the audit log of actions and of denied access.
import { readFileSync, statSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { SignJWT } from 'jose';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import type { ClientDefinition } from '../../gateway/client-views/definition.ts';
import { checkClient } from '../../gateway/client-views/load-clients.ts';
import { createGateway, type GatewayConfig } from '../../gateway/index.ts';
import { WrongTokens } from '../../gateway/server/wrong-tokens.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { concierge } from '../harness/gateway.ts';
import { freePorts } from '../harness/ports.ts';
import { startService } from '../values/served-graph.ts';

const purgeToken = 'a-token-of-services';
const adminToken = 'a-token-of-operators';
const secret = 'a secret of more than thirty-two characters';

const sdl = `
  directive @authenticated on FIELD_DEFINITION | OBJECT
  directive @requiresScopes(scopes: [[String!]!]!) on FIELD_DEFINITION
  type Query { open(secret: String): Int  own: Int @authenticated  all(secret: String): Item @requiresScopes(scopes: [["admin"]]) }
  type Item { id: ID }
`;

const tokenOf = (subject: string) =>
  new SignJWT({ sub: subject, iss: 'issuer', exp: Math.floor(Date.now() / 1000) + 600 })
    .setProtectedHeader({ alg: 'HS256' })
    .sign(Buffer.from(secret));

type Line = Record<string, unknown> & { action: string };

async function operated(options: Partial<GatewayConfig> = {}) {
  const service = await startService(() => ({ data: { open: 1, own: 1, all: null } }));
  const folder = temporaryFolder({ 'first.graphql': sdl });
  const urls: string[] = [];
  const client = (name: string, definition: ClientDefinition) => ({
    ...{ reference: name, name, version: null, folder, definition: checkClient(definition) },
  });
  const gateway = createGateway(
    {
      ...{ port: 0, log: { level: 'silent', audit: { file: 'logs/audit.log' } }, csrf: false },
      trustedProxies: ['loopback'],
      addresses: { deny: ['203.0.113.0/24'] },
      authentication: { jwt: [{ issuer: 'issuer', secret }] },
      cache: { purge: { token: purgeToken } },
      admin: { port: 0, token: adminToken },
      metrics: { public: true },
      subgraphs: { first: { url: service.url, schema: 'first.graphql' } },
      ...options,
    },
    {
      folder,
      clients: [client('web', {}), client('staff', { access: { scopes: ['admin'] } })],
    },
  );
  gateway.log.info = ((fields: { url?: string }, message: string) => {
    if (message === 'listening for admin') urls.push(String(fields.url));
  }) as typeof gateway.log.info;
  const main = await gateway.start();
  onTestFinished(async () => void (await gateway.stop()));
  const file = `${folder}/logs/audit.log`;
  const lines = () =>
    readFileSync(file, 'utf8')
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as Line);
  return { main, admin: urls[0] as string, file, lines };
}

function call(
  url: string,
  method: string,
  { token, from, body }: { token?: string; from?: string; body?: unknown } = {},
) {
  const headers = {
    'content-type': 'application/json',
    ...(token && { authorization: `Bearer ${token}` }),
    ...(from && { 'x-forwarded-for': from }),
  };
  return fetch(url, { method, headers, ...(body !== undefined && { body: JSON.stringify(body) }) });
}

test('address lists and the rate of wrong tokens hold for every endpoint of operators, all together', async () => {
  const { main, admin } = await operated();
  const change = { type: 'Item' };
  const endpoints = [
    [`${main}/admin/invalidate`, purgeToken],
    [`${main}/admin/purge`, purgeToken],
    [`${admin}/admin/invalidate`, adminToken],
    [`${admin}/admin/purge`, adminToken],
  ] as const;
  const status = async (url: string, options: Parameters<typeof call>[2]) =>
    (await call(url, 'POST', { ...options, body: change })).status;
  for (const [url, token] of endpoints) {
    expect([url, await status(url, { token })]).toEqual([url, 202]);
    expect([url, await status(url, { token, from: '203.0.113.7' })]).toEqual([url, 403]);
    // No token is that of another endpoint.
    const another = token === purgeToken ? adminToken : purgeToken;
    expect([url, await status(url, { token: another, from: '198.51.100.9' })]).toEqual([url, 401]);
  }
  for (const url of [`${main}/metrics`, `${admin}/metrics`]) {
    expect((await call(url, 'GET', { token: adminToken })).status).toBe(200);
    expect((await call(url, 'GET', { token: adminToken, from: '203.0.113.7' })).status).toBe(403);
  }
  // Those of the gateway's own port together, and those of the listener for operators together.
  const from = '198.51.100.7';
  for (const pair of [endpoints.slice(0, 2), endpoints.slice(2)]) {
    const guesses: number[] = [];
    for (let count = 0; count < 12; count += 1) {
      const [url = ''] = pair[count % 2] ?? [];
      guesses.push(await status(url, { token: `wrong-token-${count}`, from }));
    }
    expect(guesses).toEqual([...Array(10).fill(401), 429, 429]);
    for (const [url, token] of pair) {
      expect(await status(url, { token, from })).toBe(429);
      expect(await status(url, { token, from: '198.51.100.8' })).toBe(202);
    }
  }
});

test('wrong tokens from many networks lock out neither others nor operators', () => {
  const tokens = new WrongTokens(() => 0);
  for (let network = 0; network < 5_000; network += 1) tokens.add(`network ${network}`);
  expect(tokens.isExhausted('another network')).toBe(false);
  for (let guess = 0; guess < 10_000; guess += 1) tokens.add(`more ${guess}`);
  expect([tokens.isExhausted('another network'), tokens.isExhausted('network 1')]).toEqual([true, false]);
});

test('what is not there names no client, on any port and transport', async () => {
  const { main, admin } = await operated({ clients: { only: true } });
  for (const [url, token] of [
    [`${main}/nothing`, ''],
    [`${main}/graphql`, ''],
    [`${main}/graphql/unknown`, ''],
    [`${main}/graphql/unknown/`, ''],
    [`${main}/admin/nothing`, purgeToken],
    [`${main}/admin/controls`, adminToken],
    [`${admin}/nothing`, adminToken],
    [`${admin}/graphql/web`, adminToken],
  ] as const) {
    const response = await call(url, 'POST', { token, body: { query: '{ open }' } });
    expect([url, [400, 404].includes(response.status)]).toEqual([url, true]);
    expect(await response.text()).not.toMatch(/staff|"web"|, web|client web/);
  }
  const socket = new WebSocket(`${main.replace('http', 'ws')}/graphql/unknown`, 'graphql-transport-ws');
  const rejected = await new Promise<string>((resolve) => {
    socket.on('unexpected-response', async (_request, response) => resolve(await text(response)));
    socket.on('error', () => {});
  });
  expect(rejected).toContain('NOT_FOUND');
  expect(rejected).not.toMatch(/staff|web/);
});

test('a list of allowed clients does not lock out operators on this machine', async () => {
  const { main, admin } = await operated({ addresses: { allow: ['192.0.2.0/24'] }, trustedProxies: [] });
  expect((await call(`${main}/admin/purge`, 'POST', { token: purgeToken, body: [] })).status).toBe(403);
  expect((await call(`${main}/metrics`, 'GET')).status).toBe(403);
  expect((await call(`${admin}/metrics`, 'GET', { token: adminToken })).status).toBe(200);
});

test('the audit log has each action and each denied access: who, what and when, and no values', async () => {
  const { main, admin, file, lines } = await operated();
  const query = '{ one: open(secret: "hidden") own all(secret: "hidden") { id } }';
  const body = { query: `query Page ${query}` };
  await call(`${main}/graphql`, 'POST', { body, from: '198.51.100.1' });
  await call(`${main}/graphql`, 'POST', { body, token: await tokenOf('u1') });
  await call(`${main}/graphql?query=${encodeURIComponent('{ own }')}`, 'GET');
  await call(`${main}/graphql`, 'POST', { body: { query: '{ open }' } });
  await call(`${main}/graphql`, 'POST', { body, token: 'wrong.token.hidden' });
  await call(`${main}/graphql/staff`, 'POST', { body, token: await tokenOf('u1') });
  await call(`${main}/graphql`, 'POST', { body, from: '203.0.113.7' });
  const access = { action: 'access', outcome: 'denied' };
  const caller = expect.stringMatching(/^[0-9a-f]{16}$/);
  const known = { subject: 'u1', issuer: 'issuer', caller };
  await expect
    .poll(() => lines().map(({ level, time, msg, requestId, ...line }) => line))
    .toEqual([
      {
        ...access,
        code: 'UNAUTHENTICATED',
        coordinates: ['Query.own', 'Query.all'],
        address: '198.51.100.1',
        operation: 'Page',
      },
      { ...access, code: 'FORBIDDEN', coordinates: ['Query.all'], address: '127.0.0.1', ...known, operation: 'Page' },
      { ...access, code: 'UNAUTHENTICATED', coordinates: ['Query.own'], address: '127.0.0.1' },
      { ...access, code: 'UNAUTHENTICATED', address: '127.0.0.1' },
      { ...access, code: 'FORBIDDEN', address: '127.0.0.1', client: 'staff', ...known },
      { ...access, code: 'FORBIDDEN', address: '203.0.113.7' },
    ]);
  const before = lines().length;
  await call(`${main}/admin/purge`, 'POST', { token: purgeToken, body: [{ type: 'Item', id: 'hidden' }] });
  await call(`${main}/admin/purge`, 'POST', { token: 'wrong-hidden' });
  await call(`${admin}/metrics`, 'GET', { token: adminToken });
  await call(`${admin}/metrics`, 'GET', { token: 'wrong-hidden' });
  await call(`${admin}/admin/controls`, 'PUT', { token: adminToken, body: { controls: [] } });
  await call(`${admin}/admin/log-level`, 'PUT', { token: adminToken, body: { level: 'fatal' } });
  await call(`${admin}/admin/log-level`, 'PUT', { token: adminToken, body: { level: 'hidden' } });
  await call(`${admin}/admin/profile?seconds=0`, 'POST', { token: adminToken });
  await call(`${main}/admin/purge`, 'POST', { token: purgeToken, body: { identity: 'hidden' } });
  const stream = await call(`${admin}/console/stream?view=now`, 'GET', { token: adminToken });
  await stream.body?.cancel();
  await call(`${admin}/console/stream?view=now`, 'GET');
  const address = '127.0.0.1';
  await expect
    .poll(() =>
      lines()
        .slice(before)
        .map(({ level, time, msg, requestId, ...line }) => line),
    )
    .toEqual([
      { action: 'POST /admin/purge', outcome: 'done', status: 202, address, types: ['Item'], changes: 1 },
      { action: 'POST /admin/purge', outcome: 'denied', status: 401, address },
      { action: 'GET /metrics', outcome: 'denied', status: 401, address },
      { action: 'PUT /admin/controls', outcome: 'done', status: 200, address },
      { action: 'PUT /admin/log-level', outcome: 'done', status: 200, address, logLevel: 'fatal' },
      { action: 'PUT /admin/log-level', outcome: 'failed', status: 400, address },
      { action: 'POST /admin/profile', outcome: 'failed', status: 400, address },
      {
        action: 'POST /admin/purge',
        outcome: 'done',
        status: 202,
        address,
        identity: expect.stringMatching(/^[0-9a-f]{32}$/),
      },
      { action: 'GET /console/stream', outcome: 'done', address },
      { action: 'GET /console/stream', outcome: 'denied', status: 401, address },
    ]);
  for (const { time, msg } of lines()) expect([typeof time, msg]).toEqual(['number', 'audit']);
  expect(readFileSync(file, 'utf8')).not.toContain('hidden');
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test.each([true, false])(
  'without personal fields a caller is a hash; WebSockets too (fast path: %s)',
  async (fastPath) => {
    const log = { level: 'silent', personal: false, audit: { file: 'logs/audit.log' } } as const;
    const { main, lines } = await operated({ log, fastPath, authorization: { mode: 'request' } });
    const token = await tokenOf('u1');
    await call(`${main}/graphql`, 'POST', { token, body: { query: '{ all { id } }' } });
    const socket = new WebSocket(`${main.replace('http', 'ws')}/graphql/staff`, 'graphql-transport-ws');
    await new Promise<void>((resolve, reject) => {
      socket.on('open', () =>
        socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization: `Bearer ${token}` } })),
      );
      socket.on('close', () => resolve());
      socket.on('error', reject);
    });
    const caller = expect.stringMatching(/^[0-9a-f]{16}$/);
    await expect
      .poll(() => lines().map(({ level, time, msg, requestId, ...line }) => line))
      .toEqual([
        { action: 'access', outcome: 'denied', code: 'FORBIDDEN', coordinates: ['Query.all'], caller },
        { action: 'access', outcome: 'denied', code: 'FORBIDDEN', caller, client: 'staff' },
      ]);
  },
);

test('lines of denied access are bounded in rate, and displace no actions', async () => {
  const { main, admin, lines } = await operated();
  for (let round = 0; round < 13; round += 1) {
    await Promise.all(
      Array.from({ length: 10 }, () => call(`${main}/graphql`, 'POST', { body: { query: '{ own }' } })),
    );
  }
  await call(`${admin}/admin/controls`, 'PUT', { token: adminToken, body: { controls: [] } });
  await expect.poll(() => lines().at(-1)?.action).toBe('PUT /admin/controls');
  expect(lines()).toHaveLength(101);
});

test('a file that cannot be written stops the start', async () => {
  const folder = temporaryFolder({ 'first.graphql': sdl, logs: '' });
  const config: GatewayConfig = {
    log: { level: 'silent', audit: { file: 'logs/audit.log' } },
    subgraphs: { first: { url: 'http://127.0.0.1:9', schema: 'first.graphql' } },
  };
  expect(() => createGateway(config, folder)).toThrow('log.audit.file is "logs/audit.log": it cannot be written');
});

test('without a file audit lines are in the log, whatever its level; an issuer without an audience is a warning', async () => {
  const config = {
    ...{ port: 0, csrf: false, log: { level: 'warn' } },
    authentication: { jwt: [{ issuer: 'https://login.example', secret }] },
    subgraphs: { first: { url: 'http://127.0.0.1:9', schema: 'first.graphql' } },
  };
  const folder = temporaryFolder({
    'first.graphql': sdl,
    'gateway.config.mjs': `export default ${JSON.stringify(config)};`,
  });
  const [port] = await freePorts(1);
  const file = `${folder}/gateway.config.mjs`;
  const gateway = concierge(['start', '--config', file, '--port', String(port)]);
  onTestFinished(async () => void (await gateway.stop()));
  const warned = await gateway.line(({ msg }) => String(msg).startsWith('authentication.jwt[0].audience is missing'));
  expect(warned.msg).toContain('tokens that https://login.example has made for other services are accepted here');
  const send = () => call(`http://127.0.0.1:${port}/graphql`, 'POST', { body: { query: '{ own }' } }).catch(() => null);
  await expect.poll(async () => (await send())?.status).toBe(200);
  const line = await gateway.line(({ msg }) => msg === 'audit');
  expect(line).toMatchObject({ level: 30, action: 'access', outcome: 'denied', coordinates: ['Query.own'] });
});
