// The example of docs/rest-services.md, as it is printed there, before a service that has its routes.
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { startService } from '../values/served-graph.ts';
import { serveRestGraph } from './rest-graph.ts';
import { startRestService } from './rest-service.ts';

const page = readFileSync(new URL('../../docs/rest-services.md', import.meta.url), 'utf8');

test('the example of the page works as the page says', async () => {
  const [, sdl = ''] = /```graphql schema\n([\s\S]*?)```/.exec(page) ?? [];
  expect(sdl).toContain('@source');
  const notification = { id: 'n1', title: 'Hello', read_at: null };
  const rest = await startRestService(({ method, url, body }) => {
    if (url === '/v1/inboxes/search') {
      return { inboxes: JSON.parse(body).userIds.map((userId: string) => ({ userId, unread: 2 })) };
    }
    if (url.startsWith('/v1/notifications?')) return { items: [notification] };
    if (method === 'PATCH') return { ...notification, read_at: body };
    return url === '/v1/notifications/n1' ? notification : undefined;
  });
  const all = Array.from({ length: 100 }, (_, index) => ({ __typename: 'User', id: `u${index}` }));
  const users = await startService(({ query, variables }) => {
    if (!query.includes('_users')) return { data: { users: all } };
    return {
      data: {
        _users: Object.values(variables)
          .flat()
          .map((id) => ({ __typename: 'User', id })),
      },
    };
  });
  const graph = await serveRestGraph({
    services: {
      notifications: sdl.replace('http://127.0.0.1:4005', rest.url),
      users: 'type Query { users: [User!]! _users(ids: [ID!]!): [User]! @merge(keyField: "id") } type User { id: ID! }',
    },
    settings: { users: { url: users.url } },
  });
  const { data, errors } = await graph.query(
    '{ users { unread } notification(id: "n1") { title } gone: notification(id: "n2") { id } }',
  );
  expect(errors).toBeUndefined();
  expect(data).toEqual({ users: all.map(() => ({ unread: 2 })), notification: { title: 'Hello' }, gone: null });
  expect(rest.requests.filter(({ url }) => url === '/v1/inboxes/search')).toHaveLength(2);
  const newest = await graph.query('{ users { newest { title } } }');
  expect(newest.data).toEqual({ users: all.map(() => ({ newest: [{ title: 'Hello' }] })) });
  const read = await graph.query('mutation { markAsRead(id: "n1") { readAt } }');
  expect(read.data).toEqual({ markAsRead: { readAt: '{"read":true}' } });
});

test('each method of the page is one of the language', async () => {
  const { methods } = await import('../../gateway/transport/rest/mapping/methods.ts');
  const table = page.slice(page.indexOf('| Method | Result |'), page.indexOf('Everything else is an error'));
  const named = [...table.matchAll(/->(\w+)/g)].map(([, name]) => name);
  expect([...new Set(named)].sort()).toEqual([...methods.keys()].sort());
});
