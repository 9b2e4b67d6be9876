// Fields that several subgraphs serve: the choice between them, and objects without a key whose fields are spread over
// them.
import { describe, expect, test } from 'vitest';
import { explain } from '../../gateway/query-plan/explain.ts';
import type { FederatedService } from './federated-services.ts';
import { link, serveFederation } from './served-federation.ts';

const shared = (type: string, product: object | null, products: (object | null)[] = [product]): FederatedService => ({
  sdl: `${link} type Query { product(id: ID): Product @shareable products: [Product] @shareable } type Product @shareable { id: ID! ${type}`,
  resolvers: { Query: { product: () => product, products: () => products } },
});

describe('a root field whose type has no key', () => {
  const services = () => ({
    names: shared('name: Name } type Name { first: String }', { id: '1', name: { first: 'Lamp' } }),
    prices: shared('price: Int }', { id: '1', price: 5 }),
  });

  test.each<[query: string, data: object, requests: object]>([
    [
      '{ product { id name { first } price } }',
      { product: { id: '1', name: { first: 'Lamp' }, price: 5 } },
      { names: 1, prices: 1 },
    ],
    [
      '{ products { price n: name { first } } }',
      { products: [{ price: 5, n: { first: 'Lamp' } }] },
      { names: 1, prices: 1 },
    ],
    ['{ product { id price } }', { product: { id: '1', price: 5 } }, { prices: 1 }],
    [
      '{ a: product(id: 1) { price name { first } } b: product(id: 2) { name { first } price } }',
      { a: { price: 5, name: { first: 'Lamp' } }, b: { name: { first: 'Lamp' }, price: 5 } },
      { names: 1, prices: 1 },
    ],
  ])('%s', async (query, data, requests) => {
    const { receive } = await serveFederation(services());
    expect(await receive(query)).toEqual({ data, errors: {}, requests });
  });

  test('is not matched with a list of another length: that is an error of the other subgraph', async () => {
    const { receive } = await serveFederation({
      ...services(),
      prices: shared('price: Int }', { id: '1', price: 5 }, [
        { id: '1', price: 5 },
        { id: '2', price: 6 },
      ]),
    });
    const { data, errors } = await receive('{ products { name { first } price } }');
    expect(data).toEqual({ products: [{ name: { first: 'Lamp' }, price: null }] });
    expect(Object.keys(errors)).toEqual(['products.0.price']);
  });

  test('that another subgraph does not have is an error at the fields that it serves', async () => {
    const { receive } = await serveFederation({ ...services(), prices: shared('price: Int! }', null) });
    const { data, errors } = await receive('{ product { name { first } price } }');
    expect(data).toEqual({ product: null });
    expect(Object.keys(errors)).toEqual(['product.price']);
  });

  test('that fails in another subgraph has its error at the fields that it serves', async () => {
    const failing = shared('price: Int }', null);
    failing.resolvers = { Query: { product: () => Promise.reject(new Error('out of stock')) } };
    const { receive } = await serveFederation({ ...services(), prices: failing });
    const { data, errors } = await receive('{ product { name { first } price } }');
    expect(data).toEqual({ product: { name: { first: 'Lamp' }, price: null } });
    expect(errors).toEqual({ 'product.price': 'out of stock' });
  });
});

test.each<[query: string, data: object, requests: object]>([
  [
    '{ me { profile { name { first last } age } } }',
    { me: { profile: { name: { first: 'Ada', last: 'Lovelace' }, age: 36 } } },
    { people: 1, families: 1 },
  ],
  [
    '{ me { profile { name { last } } } }',
    { me: { profile: { name: { last: 'Lovelace' } } } },
    { people: 1, families: 1 },
  ],
  [
    '{ me { profile { friends { profile { age name { last } } } } } }',
    {
      me: {
        profile: {
          friends: [
            { profile: { age: 36, name: { last: 'Lovelace' } } },
            { profile: { age: 36, name: { last: 'Lovelace' } } },
          ],
        },
      },
    },
    { people: 2, families: 1 },
  ],
])('objects without a key below entities, at every depth: %s', async (query, data, requests) => {
  const person = (id: unknown) => ({ id, profile: { name: { first: 'Ada' }, age: 36 } });
  const family = (id: unknown): object => ({
    id,
    profile: { name: { last: 'Lovelace' }, friends: [{ id: 'x' }, { id: 'y' }] },
  });
  const { receive } = await serveFederation({
    people: {
      sdl: `${link} type Query { me: User } type User @key(fields: "id") { id: ID! profile: Profile @shareable }
        type Profile @shareable { name: Name age: Int } type Name @shareable { first: String }`,
      resolvers: { Query: { me: () => person('u1') } },
      entities: { User: ({ id }) => person(id) },
    },
    families: {
      sdl: `${link} type User @key(fields: "id") { id: ID! profile: Profile @shareable }
        type Profile @shareable { name: Name friends: [User] } type Name @shareable { last: String }`,
      resolvers: { User: { profile: ({ id }: { id: string }) => (family(id) as { profile: object }).profile } },
      entities: { User: ({ id }) => family(id) },
    },
  });
  expect(await receive(query)).toEqual({ data, errors: {}, requests });
});

test('of root fields that several subgraphs serve, the one is chosen that needs the fewest requests after it', async () => {
  const item = { id: 'i1', name: 'Lamp', stock: 3 };
  const { receive } = await serveFederation({
    first: {
      sdl: `${link} type Query { item: Item @shareable } type Item @key(fields: "id") { id: ID! }`,
      resolvers: { Query: { item: () => item } },
    },
    second: {
      sdl: `${link} type Query { item: Item @shareable } type Item @key(fields: "id") { id: ID! name: String }`,
      resolvers: { Query: { item: () => item } },
      entities: { Item: () => item },
    },
    third: {
      sdl: `${link} type Query { item: Item @shareable } type Item @key(fields: "id") { id: ID! stock: Int }`,
      resolvers: { Query: { item: () => item } },
      entities: { Item: () => item },
    },
  });
  expect((await receive('{ item { id } }')).requests).toEqual({ first: 1 });
  expect(await receive('{ item { name } }')).toEqual({
    data: { item: { name: 'Lamp' } },
    errors: {},
    requests: { second: 1 },
  });
  expect(await receive('{ item { stock } }')).toEqual({
    data: { item: { stock: 3 } },
    errors: {},
    requests: { third: 1 },
  });
  expect((await receive('{ item { name stock } }')).requests).toEqual({ second: 1, third: 1 });
});

test('the plan of a counterpart is explained', async () => {
  const { receive, gateways } = await serveFederation({
    names: shared('name: String }', { id: '1', name: 'Lamp' }),
    prices: shared('price: Int }', { id: '1', price: 5 }),
  });
  const query = '{ product { name price } }';
  await receive(query);
  const plan = gateways[0]?.engine.documents.get(query).operation(undefined)?.planFor({});
  expect(plan && 'plan' in plan && explain(plan.plan)).toContain(
    '#0 product is matched by position with what prices returns there',
  );
});
