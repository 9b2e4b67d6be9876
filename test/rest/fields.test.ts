// Fields with connectors of their own, entities one by one, and values that several connectors make together.
import { expect, test } from 'vitest';
import { startService } from '../values/served-graph.ts';
import { serveRestGraph } from './rest-graph.ts';
import { startRestService } from './rest-service.ts';

const shop = (url: string) => `
  extend schema @source(name: "shop", http: { baseURL: "${url}", headers: [{ name: "x-shop", value: "s" }] })
  type Query {
    products: [Product!]! @connect(http: { GET: "/products" }, selection: "id name makerId")
    found: [Found!]! @connect(http: { GET: "/found" }, selection: """
      __typename: kind->match(["p", "Product"], ["Maker"])
      id
      name
      makerId
    """)
  }
  union Found = Product | Maker
  type Product @connect(http: { GET: "/products/{$this.id}" }, selection: "id name makerId price { amount currency }") {
    id: ID!
    name: String
    makerId: ID
    price: Price
    maker: Maker @connect(http: { GET: "/makers/{$this.makerId}" }, selection: "id name")
    reviews(first: Int = 2): [Review!]!
      @connect(http: { GET: "/products/{$this.id}/reviews?first={$args.first}" }, selection: "$.items { id text productId: $this.id }")
  }
  type Price { amount: Float currency: String }
  type Maker { id: ID! name: String }
  type Review { id: ID! text: String productId: ID }
`;

const products: Record<string, { id: number; name: string; makerId: number | null; price: object }> = {
  1: { id: 1, name: 'Lamp', makerId: 7, price: { amount: 10, currency: 'EUR' } },
  2: { id: 2, name: 'Chair', makerId: 7, price: { amount: 20, currency: 'EUR' } },
  3: { id: 3, name: 'Table', makerId: null, price: { amount: 30, currency: 'EUR' } },
};

async function serve() {
  const rest = await startRestService(({ url }) => {
    if (url === '/products') return Object.values(products).map(({ price, ...rest }) => rest);
    if (url === '/found')
      return [
        { kind: 'p', ...products[1] },
        { kind: 'm', id: 7, name: 'Ex Libris' },
      ];
    const [, product, reviews] = /^\/products\/(\d+)(\/reviews\?first=(\d+))?$/.exec(url) ?? [];
    if (reviews) return { items: [{ id: `r${product}`, text: url }] };
    if (product) return products[product];
    return url === '/makers/7' ? { id: 7, name: 'Ex Libris' } : undefined;
  });
  return { rest, graph: await serveRestGraph({ services: { shop: shop(rest.url) } }) };
}

const sent = (requests: readonly { url: string }[]) => requests.map(({ url }) => url).sort();

test('a field of an object is fetched with values of the object; equal requests are sent once', async () => {
  const { rest, graph } = await serve();
  const { data, errors } = await graph.query(
    '{ products { id maker { name } a: reviews { text } b: reviews(first: 9) { id productId } } }',
  );
  expect(errors).toBeUndefined();
  expect(data).toEqual({
    products: [1, 2, 3].map((id) => ({
      ...{ id: `${id}`, maker: id === 3 ? null : { name: 'Ex Libris' } },
      a: [{ text: `/products/${id}/reviews?first=2` }],
      b: [{ id: `r${id}`, productId: `${id}` }],
    })),
  });
  const one = [
    '/makers/7',
    '/products',
    ...[1, 2, 3].flatMap((id) => [2, 9].map((first) => `/products/${id}/reviews?first=${first}`)),
  ];
  expect(sent(rest.requests)).toEqual([...one, ...one].sort());
  expect(rest.requests[0]?.headers['x-shop']).toBe('s');
});

test('fields that a list lacks are fetched by the key of its objects', async () => {
  const { rest, graph } = await serve();
  const { data, errors } = await graph.query('{ products { name price { amount } } }');
  expect(errors).toBeUndefined();
  expect(data).toEqual({
    products: Object.values(products).map(({ name, price }) => ({
      name,
      price: { amount: (price as { amount: number }).amount },
    })),
  });
  const one = ['/products', '/products/1', '/products/2', '/products/3'];
  expect(sent(rest.requests)).toEqual([...one, ...one].sort());
});

test('a union has the types that its selection names, with fields of connectors', async () => {
  const { graph } = await serve();
  const { data, errors } = await graph.query(
    '{ found { __typename ... on Product { id price { currency } maker { id } } ... on Maker { key: id name } } }',
  );
  expect(errors).toBeUndefined();
  expect(data).toEqual({
    found: [
      { __typename: 'Product', id: '1', price: { currency: 'EUR' }, maker: { id: '7' } },
      { __typename: 'Maker', key: '7', name: 'Ex Libris' },
    ],
  });
});

test('@skip and @include by variables select what is requested', async () => {
  const { rest, graph } = await serve();
  const query =
    'query ($no: Boolean!) { products { id name @skip(if: $no) maker @include(if: $no) { id } reviews @skip(if: $no) { id } } }';
  const { data } = await graph.query(query, { variables: { no: true } });
  expect(data).toMatchObject({ products: [{ id: '1', maker: { id: '7' } }, { id: '2' }, { id: '3', maker: null }] });
  expect(sent(rest.requests)).toEqual(['/makers/7', '/makers/7', '/products', '/products']);
});

