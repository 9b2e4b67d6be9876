// Mocked services: values that look right for their fields, the same for the same object and seed; said in every
// response; and for development alone.
import { createClient } from 'graphql-ws';
import { expect, onTestFinished, test } from 'vitest';
import { WebSocket } from 'ws';
import { createGateway, type GatewayConfig } from '../gateway/index.ts';
import { customer, developmentKey } from './harness/demo-users.ts';
import { temporaryFolder } from './harness/folder.ts';
import { concierge, demoConfig } from './harness/gateway.ts';
import type { ParsedJson } from './harness/parsed-json.ts';
import { profileQuery } from './harness/profile-query.ts';
import { closedUrl } from './harness/servers.ts';
import { send as sendTyped } from './harness/subgraphs.ts';
import { startService } from './values/served-graph.ts';

type Subgraphs = NonNullable<GatewayConfig['subgraphs']>;

const products = `
  directive @merge(keyField: String) on FIELD_DEFINITION
  type Query {
    products(first: Int = 3): [Product!]!
    product(id: ID!): Product
    search(text: String!): [Hit!]!
    _products(ids: [ID!]!): [Product]! @merge(keyField: "id")
    clock: DateTime!
  }
  type Mutation { renameProduct(id: ID!, name: String!): Product! addProduct(input: NewProduct!): Product! }
  type Subscription { productChanged: Product! }
  input NewProduct { name: String! price: Float! }
  type Product {
    id: ID! name: String! description: String email: String! price: Float! stock: Int! imageUrl: String! createdAt: String!
    day: Date! status: Status! tags: [String!]! money: Money! related: [Product!]! extra: JSON
  }
  type Money { amount: Float! currency: String! }
  type Shop { id: ID! name: String! }
  union Hit = Product | Shop
  enum Status { ACTIVE OLD @deprecated SOLD_OUT }
  scalar DateTime
  scalar Date
  scalar JSON
`;

async function startMocked(subgraphs: Subgraphs, more: Partial<GatewayConfig> = {}): Promise<string> {
  const config = { port: 0, log: { level: 'silent' as const }, subgraphs, ...more };
  const gateway = createGateway(config, { development: developmentKey });
  onTestFinished(async () => {
    await gateway.stop();
  });
  return `${await gateway.start()}/graphql`;
}

/** The whole response. */
const send: (...request: Parameters<typeof sendTyped>) => Promise<ParsedJson> = sendTyped;

const fields = 'id name description email price stock imageUrl createdAt day status tags money { amount currency }';

test('values look right for their names, and are the same for the same seed wherever an object is met', async () => {
  const mocked = { shop: { schema: products, mocks: { seed: 1 } } };
  const [first, second, other] = await Promise.all([
    startMocked(mocked),
    startMocked(mocked, { fastPath: false }),
    startMocked({ shop: { schema: products, mocks: { seed: 2 } } }),
  ]);
  const listed = await send(first, `{ products { ${fields} related { id name } } clock }`);
  expect(listed.errors).toBeUndefined();
  expect(listed.extensions).toEqual({ mocked: ['shop'] });
  expect(listed.data.products.length).toBeGreaterThanOrEqual(2);
  const [product] = listed.data.products;
  expect(product).toMatchObject({
    id: expect.stringMatching(/^product-\d+$/),
    name: expect.stringMatching(/^[A-Z][a-z]+ [A-Z][a-z]+$/),
    email: expect.stringMatching(/^[a-z.]+@example\.com$/),
    imageUrl: expect.stringMatching(/^https:\/\/example\.com\/[a-z-]+\.png$/),
    createdAt: expect.stringMatching(/^2026-\d\d-\d\dT\d\d:\d\d:\d\d\.000Z$/),
    day: expect.stringMatching(/^2026-\d\d-\d\d$/),
    status: expect.stringMatching(/^(ACTIVE|SOLD_OUT)$/),
    money: { amount: expect.any(Number), currency: expect.stringMatching(/^[A-Z]{3}$/) },
  });
  expect(new Set(listed.data.products.map(({ id }: { id: string }) => id)).size).toBe(listed.data.products.length);

  // By id, after other requests, in another process of the same seed: the same object. By another seed: another one.
  await send(second, '{ search(text: "lamp") { __typename } }');
  for (const url of [first, second]) {
    const query = `query ($id: ID!) { product(id: $id) { ${fields} related { id name } } }`;
    const { data } = await send(url, query, { variables: { id: product.id } });
    expect(data.product).toEqual(product);
  }
  const elsewhere = await send(other, `{ product(id: "${product.id}") { ${fields} } }`);
  expect(elsewhere.data.product.id).toBe(product.id);
  expect(elsewhere.data.product.createdAt).not.toBe(product.createdAt);
  const page = await send(first, '{ products(first: 1) { id } }');
  expect(page.data.products).toEqual([{ id: product.id }]);
});

