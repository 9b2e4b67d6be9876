// Log lines of WebSockets and of rejected requests: what the lines of HTTP requests have, they have too; what is
// rejected leaves one with its reason and the client's address.
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { json } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../harness/folder.ts';
import { type GatewayProcess, startGatewayProcess } from '../harness/gateway.ts';
import { listen } from '../harness/listen.ts';
import type { LogLine } from '../harness/process.ts';
import { startUpstream, type Upstream } from '../harness/servers.ts';
import { PlainClient, rejection } from './shop.ts';

const directive = 'directive @merge(keyField: String) on FIELD_DEFINITION';
const stockSdl = `${directive} type Query { stock: Item } type Subscription { changed: Item } type Item { id: ID! }`;
const namesSdl = `${directive} type Query { items(ids: [ID!]!): [Item]! @merge(keyField: "id") } type Item { id: ID! name: String }`;

let stock: Upstream;
let names: Awaited<ReturnType<typeof listen>>;
let gateway: GatewayProcess;
let socketUrl: string;
let removeFolder = () => {};

beforeAll(async () => {
  stock = await startUpstream((response, { body }) => {
    if (!body.query.startsWith('subscription')) {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"data":{"stock":{"id":"1","__typename":"Item"}}}');
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const id of ['1', '2', '3']) {
      response.write(`event: next\ndata: {"data":{"changed":{"id":"${id}","__typename":"Item"}}}\n\n`);
    }
    response.end('event: complete\ndata:\n\n');
  });
  names = await listen(
    createServer(async (request, response) => {
      const { query, variables } = (await json(request)) as { query: string; variables: Record<string, string[]> };
      const alias = /(\w+): items/.exec(query)?.[1] ?? 'items';
      const ids = Object.values(variables).flat();
      // The third item is not to be had.
      if (ids.includes('3')) {
        response.writeHead(500).end();
        return;
      }
      const rows = ids.map((id) => ({ id, name: `Item ${id}`, __typename: 'Item' }));
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify({ data: { [alias]: rows } }));
    }),
  );
  const config = {
    port: 0,
    requestTimeout: '1s',
    trustedProxies: ['loopback'],
    addresses: { deny: ['203.0.113.0/24'] },
    websocket: { perAddress: 1 },
    authentication: { jwt: [{ issuer: 'test', secret: 'a secret that is long enough for HS256' }] },
    subgraphs: {
      stock: { url: stock.url, schema: 'stock.graphql' },
      names: { url: `${names.origin}/graphql`, schema: 'names.graphql' },
    },
  };
  const folder = temporaryFolder(
    {
      'stock.graphql': stockSdl,
      'names.graphql': namesSdl,
      'gateway.config.mjs': `export default ${JSON.stringify(config)};`,
      'clients/web/client.ts': 'export default {};',
    },
    (remove) => {
      removeFolder = remove;
    },
  );
  gateway = await startGatewayProcess(`${folder}/gateway.config.mjs`);
  socketUrl = gateway.url.replace('http', 'ws');
});

afterAll(async () => {
  expect(await gateway.process.stop()).toBe(0);
  await stock.stop();
  await names.stop();
  removeFolder();
});

let addresses = 0;
/** A client of an address of its own, behind the proxy that the test is. */
const fromNewAddress = () => {
  addresses += 1;
  return { headers: { 'x-forwarded-for': `2001:db8:0:${addresses.toString(16)}::1` } };
};

test("an operation's line has the connection's path, and the calls of a subscription with the totals of its events", async () => {
  const client = await PlainClient.open(`${socketUrl}/web?a=secret`, {}, fromNewAddress());
  await client.query('1', 'query Web { stock { name } }');
  client.subscribe('2', 'subscription Changes { changed { id name } }');
  while ((await client.message()).type === 'next');
  expect(await gateway.process.line(({ operation }) => operation === 'Web')).toMatchObject({
    ...{ method: 'WS', path: '/graphql/web', client: 'web', status: 200 },
    calls: [
      { subgraph: 'stock', outcome: 'ok' },
      { subgraph: 'names', outcome: 'ok' },
    ],
  });
  expect(await gateway.process.line(({ operation }) => operation === 'Changes')).toMatchObject({
    ...{ method: 'WS', path: '/graphql/web', client: 'web', status: 200 },
    calls: expect.arrayContaining([
      { subgraph: 'stock', outcome: 'ok', events: 3, duration: expect.any(Number) },
      { subgraph: 'names', outcome: 'ok', requests: 2, duration: expect.any(Number) },
      expect.objectContaining({ subgraph: 'names', outcome: 'SUBGRAPH_UNAVAILABLE', requests: 1 }),
    ]),
  });
});

