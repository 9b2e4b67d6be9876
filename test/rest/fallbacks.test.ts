// `@fallback` on fields of REST services: each request that fails as a whole leaves its fields their fallbacks, beside those
// whose requests have not failed.
import { expect, test } from 'vitest';
import { startService } from '../values/served-graph.ts';
import { serveRestGraph } from './rest-graph.ts';
import { startRestService } from './rest-service.ts';

const sdl = (url: string) => `
  extend schema @source(name: "api", http: { baseURL: "${url}" }, errors: { message: "$.text" })
  type Query {
    listed: [User] @connect(http: { GET: "/listed" }, selection: "id")
    total: Int! @fallback(value: 0) @connect(http: { GET: "/total/2" }, selection: "$.total")
  }
  type User @connect(http: { GET: "/profiles/{$this.id}" }, selection: "id team tags") {
    id: ID!
    team: String! @fallback(value: "none")
    tags: [String!]
    label: String! @fallback(value: "-") @connect(http: { GET: "/labels/{$this.id}" }, selection: "$.label")
  }
`;

const users = `
  type Query { users: [User!]! _users(ids: [ID!]!): [User]! @merge(keyField: "id") }
  type User { id: ID! }
`;

async function serve(failed: unknown) {
  const rest = await startRestService(({ url }) => {
    if (url === '/listed') return [{ id: 1 }, { id: 2 }];
    const [, kind, id] = /^\/(\w+)\/(\w+)$/.exec(url) ?? [];
    if (id === '2') return failed;
    return kind === 'labels' ? { label: `l${id}` } : { id, team: `t${id}`, tags: [] };
  });
  const graphql = await startService(() => ({
    data: { users: ['1', '2'].map((id) => ({ __typename: 'User', id })) },
  }));
  return serveRestGraph({
    services: { api: sdl(rest.url), users },
    settings: { api: { retry: false, breaker: false }, users: { url: graphql.url } },
  });
}

test.each(['listed', 'users'])('%s: where some requests fail, their fields have their fallbacks', async (field) => {
  const graph = await serve({ status: 503, body: '' });
  const response = await graph.query(`{ ${field} { id crew: team label } total }`);
  expect(JSON.parse(response.text)).toEqual({
    data: {
      [field]: [
        { id: '1', crew: 't1', label: 'l1' },
        { id: '2', crew: 'none', label: '-' },
      ],
      total: 0,
    },
    extensions: { degraded: expect.arrayContaining([[field, 1, 'crew'], [field, 1, 'label'], ['total']]) },
  });
});

test('a field beside them that has no fallback is an error', async () => {
  const graph = await serve({ status: 503, body: '' });
  const { data, errors } = await graph.query('{ listed { id team tags } }');
  expect(data).toEqual({
    listed: [
      { id: '1', team: 't1', tags: [] },
      { id: '2', team: 'none', tags: null },
    ],
  });
  expect(errors).toMatchObject([{ path: ['listed', 1, 'tags'], extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }]);
});

// What the service says about the request, a rejected request, and a value of another form.
test.each([
  [{ status: 500, body: { text: 'Not this one.' } }],
  [{ status: 400, body: '{}' }],
  [{ status: 403, body: '{}' }],
  [{ status: 200, body: { label: { a: 1 } } }],
])('%j is an error, and no fallback', async (failed) => {
  const graph = await serve(failed);
  const { data, errors } = await graph.query('{ listed { id label } }');
  expect(data).toEqual({ listed: [{ id: '1', label: 'l1' }, null] });
  expect(errors).toMatchObject([{ path: ['listed', 1, 'label'] }]);
});
