// Log lines of requests: the same on both HTTP paths, also of a request that breaks off. A line means that the gateway
// is done with the request, however it ended.
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { orderDesk } from '../harness/demo-users.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { demoConfigFile, type GatewayProcess, startGatewayProcess } from '../harness/gateway.ts';
import type { LogLine } from '../harness/process.ts';
import { profileQuery } from '../harness/profile-query.ts';
import { responding, silence, startUpstream, type Upstream } from '../harness/servers.ts';
import { posting, type RawRequest, sendRaw } from './both-paths.ts';

const httpPathNames = ['short', 'yoga'] as const;
type HttpPathName = (typeof httpPathNames)[number];

/** Products responds, users never does, orders is down. */
let products: Upstream;
let users: Upstream;
let gateways: Record<HttpPathName, GatewayProcess>;
let removeFolder = () => {};
beforeAll(async () => {
  products = await startUpstream(responding(200, { data: { product: { id: 'p1', name: 'Kettle' } } }));
  users = await startUpstream(silence);
  const config = (fastPath: boolean) => demoConfigFile({ products: products.url, users: users.url }, { fastPath });
  const folder = temporaryFolder({ 'short.mjs': config(true), 'yoga.mjs': config(false) }, (remove) => {
    removeFolder = remove;
  });
  const [short, yoga] = await Promise.all([
    startGatewayProcess(`${folder}/short.mjs`, { development: true }),
    startGatewayProcess(`${folder}/yoga.mjs`, { development: true }),
  ]);
  gateways = { short, yoga };
});
afterAll(async () => {
  const codes = await Promise.all(httpPathNames.map((path) => gateways[path].process.stop()));
  await users.stop();
  await products.stop();
  removeFolder();
  expect(codes).toEqual([0, 0]);
});

function lineOf(path: HttpPathName, id: string): Promise<LogLine> {
  return gateways[path].process.line(({ requestId, msg }) => requestId === id && msg === 'request');
}

/** Without what differs from request to request. */
function comparable({ time, duration, calls, ...line }: LogLine): object {
  expect([time, duration]).toEqual([expect.any(Number), expect.any(Number)]);
  const outcomes = (calls as Record<string, unknown>[]).map(({ duration: _, ...call }) => JSON.stringify(call));
  return { ...line, calls: outcomes.sort() };
}

const product = '{ product(id: "p1") { id name } }';

test.each<[string, RawRequest, object]>([
  ['a query', posting({ query: product }), { status: 200, calls: ['{"subgraph":"products","outcome":"ok"}'] }],
  ['a query with a name', posting({ query: `query Named ${product}` }), { status: 200, operation: 'Named' }],
  [
    'a response with errors',
    posting({ query: 'query Down { order(id: "o1") { id } }' }, orderDesk),
    { status: 200, operation: 'Down', errors: ['SUBGRAPH_UNAVAILABLE'] },
  ],
  [
    'an anonymous caller',
    posting({ query: profileQuery }),
    { status: 200, operation: 'Profile', errors: ['UNAUTHENTICATED'], calls: [] },
  ],
  ['a syntax error', posting({ query: '{' }), { status: 200, errors: ['GRAPHQL_PARSE_FAILED'], calls: [] }],
  [
    'a field that does not exist',
    posting({ query: '{ nothing }' }),
    { status: 200, errors: ['GRAPHQL_VALIDATION_FAILED'], calls: [] },
  ],
  [
    'a variable that is missing',
    posting({ query: 'query Product($id: ID!) { product(id: $id) { id } }' }),
    { status: 200, operation: 'Product', errors: ['BAD_USER_INPUT'], calls: [] },
  ],
  ['a body that is no JSON', posting('{'), { status: 400, calls: [] }],
  ['a body that is too long', posting(' '.repeat(2_000_000)), { status: 413, calls: [] }],
])('%s', async (what, request, reported) => {
  const id = what.replaceAll(' ', '-');
  const lines = [];
  for (const path of httpPathNames) {
    await sendRaw(gateways[path].origin, { ...request, headers: { ...request.headers, 'x-request-id': id } });
    lines.push(comparable(await lineOf(path, id)));
  }
  expect(lines[0]).toEqual(lines[1]);
  expect(lines[0]).toMatchObject(reported);
});

