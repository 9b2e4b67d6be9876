// Hooks of operations that resolvers execute.
import { GraphQLError } from 'graphql';
import { expect, test } from 'vitest';
import { serveGraph } from '../values/served-graph.ts';

const sdl = `
  directive @merge(keyField: String) on FIELD_DEFINITION
  type Query { greeting: String @cacheControl(maxAge: 60) _items(ids: [ID!]!): [Item]! @merge(keyField: "id") }
  type Item { id: ID! name: String }
`;
const schema = 'type Query { nested: String @cacheControl(maxAge: 60) }';

test('nested operations pass all hooks, and what they read of the caller keeps outer responses apart', async () => {
  const seen: unknown[] = [];
  const { services, query } = await serveGraph({
    services: { items: sdl },
    fields: {
      schema,
      resolvers: {
        Query: {
          nested: async (_: unknown, __: unknown, { graph }) => JSON.stringify(await graph('query Inner { greeting }')),
        },
      },
    },
    config: {
      trustedProxies: ['loopback'],
      authentication: { identityHeader: {} },
      hooks: {
        onOperation: ({ name, isNested }) => void seen.push([name, isNested]),
        onSubgraphRequest: ({ subgraph }) => void seen.push(subgraph),
        onResponse({ data }, { identity, operation }) {
          if (operation.isNested && identity?.subject === 'mallory') throw new GraphQLError('Not for you.');
          seen.push(Object.keys(data ?? {}));
        },
      },
    },
  });
  const items = services.items;
  if (items) items.returns = () => ({ data: { greeting: 'Hello' } });
  await query('query Outer { nested }', { headers: { 'x-user-id': 'ada' } });
  const once = [['Outer', false], ['Inner', true], 'items', ['greeting'], ['nested']];
  expect(seen).toEqual([...once, ...once]);
  const { text } = await query('query Outer { nested }', { headers: { 'x-user-id': 'mallory' } });
  expect(text).toContain('Not for you.');
  expect(text).not.toContain('Hello');
});