test('unions, mutations and subscriptions are mocked too', async () => {
  const url = await startMocked({ shop: { schema: products, mocks: true } });
  const { data } = await send(
    url,
    `mutation { renameProduct(id: "product-7", name: "Chair") { id name }
       addProduct(input: { name: "Table", price: 12.5 }) { name price id } }`,
  );
  expect(data.renameProduct).toEqual({ id: 'product-7', name: 'Chair' });
  expect(data.addProduct).toEqual({ name: 'Table', price: 12.5, id: expect.stringMatching(/^product-/) });
  const { data: found } = await send(
    url,
    '{ search(text: "a") { __typename ... on Product { id } ... on Shop { id } } }',
  );
  for (const { __typename, id } of found.search) expect(id).toMatch(new RegExp(`^${__typename.toLowerCase()}-\\d+$`));

  const client = createClient({ url: url.replace('http', 'ws'), webSocketImpl: WebSocket });
  onTestFinished(() => client.dispose() as Promise<void>);
  const events = client.iterate({ query: 'subscription { productChanged { id name } }' });
  const { value } = await events.next();
  expect(value).toEqual({
    data: { productChanged: { id: expect.stringMatching(/^product-\d+$/), name: expect.any(String) } },
    extensions: { mocked: ['shop'] },
  });
  await events.return?.();
});

test('an entity of a real service gets its fields from a mocked one, by its key, and only then is it said', async () => {
  const reviews = await startService(({ query }) => ({
    data: query.includes('reviews')
      ? {
          reviews: [
            { stars: 4, product: { id: 'p1' } },
            { stars: 5, product: { id: 'product-7' } },
          ],
        }
      : {},
  }));
  const url = await startMocked({
    reviews: {
      url: reviews.url,
      schema:
        'type Query { reviews: [Review!]! } type Review { stars: Int! product: Product! } type Product { id: ID! }',
    },
    shop: {
      schema: products,
      mocks: {
        overrides: { Product: { price: 5, name: ({ id }: { id: string }) => `No. ${id}` }, DateTime: () => 'noon' },
      },
    },
  });
  const both = await send(url, '{ reviews { stars product { id name price status } } }');
  expect(both.data.reviews[0]).toEqual({
    stars: 4,
    product: { id: 'p1', name: 'No. p1', price: 5, status: expect.any(String) },
  });
  expect(both.extensions).toEqual({ mocked: ['shop'] });
  const direct = await send(url, '{ product(id: "product-7") { status } clock }');
  expect(direct.data).toEqual({ product: { status: both.data.reviews[1].product.status }, clock: 'noon' });
  const real = await send(url, '{ reviews { stars } }');
  expect(real.extensions).toBeUndefined();
});

