// Views of clients: the graph is composed once for all of them.
import { expect, test } from 'vitest';
import { checkClient } from './client-views/load-clients.ts';
import { composeGraph } from './compose/graph.ts';
import { composeViews } from './composed-views.ts';

const users = {
  name: 'users',
  sdl: 'type Query { user: User } type User { id: ID! name: String }',
};

test('only a client with fields of its own has its graph composed anew', () => {
  const whole = composeGraph([users]);
  let composed = 0;
  const composition = {
    compose(_sdls?: ReadonlyMap<string, string>, more: readonly Parameters<typeof composeGraph>[0][number][] = []) {
      composed += 1;
      return composeGraph([users, ...more]);
    },
  };
  const definitions = {
    web: {},
    mobile: { exclude: ['User.name'] },
    admin: { fields: { schema: 'type Query { hello: String }', resolvers: { Query: { hello: () => 'hi' } } } },
  };
  const clients = Object.entries(definitions).map(([name, definition]) => ({
    name,
    reference: name,
    folder: '/nowhere',
    definition: checkClient(definition),
  }));
  const views = composeViews(composition, whole, clients as never);
  expect(composed).toBe(1);
  expect(views.map(({ graph }) => graph === whole)).toEqual([true, true, false]);
  expect(views[2]?.view.sdl).toContain('hello: String');
});