/** Sends bytes, and resolves to the status line of the response. */
function raw(bytes: string): Promise<string> {
  const socket = connect(Number(new URL(gateway.origin).port), '127.0.0.1');
  onTestFinished(() => {
    socket.destroy();
  });
  socket.on('error', () => {});
  socket.write(bytes);
  let received = '';
  socket.on('data', (chunk) => {
    received += chunk;
  });
  return new Promise((resolve) => socket.once('close', () => resolve(received.split('\r\n', 1)[0] as string)));
}

const rejected = (matches: (line: LogLine) => boolean) =>
  gateway.process.line((line) => line.msg === 'websocket rejected' && matches(line));

describe('a WebSocket that is rejected leaves a line', () => {
  test.each([
    ['of an address that is denied', '/graphql', { 'x-forwarded-for': '203.0.113.9' }, 403, 'FORBIDDEN'],
    ['at an unknown path', '/nothing', { 'x-forwarded-for': '192.0.2.1' }, 404, 'NOT_FOUND'],
    ['of an unknown client', '/graphql/none', { 'x-forwarded-for': '192.0.2.2' }, 404, 'NOT_FOUND'],
    [
      ...([
        'of a page elsewhere',
        '/graphql',
        { 'x-forwarded-for': '192.0.2.3', origin: 'https://evil.example' },
      ] as const),
      ...([403, 'CSRF_PREVENTION_FAILED'] as const),
    ],
  ])('%s', async (_which, path, headers, status, code) => {
    const address = headers['x-forwarded-for'];
    expect((await rejection(`${new URL(path, socketUrl)}?token=secret`, { headers })).status).toBe(status);
    const line = await rejected((one) => one.address === address);
    expect(line).toMatchObject({ level: 30, method: 'WS', path, status, errors: [code], reason: expect.any(String) });
    expect(JSON.stringify(line)).not.toContain('secret');
  });

  test.each([
    [
      'of another version of the protocol',
      'sec-websocket-version: 7\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n',
    ],
    ['without a key', 'sec-websocket-version: 13\r\n'],
  ])('%s', async (which, fields) => {
    const id = which.replaceAll(' ', '-');
    const head = 'GET /graphql HTTP/1.1\r\nhost: a\r\nconnection: upgrade\r\nupgrade: websocket\r\n';
    expect(await raw(`${head}x-request-id: ${id}\r\n${fields}\r\n`)).toBe('HTTP/1.1 400 Bad Request');
    expect(await rejected(({ requestId }) => requestId === id)).toMatchObject({
      ...{ path: '/graphql', status: 400, errors: ['BAD_REQUEST'], address: '127.0.0.1' },
      reason: expect.stringMatching(/^Missing or invalid Sec-WebSocket-(Version|Key) header\.$/),
    });
  });

  test('one too many of an address', async () => {
    const { headers } = fromNewAddress();
    await PlainClient.open(socketUrl, {}, { headers });
    expect((await rejection(socketUrl, { headers })).status).toBe(429);
    expect(await rejected(({ status }) => status === 429)).toMatchObject({
      reason: 'Too many connections from this address.',
      address: headers['x-forwarded-for'],
    });
  });

  test('with wrong credentials in connection_init', async () => {
    const client = new PlainClient(socketUrl, fromNewAddress());
    await once(client.socket, 'open');
    client.send({ type: 'connection_init', payload: { authorization: 'Bearer a.secret.b' } });
    expect(await client.closed).toMatchObject({ code: 4401 });
    const line = await rejected(({ status }) => status === 401);
    expect(line).toMatchObject({ path: '/graphql', errors: ['UNAUTHENTICATED'], reason: expect.any(String) });
    expect(JSON.stringify(line)).not.toContain('secret');
  });
});