test('Federation subgraphs are mocked by their keys, compound ones too', async () => {
  const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key", "@shareable"])';
  const url = await startMocked({
    catalogue: {
      schema: `${link} type Query { top: [Product!]! } type Product @key(fields: "upc") { upc: ID! name: String! }
        type Depot @key(fields: "city street") { city: String! street: String! capacity: Int! }`,
      mocks: true,
    },
    stock: {
      url: closedUrl,
      schema: `${link} type Query { depot(city: String!): Depot } type Product @key(fields: "upc") { upc: ID! inStock: Boolean! depot: Depot! }
        type Depot @key(fields: "city street") { city: String! street: String! phone: String! }`,
      mocks: true,
    },
  });
  const { data, errors, extensions } = await send(
    url,
    '{ top { upc name inStock depot { city street phone capacity } } }',
  );
  expect(errors).toBeUndefined();
  expect(extensions).toEqual({ mocked: ['catalogue', 'stock'] });
  expect(data.top.length).toBeGreaterThanOrEqual(2);
  expect(data.top[0]).toEqual({
    upc: expect.stringMatching(/^upc-\d+$/),
    name: expect.any(String),
    inStock: expect.any(Boolean),
    depot: {
      city: expect.stringMatching(/^city-\d+$/),
      street: data.top[0].depot.city.replace('city', 'street'),
      phone: expect.stringMatching(/^\+44 /),
      capacity: expect.any(Number),
    },
  });
});

test('keys have the form of their type, and lead to the same object', async () => {
  const schema = `scalar UUID scalar Long
    type Query { cars: [Car!]! car(id: UUID!): Car vans: [Van!]! vanById(id: Long!): Van trucks: [Truck!]! truck(plate: Int!): Truck }
    type Car { id: UUID! name: String! } type Van { id: Long! name: String! }
    type Truck @key(selectionSet: "{ plate }") { plate: Int! name: String! }`;
  const url = await startMocked({ fleet: { schema, mocks: true } });
  const { data } = await send(url, '{ cars { id name } vans { id name } trucks { plate name } }');
  const [[car], [van], [truck]] = [data.cars, data.vans, data.trucks];
  expect([car.id, van.id, truck.plate]).toEqual([
    expect.stringMatching(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/),
    expect.any(Number),
    expect.any(Number),
  ]);
  const byKey = `{ car(id: "${car.id}") { id name } vanById(id: ${van.id}) { id name } truck(plate: ${truck.plate}) { plate name } }`;
  expect((await send(url, byKey)).data).toEqual({ car, vanById: van, truck });
});

test('the demo runs without any of its services', async () => {
  const { subgraphs = {}, ...demo } = demoConfig({});
  const mocked = Object.fromEntries(Object.entries(subgraphs).map(([name, one]) => [name, { ...one, mocks: true }]));
  const url = await startMocked(mocked, demo);
  const { data, errors, extensions } = await send(url, profileQuery, { headers: customer });
  expect(errors).toBeUndefined();
  expect(extensions).toEqual({ mocked: ['users', 'orders', 'products', 'notifications', 'payments'] });
  expect(data.profile).toMatchObject({ id: 'u1', name: expect.stringMatching(/^\p{L}+ \p{L}+$/u) });
  const page = await send(url, '{ products(first: 9) { totalCount nodes { id } } }');
  expect(page.data.products.totalCount).toBe(page.data.products.nodes.length);
});

test('compose uses the schema of a mocked service, and requests nothing that mocks would invent', async () => {
  const folder = temporaryFolder({
    'shop.graphql': 'type Query { name: String _sdl: String! }\n',
    'gateway.config.mjs': "export default { subgraphs: { shop: { schema: 'shop.graphql', mocks: true } } };",
  });
  const process = concierge(['compose', '--config', `${folder}/gateway.config.mjs`]);
  expect(await process.exit).toBe(0);
  expect(process.output()).toContain('shop: it is mocked; its schema is used');
});

test('mocks are for development: a gateway for clients rejects them, and a supergraph has nothing to make them from', () => {
  const subgraphs = { shop: { schema: products, mocks: true } };
  expect(() => createGateway({ subgraphs })).toThrow(
    'subgraphs.shop.mocks: mocks are for development, and clients would take what they invent for data. Remove it, or start with `concierge dev`.',
  );
  expect(() => createGateway({ supergraph: 'supergraph.graphql', subgraphs: { shop: { mocks: true } } })).toThrow(
    'a supergraph does not have the schemas of its services',
  );
  expect(() => createGateway({ subgraphs: { shop: { schema: products, mocks: { seeds: 1 } as object } } })).toThrow(
    'seed',
  );
});
