// Queries and mutations of a service that speaks gRPC, in a graph with services of GraphQL.
import { expect, test } from 'vitest';
import { checkClient } from '../../gateway/client-views/load-clients.ts';
import { serveShop } from './shop-gateway.ts';
import type { ShopService } from './shop-service.ts';

/** The calls, each once: both HTTP paths send the same. */
function sentTo({ calls }: ShopService) {
  return [...new Set(calls.map(({ method, request }) => `${method} ${JSON.stringify(request)}`))];
}

test('a root field is a unary call, whose message has the types of the schema', async () => {
  const { shop, request } = await serveShop();
  const form = 'form { __typename ... on Box { weight } ... on Download { link: url } }';
  const response = await request(`query ($id: ID! = "i2", $short: Boolean! = true) {
    lamp: item(id: "i1") { id name number status tags maker { name } makerName ${form} createdAt }
    other: item(id: $id) { id status number tags @skip(if: $short) maker { name } createdAt ...F }
    none: item(id: "i3") { status ...F }
    makerOf(id: "i1")
  } fragment F on Item { ${form} }`);
  expect(response).toEqual({
    data: {
      lamp: {
        ...{ id: 'i1', name: 'Lamp', number: '9007199254740993', status: 'ACTIVE', tags: ['a', 'b'] },
        ...{ maker: { name: 'Ex' }, makerName: 'Ex', form: { __typename: 'Box', weight: 1.5 } },
        createdAt: '2026-02-03T04:05:06.007Z',
      },
      other: {
        ...{ id: 'i2', status: 'RETIRED', number: '0', maker: null, createdAt: null },
        form: { __typename: 'Download', link: 'https://x.example/i2' },
      },
      none: { status: null, form: null },
      makerOf: 'Ex',
    },
  });
  expect(sentTo(shop)).toEqual(['GetItem {"id":"i1"}', 'GetItem {"id":"i2"}', 'GetItem {"id":"i3"}']);
});

test('entities of another service are looked up in one call, and matched by their keys', async () => {
  const { shop, request } = await serveShop();
  expect(await request('{ list { id name status } ghosts { id name } }')).toEqual({
    data: null,
    errors: [expect.objectContaining({ path: ['ghosts', 1, 'name'], message: expect.stringContaining('non-null') })],
  });
  expect(sentTo(shop)).toEqual([
    'BatchGetItems {"itemIds":["i1","i2","i3"]}',
    'BatchGetItems {"itemIds":["i1","nothing"]}',
  ]);
  expect(await request('{ ghosts { id status } }')).toEqual({
    data: {
      ghosts: [
        { id: 'i1', status: 'ACTIVE' },
        { id: 'nothing', status: null },
      ],
    },
  });
});

test('keys may have parts, in messages of their own, and numbers of 64 bits', async () => {
  const { shop, request } = await serveShop();
  expect(await request('{ places { pieces warehouse { number } } }')).toEqual({
    data: {
      places: [
        { pieces: 10, warehouse: { number: '1' } },
        { pieces: 20, warehouse: { number: '9007199254740993' } },
      ],
    },
  });
  expect(sentTo(shop)).toEqual([
    'GetStocks {"keys":[{"itemId":"i1","warehouse":{"number":"1"}},{"itemId":"i1","warehouse":{"number":"9007199254740993"}}]}',
  ]);
});

test('arguments are fields of the request, at the paths that the schema names', async () => {
  const { shop, request } = await serveShop();
  const variables = { not: { tags: 'x', since: '2026-01-01T00:00:00Z' }, min: '9007199254740993' };
  const query = `query ($not: FilterInput, $min: String) {
    search(status: ACTIVE, tags: ["a"], minNumber: $min, not: $not, limit: 3) { id }
    all: search(tags: null) { name }
  }`;
  expect(await request(query, { variables })).toEqual({
    data: {
      search: [{ id: 'i1' }, { id: 'i2' }, { id: 'i3' }],
      all: [{ name: 'Lamp' }, { name: 'Map' }, { name: '' }],
    },
  });
  const filter = {
    ...{ status: 'ITEM_STATUS_ACTIVE', tags: ['a'], minNumber: '9007199254740993' },
    not: { tags: ['x'], since: '2026-01-01T00:00:00Z' },
  };
  expect(sentTo(shop)).toEqual([
    `SearchItems ${JSON.stringify({ filter, limit: 3 })}`,
    `SearchItems ${JSON.stringify({ limit: 10 })}`,
  ]);
});

test('a mutation is one call; an input that is no field of the request is the request itself', async () => {
  const { shop, send } = await serveShop();
  const query = `mutation ($attributes: JSON) {
    updateItem(input: { id: "i2", name: "Map \\"2\\"", attributes: $attributes }) { name }
    deleteItem(id: "i3")
  }`;
  expect(await send(query, { variables: { attributes: { a: [1, null, { b: true }] } } })).toEqual({
    data: { updateItem: { name: 'Map' }, deleteItem: true },
  });
  expect(sentTo(shop)).toEqual([
    'UpdateItem {"itemId":"i2","name":"Map \\"2\\"","status":"ITEM_STATUS_RETIRED","attributes":{"a":[1,null,{"b":true}]}}',
    'DeleteItem {"id":"i3"}',
  ]);
});

test('arguments that the request cannot have are an error of the field, and send nothing', async () => {
  const { shop, request } = await serveShop();
  expect(await request('{ item(id: "i1") { id } search(minNumber: "many") { id } }')).toEqual({
    data: null,
    errors: [
      {
        message: 'The arguments of search have a value that the service cannot take.',
        path: ['search'],
        extensions: { code: 'BAD_USER_INPUT', subgraph: 'shop' },
      },
    ],
  });
  expect(sentTo(shop)).toEqual(['GetItem {"id":"i1"}']);
});

test("a client's view renames what the service has, and names of the service's own can be changed", async () => {
  const definition = checkClient({
    rename: { fields: { 'Item.name': 'title' }, values: { 'ItemStatus.RETIRED': 'OLD' } },
  });
  const clients = [{ reference: 'web', name: 'web', version: null, folder: import.meta.dirname, definition }];
  const { request } = await serveShop({ clients, subgraph: { transforms: { rename: { types: { Box: 'Parcel' } } } } });
  const path = '/graphql/web';
  expect(await request('{ item(id: "i2") { title status } }', { path })).toEqual({
    data: { item: { title: 'Map', status: 'OLD' } },
  });
  expect(await request('{ item(id: "i1") { form { __typename ... on Parcel { weight } } } }')).toEqual({
    data: { item: { form: { __typename: 'Parcel', weight: 1.5 } } },
  });
});