describe('a request that never reaches the graph leaves a line', () => {
  const rejectedRequest = (code: string) =>
    gateway.process.line((line) => line.msg === 'request rejected' && line.code === code);

  test.each([
    ['that is no HTTP', 'secret\r\n\r\n', 400, 'HPE_INVALID_METHOD'],
    ['with an invalid header', 'GET / HTTP/1.1\r\nhost: a\r\nsecret : b\r\n\r\n', 400, 'HPE_INVALID_HEADER_TOKEN'],
    [
      'whose head is too long',
      `GET / HTTP/1.1\r\ncookie: ${'secret'.repeat(4000)}\r\n\r\n`,
      431,
      'HPE_HEADER_OVERFLOW',
    ],
    ['whose head does not end in time', 'GET /secret HTTP/1.1\r\nhost: a\r\n', 408, 'ERR_HTTP_REQUEST_TIMEOUT'],
  ])('%s', async (_which, bytes, status, code) => {
    expect(await raw(bytes)).toMatch(new RegExp(`^HTTP/1\\.1 ${status} `));
    const line = await rejectedRequest(code);
    expect(line).toMatchObject({ level: 30, address: '127.0.0.1', status, reason: expect.any(String) });
    expect(JSON.stringify(line)).not.toContain('secret');
  });

  test('whose body does not end in time, with the status that its client gets', async () => {
    const head = 'POST /graphql HTTP/1.1\r\nhost: a\r\nx-request-id: late\r\ncontent-type: application/json\r\n';
    expect(await raw(`${head}content-length: 100\r\n\r\n{`)).toMatch(/^HTTP\/1\.1 408 /);
    const line = await gateway.process.line(({ requestId, msg }) => requestId === 'late' && msg === 'request');
    expect(line).toMatchObject({ path: '/graphql', status: 408 });
  });

  test.each([
    ['without a host', 'GET /a HTTP/1.1\r\n', 400, 'BAD_REQUEST'],
    ['without a host, for the health of the gateway', 'GET /health HTTP/1.1\r\n', 400, 'BAD_REQUEST'],
    [
      'with two tokens',
      'POST /graphql HTTP/1.1\r\nhost: a\r\nauthorization: a\r\nauthorization: b\r\n',
      ...([400, 'BAD_REQUEST'] as const),
    ],
    ['with an expectation that is not known', 'GET /b HTTP/1.1\r\nhost: a\r\nexpect: more\r\n', 404, 'NOT_FOUND'],
    ['of an unknown client', 'GET http://a/graphql/none HTTP/1.1\r\nhost: b\r\n', 404, 'NOT_FOUND'],
  ])('%s', async (which, head, status, code) => {
    const id = which.replaceAll(/[ ,]+/g, '-');
    expect(await raw(`${head}x-request-id: ${id}\r\nconnection: close\r\n\r\n`)).toMatch(`HTTP/1.1 ${status} `);
    const line = await gateway.process.line(({ requestId }) => requestId === id);
    expect(line).toMatchObject({ msg: 'request', status, errors: [code] });
  });

  test('CONNECT', async () => {
    expect(await raw('CONNECT a.example:443 HTTP/1.1\r\nhost: a.example\r\n\r\n')).toMatch(/^HTTP\/1\.1 405 /);
    expect(await gateway.process.line(({ method }) => method === 'CONNECT')).toMatchObject({
      ...{ msg: 'request rejected', address: '127.0.0.1', status: 405 },
    });
  });

  test('but not one whose client has left', async () => {
    const socket = connect(Number(new URL(gateway.origin).port), '127.0.0.1');
    await once(socket, 'connect');
    await new Promise<void>((sent) => socket.write('GET / HT', () => sent()));
    socket.resetAndDestroy();
    await fetch(`${gateway.origin}/health`);
    const lines = gateway.process.lines().filter(({ msg }) => msg === 'request rejected');
    expect(lines.filter(({ code }) => code === 'ECONNRESET')).toEqual([]);
  });
});

test('what a client calls itself stays within its field, on one line', async () => {
  const forged = 'a","status":500,"msg":"forged"} \\u000a{"msg":"forged"}\x9b2J';
  const head = 'POST /graphql?%0a{"msg":"forged"} HTTP/1.1\r\nhost: a\r\nconnection: close\r\nx-request-id: forged\r\n';
  const body = '{"query":"query Forged { stock { id } }"}';
  const fields = `user-agent: ${forged}\r\ngraphql-client-name: ${forged}\r\ncontent-type: application/json\r\n`;
  expect(await raw(`${head}${fields}content-length: ${body.length}\r\n\r\n${body}`)).toMatch('HTTP/1.1 200 ');
  const line = await gateway.process.line(({ requestId, msg }) => requestId === 'forged' && msg === 'request');
  expect(line).toMatchObject({ status: 200, path: '/graphql', operation: 'Forged' });
  expect(line.userAgent).toBe(Buffer.from(forged).toString('latin1'));
  expect(gateway.process.lines().filter(({ msg }) => msg === 'forged')).toEqual([]);
});

test('nothing but JSON lines is written, and no error', () => {
  expect(gateway.process.output()).toBe('');
  expect(gateway.process.lines().filter(({ level }) => Number(level) >= 50)).toEqual([]);
});