describe.each(httpPathNames)('on the %s path', (path) => {
  const head = (id: string, length: number, more = '') =>
    `POST /graphql HTTP/1.1\r\nhost: gateway\r\nauthorization: ${orderDesk.authorization}\r\ncontent-type: application/json\r\n` +
    `x-request-id: ${id}\r\ncontent-length: ${length}\r\n${more}\r\n`;

  async function open(): Promise<Socket> {
    const { port } = new URL(gateways[path].origin);
    const socket = connect({ port: Number(port), host: '127.0.0.1', allowHalfOpen: true });
    socket.on('error', () => {});
    onTestFinished(() => {
      socket.destroy();
    });
    await new Promise<void>((resolve) => socket.once('connect', resolve));
    return socket;
  }

  /** The gateway still responds, and has not logged a defect. */
  async function isWell(): Promise<void> {
    expect((await sendRaw(gateways[path].origin, posting({ query: product }))).status).toBe(200);
    expect(gateways[path].process.lines().filter(({ level }) => Number(level) >= 50)).toEqual([]);
    expect(gateways[path].process.output()).toBe('');
  }

  test.each<[string, (socket: Socket) => void]>([
    ['reset', (socket) => socket.resetAndDestroy()],
    ['closed', (socket) => socket.destroy()],
    ['closed for writing', (socket) => socket.end()],
  ])('a connection that is %s in the middle of a body ends the request', async (how, breakOff) => {
    const id = `body-${how.replaceAll(' ', '-')}`;
    const socket = await open();
    await new Promise<void>((sent) => socket.write(`${head(id, 100)}{"query":"{ __type`, () => sent()));
    breakOff(socket);
    expect(await lineOf(path, id)).toMatchObject({ status: 499, calls: [] });
    await isWell();
  });

  test('a connection that is closed in the middle of a body of unknown length ends the request', async () => {
    const socket = await open();
    const chunked = head('chunked', 0).replace('content-length: 0', 'transfer-encoding: chunked');
    await new Promise<void>((sent) => socket.write(`${chunked}5\r\n{"que\r\n`, () => sent()));
    socket.destroy();
    expect(await lineOf(path, 'chunked')).toMatchObject({ status: 499, calls: [] });
    await isWell();
  });

  test('a length and chunks together are rejected by Node', async () => {
    const socket = await open();
    socket.write(`${head('both', 5, 'transfer-encoding: chunked\r\n')}5\r\n{"que\r\n0\r\n\r\n`);
    expect(await text(socket)).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n/);
    await isWell();
  });

  test('bytes after the length are another request, not more of the body', async () => {
    const socket = await open();
    const body = JSON.stringify({ query: product });
    const first = `${head('first', body.length)}${body}`;
    const second = `${head('second', body.length, 'connection: close\r\n')}${body}`;
    socket.write(first + second);
    const responses = (await text(socket)).match(
      /HTTP\/1\.1 200 OK.*?\{"data":\{"product":\{"id":"p1","name":"Kettle"\}\}\}/gs,
    );
    expect(responses?.map((response) => /x-request-id: (.*)\r/.exec(response)?.[1])).toEqual(['first', 'second']);
  });

  test('a client that disconnects during a subgraph request cancels it', async () => {
    const id = `left-${path}`;
    const socket = await open();
    const body = JSON.stringify({ query: '{ user(id: "u1") { name } }' });
    const requested = users.requests.length;
    socket.write(`${head(id, body.length)}${body}`);
    await expect.poll(() => users.requests.length).toBe(requested + 1);
    socket.destroy();
    expect(await users.requests.at(-1)?.aborted).toBe(true);
    expect(await lineOf(path, id)).toMatchObject({ status: 499 });
    await isWell();
  });
});
