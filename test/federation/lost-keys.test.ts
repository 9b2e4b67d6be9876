// Keys beside what clients select: a client's field that fails makes null what it must, and nothing else
// (GraphQL specification, October 2021, section 6.4.4).
import { expect, test } from 'vitest';
import { link, serveFederation } from './served-federation.ts';

const serve = () =>
  serveFederation({
    goods: {
      sdl: `${link} type Query { item: Item list: [Item] } type Item @key(fields: "id") { id: ID! maker: Maker }
        type Maker @shareable { name: String address: Address secret: String! } type Address @shareable { city: String street: String! }`,
      resolvers: {
        Query: { item: () => item('1'), list: () => [item('1'), item('2')] },
        Maker: { secret: () => Promise.reject(new Error('not for you')) },
        Address: { street: () => null },
      },
      entities: { Item: ({ id }) => item(String(id)) },
    },
    labels: {
      sdl: `${link} type Item @key(fields: "id") { id: ID! maker: Maker @external label: String @requires(fields: "maker { name address { city } }") }
        type Maker @shareable { name: String address: Address } type Address @shareable { city: String }`,
      resolvers: {
        Item: {
          label: ({ maker }: { maker: { name: string; address: { city: string } } | null }) =>
            `${maker?.name} of ${maker?.address.city}`,
        },
      },
      entities: { Item: (representation) => ({ ...representation }) },
    },
  });

const item = (id: string) => ({ id, maker: { name: `maker ${id}`, address: { city: 'Bern' } } });

test.each<[query: string, data: object, errors: string[]]>([
  ['{ item { label maker { name } } }', { item: { label: 'maker 1 of Bern', maker: { name: 'maker 1' } } }, []],
  ['{ item { maker { secret } label } }', { item: { maker: null, label: 'maker 1 of Bern' } }, ['item.maker.secret']],
  [
    '{ item { label maker { address { street } } } }',
    { item: { label: 'maker 1 of Bern', maker: { address: null } } },
    ['item.maker.address.street'],
  ],
  [
    '{ list { label m: maker { secret } } }',
    {
      list: [
        { label: 'maker 1 of Bern', m: null },
        { label: 'maker 2 of Bern', m: null },
      ],
    },
    ['list.0.m.secret', 'list.1.m.secret'],
  ],
  [
    '{ item { maker { ...M } label } } fragment M on Maker { name address { city street } secret }',
    { item: { maker: null, label: 'maker 1 of Bern' } },
    ['item.maker.secret', 'item.maker.address.street'],
  ],
])('a non-null field that fails does not lose what another field requires: %s', async (query, data, errors) => {
  const { receive } = await serve();
  const received = await receive(query);
  expect(received.data).toEqual(data);
  expect(Object.keys(received.errors).sort()).toEqual(errors.toSorted());
  expect(received.requests).toEqual({ goods: 1, labels: 1 });
});

test('a non-null root that fails is null data', async () => {
  const { receive } = await serveFederation({
    only: {
      sdl: `${link} type Query { sure: Int! unsure: Int }`,
      resolvers: { Query: { sure: () => Promise.reject(new Error('down')), unsure: () => 1 } },
    },
  });
  expect(await receive('{ sure unsure }')).toEqual({ data: null, errors: { sure: 'down' }, requests: { only: 1 } });
});
