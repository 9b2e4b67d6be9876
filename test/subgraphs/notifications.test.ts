// The notifications service as an HTTP client meets it, and its OpenAPI document.
import SwaggerParser from '@apidevtools/swagger-parser';
import type { OpenAPIV3_1 } from 'openapi-types';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { routes } from '../../subgraphs/notifications/routes.ts';
import { startSubgraph, type TestSubgraph } from '../harness/subgraphs.ts';

let notifications: TestSubgraph;
beforeAll(async () => {
  notifications = await startSubgraph('notifications');
});
afterAll(() => notifications.stop());

interface Received {
  status: number;
  type: string | null;
  body: unknown;
}

async function request(path: string, init: RequestInit = {}): Promise<Received> {
  const response = await fetch(`${notifications.url}${path}`, init);
  return { status: response.status, type: response.headers.get('content-type'), body: await response.json() };
}

const julien = { 'x-shop-user': 'u1' };

test('a user has notifications, newest first, all of them or the unread ones', async () => {
  const { body: all } = await request('/users/u1/notifications');
  const { items, total, unread } = all as { items: { id: string; read_at: string | null }[] } & Record<string, number>;
  expect(items).toHaveLength(total as number);
  expect(items[0]).toEqual({
    ...{ id: 'n7', user_id: 'u1', kind: 'ORDER_DELIVERED', title: 'Order o19405 has arrived', order_id: 'o19405' },
    ...{ created_at: '2026-09-30T08:46:21Z', read_at: null },
  });
  const { body: unreadOnes } = await request('/users/u1/notifications?unread=true');
  expect(unreadOnes).toEqual({ ...(all as object), items: items.filter(({ read_at }) => read_at === null) });
  expect((unreadOnes as { items: [] }).items).toHaveLength(unread as number);
  const { body: one } = await request('/users/u1/notifications?limit=1');
  expect(one).toEqual({ ...(all as object), items: items.slice(0, 1) });
});

test('the inboxes of several users come in the sequence of their ids, in one statement', async () => {
  await notifications.settled();
  notifications.clear();
  const { body } = await request('/inboxes?user_id=u2,nobody,u1&limit=1', { headers: { 'x-request-id': 'r-1' } });
  expect(body).toEqual([
    { user_id: 'u2', total: expect.any(Number), unread: 0, items: [] },
    { user_id: 'nobody', total: 0, unread: 0, items: [] },
    { user_id: 'u1', total: expect.any(Number), unread: 3, items: [expect.objectContaining({ id: 'n7' })] },
  ]);
  const [line] = await notifications.settled();
  expect(line).toMatchObject({ operation: 'listInboxes', requestId: 'r-1', statements: 1 });
});

test('a notification is marked by its user, and so are all', async () => {
  const mark = (id: string, read: unknown, headers = {}) =>
    request(`/notifications/${id}`, { method: 'PATCH', headers, body: JSON.stringify({ read }) });
  expect(await mark('n7', true)).toEqual({
    status: 401,
    type: 'application/problem+json',
    body: { status: 401, detail: 'Sign in to change something.' },
  });
  expect(await mark('n7', true, { 'x-shop-user': 'u2' })).toMatchObject({ status: 403 });
  expect(await mark('n7', 'yes', julien)).toMatchObject({ status: 400 });
  expect(await mark('n0', true, julien)).toMatchObject({ status: 404 });
  expect(await mark('n7', true, julien)).toMatchObject({ status: 200, body: { read_at: expect.any(String) } });
  expect(await mark('n7', false, julien)).toMatchObject({ status: 200, body: { read_at: null } });
  const all = { method: 'POST', headers: julien };
  expect(await request('/users/u1/notifications/read', all)).toMatchObject({ body: { marked: 3 } });
  expect(await request('/users/u1/notifications/read', all)).toMatchObject({ body: { marked: 0 } });
  expect(await request('/users/u1/notifications')).toMatchObject({ body: { unread: 0 } });
});

test('wrong requests get a problem that names what is wrong', async () => {
  const detail = async (path: string, init?: RequestInit) => {
    const { status, body } = await request(path, init);
    return `${status} ${(body as { detail: string }).detail}`;
  };
  expect(await detail('/nothing')).toBe('404 There is nothing at /nothing.');
  expect(await detail('/inboxes', { method: 'PUT' })).toBe('405 PUT is not possible at /inboxes.');
  expect(await detail('/inboxes')).toBe('400 `user_id` has 0 ids; it must have from 1 to 1000.');
  expect(await detail('/inboxes?user_id=u1&limit=0')).toBe('400 `limit` is "0"; it must be from 1 to 100.');
  expect(await detail('/users/%E0/notifications')).toContain('400 The percent-encoding');
  expect(await detail('/notifications/n1', { method: 'PATCH', body: '{' })).toBe('400 The body is not JSON.');
  const tooLong = JSON.stringify({ read: true, more: 'x'.repeat(100_001) });
  expect(await detail('/notifications/n1', { method: 'PATCH', body: tooLong })).toContain('400 The body has more');
});

test('the OpenAPI document is valid, and describes every route', async () => {
  const document = (await SwaggerParser.validate('subgraphs/notifications/openapi.yaml')) as OpenAPIV3_1.Document;
  const described = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
    Object.entries(item ?? {}).map(
      ([method, operation]) => `${method} ${path} ${(operation as { operationId: string }).operationId}`,
    ),
  );
  expect(described.sort()).toEqual(
    routes.map(({ method, path, operationId }) => `${method.toLowerCase()} ${path} ${operationId}`).sort(),
  );
});
