// The purge endpoint over real HTTP: its authorization, the changes that it accepts, and their effect.
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCache } from '../../gateway/cache/cache.ts';
import { createClientAddress } from '../../gateway/policy/client-address.ts';
import { OperatorAdmission } from '../../gateway/server/operator-admission.ts';
import { handlePurge } from '../../gateway/server/purge.ts';
import { checked, recordedLog } from './caches.ts';

const token = 'a-long-secret-token';
const config = checked({ purge: { token } });
const cache = createCache(config, null, recordedLog().log);
let server: Server;
let url: string;

beforeAll(async () => {
  const clientAddress = createClientAddress([]);
  const admission = new OperatorAdmission({ clientAddress, isAllowedAddress: () => true });
  const requirement = { token: config.purge?.token, option: 'cache.purge.token', isForClients: true };
  server = createServer((request, response) => {
    if (admission.admit(request, response, requirement)) handlePurge(request, response, cache);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/admin/invalidate`;
});

afterAll(() => {
  server.closeAllConnections();
  server.close();
});

async function post(body: unknown, headers: Record<string, string> = { authorization: `Bearer ${token}` }) {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const response = await fetch(url, { method: 'POST', headers, body: text });
  expect(response.headers.get('content-type')).toBe('application/json');
  return {
    status: response.status,
    body: (await response.json()) as { count?: number; errors?: { message: string }[] },
  };
}

test.each([
  [{ type: 'Product', id: '1' }, 1],
  [{ type: 'Product', id: 1 }, 1],
  [{ type: 'Product' }, 1],
  [[{ type: 'User', id: 'u1' }, { type: 'Product' }], 2],
])('%j is accepted, and invalidates its entries', async (changes, count) => {
  const responses = cache.responses!;
  const { epoch } = await responses.read('response:public:a');
  const sealedBody = responses.createEntry('{}', { scope: 'PUBLIC', maxAge: 60, tags: ['Product', 'Product:1'] });
  expect(await responses.write('response:public:a', sealedBody, epoch)).toBe(true);
  expect((await responses.read('response:public:a')).state).toBe('fresh');
  expect(await post(changes)).toEqual({ status: 202, body: { count } });
  expect((await responses.read('response:public:a')).state).toBe('miss');
});

test.each<[string, Record<string, string>]>([
  ['no token', {}],
  ['another token', { authorization: 'Bearer a-long-secret-tokem' }],
  ['a token of another length', { authorization: `Bearer ${token}x` }],
  ['an empty token', { authorization: 'Bearer ' }],
  ['another scheme', { authorization: `Basic ${token}` }],
])('with %s the request is rejected, and no body is read', async (_, headers) => {
  const { status, body } = await post('no JSON', headers);
  expect(status).toBe(401);
  expect(JSON.stringify(body)).not.toContain(token);
});

test.each(['', 'no JSON', 'null', '"Product"', '[]', '{}', '{"type":"a b"}', '{"type":"A","id":{}}', '{"kind":"A"}'])(
  'the body %j is rejected with what is expected',
  async (body) => {
    const response = await post(body);
    expect(response.status).toBe(400);
    expect(response.body.errors?.[0]?.message).toMatch(/^Send JSON such as/);
  },
);

test('more than a thousand changes are rejected', async () => {
  expect((await post(Array.from({ length: 1001 }, () => ({ type: 'A' })))).status).toBe(400);
  expect((await post(Array.from({ length: 1000 }, () => ({ type: 'A' })))).status).toBe(202);
});

test('only POST is accepted', async () => {
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  expect(response.status).toBe(405);
  expect(response.headers.get('allow')).toBe('POST, OPTIONS');
});

test('a body without end is rejected as soon as it is too long', async () => {
  const { port, hostname } = new URL(url);
  const socket = connect(Number(port), hostname);
  const head = [`POST / HTTP/1.1`, 'host: x', `authorization: Bearer ${token}`, 'transfer-encoding: chunked'];
  socket.write(`${head.join('\r\n')}\r\n\r\n`);
  for (let chunk = 0; chunk < 5; chunk += 1) socket.write(`4000\r\n${' '.repeat(0x4000)}\r\n`);
  const response = await text(socket);
  expect(response).toMatch(/^HTTP\/1\.1 413 /);
  expect(response).toContain('BODY_TOO_LARGE');
});

test('a client that disconnects in the middle does no harm', async () => {
  const { port, hostname } = new URL(url);
  const socket = connect(Number(port), hostname);
  const arrived = new Promise((resolve) => server.once('request', resolve));
  socket.write(`POST / HTTP/1.1\r\nhost: x\r\nauthorization: Bearer ${token}\r\ncontent-length: 100\r\n\r\n{`);
  await arrived;
  socket.destroy();
  expect((await post({ type: 'Product' })).status).toBe(202);
});
