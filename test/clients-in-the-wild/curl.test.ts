// curl before the demo's REST façade: the web client's operations as paths, with a token, a cached response and a change.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { beforeAll, expect, test } from 'vitest';
import { root } from '../harness/gateway.ts';
import type { ParsedJson } from '../harness/parsed-json.ts';
import { type Demo, startDemo, stopsAtEnd, tokenOf } from './demo.ts';

const later = stopsAtEnd();
let demo: Demo;
let token: string;
beforeAll(async () => {
  demo = await startDemo(later, { clients: `${root}clients`, config: { csrf: true } });
  token = await tokenOf('u1');
});

const execute = promisify(execFile);

/** Runs curl; its last line of output is the status. */
async function curl(path: string, ...args: string[]): Promise<{ status: number; head: string; json: ParsedJson }> {
  const url = `${new URL(demo.url).origin}/rest/web${path}`;
  const { stdout } = await execute('curl', ['--silent', '--include', '--noproxy', '*', ...args, url]);
  const [head = '', body = ''] = stdout.split('\r\n\r\n');
  return {
    status: Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1]),
    head,
    json: body === '' ? undefined : JSON.parse(body),
  };
}

const authorized = () => ['--header', `authorization: Bearer ${token}`];

test('curl gets the profile page’s data by GET /rest/web/profile', async () => {
  const { status, head, json } = await curl('/profile?orders=2', ...authorized());
  expect(status).toBe(200);
  expect(head).toMatch(/^content-type: application\/json$/m);
  expect(json.profile.orders.nodes).toHaveLength(2);
  expect(json.profile.recommendations[0]).toHaveProperty('price.amount');
  const anonymous = await curl('/profile');
  expect([anonymous.status, anonymous.json.code]).toEqual([401, 'UNAUTHENTICATED']);
});

test('curl gets a product once, and 304 from then on', async () => {
  const first = await curl('/products/p1');
  expect(first.json.product.id).toBe('p1');
  const etag = /^etag: (.*)$/m.exec(first.head)?.[1]?.trim() ?? '';
  expect(etag).not.toBe('');
  expect((await curl('/products/p1', '--header', `if-none-match: ${etag}`)).status).toBe(304);
  expect((await curl('/products?category=NONE')).json).toMatchObject({ status: 400, code: 'BAD_USER_INPUT' });
});

test('curl places an order and cancels it', async () => {
  const order = JSON.stringify({ userId: 'u1', lines: [{ productId: 'p1', quantity: 1 }] });
  const placed = await curl('/orders', ...authorized(), '--json', order);
  expect(placed.status).toBe(200);
  const { id } = placed.json.placeOrder;
  // Reading any order by its id is for the order desk.
  const read = await curl(`/orders/${id}`, ...authorized());
  expect([read.status, read.json.code, read.json.data]).toEqual([403, 'FORBIDDEN', { order: null }]);
  const cancelled = await curl(`/orders/${id}`, ...authorized(), '--request', 'DELETE');
  expect(cancelled.json).toEqual({ cancelOrder: { id, status: 'CANCELLED' } });
});