test('with other names in the graph and in a view, the requests are the same', async () => {
  const rest = await startRestService(({ url }) => (url === '/products/1' ? products[1] : undefined));
  const product =
    'product(id: ID!): Product @connect(http: { GET: "/products/{$args.id}" }, entity: true, selection: "id name makerId price { amount currency }")';
  const graph = await serveRestGraph({
    services: { shop: shop(rest.url).replace('type Query {', `type Query { ${product}`) },
    settings: { shop: { transforms: { rename: { types: { Product: 'Ware' }, fields: { 'Product.name': 'title' } } } } },
    view: { include: ['Query.product', 'Ware', 'Price'], rename: { types: { Ware: 'Article' } } },
  });
  const own = await graph.query('{ product(id: 1) { __typename title price { amount } } }');
  expect(own.data).toEqual({ product: { __typename: 'Ware', title: 'Lamp', price: { amount: 10 } } });
  const viewed = await graph.query('{ product(id: 1) { __typename title } }', { path: '/graphql/web' });
  expect(viewed.data).toEqual({ product: { __typename: 'Article', title: 'Lamp' } });
  expect(new Set(sent(rest.requests))).toEqual(new Set(['/products/1']));
});

test('entities of other services get fields one by one, and many at the same time', async () => {
  const rest = await startRestService(({ url }) => ({ id: url.slice(7), score: url.length }));
  const users = await startService(({ query, variables }) => {
    if (query.includes('_entities')) {
      const [representations] = Object.values(variables) as { id: string }[][];
      return { data: { _entities: representations?.map(({ id }) => ({ __typename: 'User', id, name: `N${id}` })) } };
    }
    return { data: { users: Array.from({ length: 100 }, (_, index) => ({ __typename: 'User', id: `${index}` })) } };
  });
  const graph = await serveRestGraph({
    services: {
      scores: `extend schema @source(name: "s", http: { baseURL: "${rest.url}" })
        type User @key(fields: "id") @connect(http: { GET: "/users/{$this.id}" }, selection: "id score") { id: ID! score: Int }`,
      users: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])
        type Query { users: [User!]! }
        type User @key(fields: "id") { id: ID! name: String }`,
    },
    settings: { users: { url: users.url } },
  });
  const { data, errors } = await graph.query('{ users { id score } }');
  expect(errors).toBeUndefined();
  const expected = Array.from({ length: 100 }, (_, index) => ({ id: `${index}`, score: `/users/${index}`.length }));
  expect(data).toEqual({ users: expected });
  expect(rest.requests).toHaveLength(200);
});

test('a field can be computed from a field of another service', async () => {
  const rest = await startRestService(({ url }) => ({
    cost: Number(new URL(url, 'http://x').searchParams.get('weight')) * 2,
  }));
  const users = await startService(({ query, variables }) => {
    if (!query.includes('_parcels')) return { data: { parcels: [{ __typename: 'Parcel', id: 'p1', weight: 21 }] } };
    const [ids] = Object.values(variables) as string[][];
    return { data: { _parcels: ids?.map((id) => ({ __typename: 'Parcel', id, weight: 21 })) } };
  });
  const graph = await serveRestGraph({
    services: {
      shipping: `extend schema @source(name: "s", http: { baseURL: "${rest.url}" })
        type Parcel @key(fields: "id") { id: ID! weight: Int @external
          shipping: Int @connect(http: { GET: "/parcels/{$this.id}?weight={$this.weight}" }, selection: "$.cost") }`,
      parcels: `type Query { parcels: [Parcel!]! _parcels(ids: [ID!]!): [Parcel]! @merge(keyField: "id") }
        type Parcel { id: ID! weight: Int }`,
    },
    settings: { parcels: { url: users.url } },
  });
  const { data, errors } = await graph.query('{ parcels { id shipping } }');
  expect(errors).toBeUndefined();
  expect(data).toEqual({ parcels: [{ id: 'p1', shipping: 42 }] });
});

test('a nested value that a selection has in part is that of the entity where more of it is requested', async () => {
  const rest = await startRestService(({ url }) =>
    url === '/users' ? [{ id: 1, company: { name: 'A' } }] : { id: 1, company: { name: 'A', email: 'a@x' } },
  );
  const graph = await serveRestGraph({
    services: {
      users: `extend schema @source(name: "s", http: { baseURL: "${rest.url}" })
        type Query {
          users: [User!] @connect(http: { GET: "/users" }, selection: "id company { name }")
          user(id: ID!): User @connect(http: { GET: "/users/{$args.id}" }, entity: true, selection: "id company { name email }")
        }
        type User { id: ID! company: Company }
        type Company { name: String email: String }`,
    },
  });
  expect((await graph.query('{ users { company { name } } }')).data).toEqual({ users: [{ company: { name: 'A' } }] });
  expect(sent(rest.requests)).toEqual(['/users', '/users']);
  const { data } = await graph.query('{ users { company { name email } } }');
  expect(data).toEqual({ users: [{ company: { name: 'A', email: 'a@x' } }] });
  expect(sent(rest.requests.slice(2))).toEqual(['/users', '/users', '/users/1', '/users/1']);
});
