// Computed fields: a service computes them from values of others, which may fail, and may have any name.
import { expect, test } from 'vitest';
import { supergraphOf } from './federated.ts';
import { executing } from './graphql-service.ts';
import { type ServedGraph, type Service, serveGraph } from './served-graph.ts';

const shop = `
  type Query { parcels: [Parcel] }
  type Parcel { id: ID!  weight: Int  sizes: [Int]  toString: String }`;
const post = `
  type Query { _parcels(keys: [ParcelKey!]!): [Parcel]! @merge }
  input ParcelKey { id: ID!  weight: Int  sizes: [Int]  toString: String }
  type Parcel @key(selectionSet: "{ id }") {
    id: ID!
    carrier: String
    postage: Int @computed(selectionSet: "{ weight }")
    boxes: Int @computed(selectionSet: "{ sizes }")
    label: String @computed(selectionSet: "{ toString }")
    constructor: String @computed(selectionSet: "{ toString weight }")
  }`;

interface ParcelKey {
  id: string;
  weight?: number | null;
  sizes?: number[] | null;
  toString?: string | null;
}

/** Changes with each test, so that nothing can be right by chance. */
let turn = 0;

const parcel = (key: ParcelKey) => ({
  id: key.id,
  carrier: `carrier ${key.id}.${turn}`,
  postage: (key.weight ?? 0) + 1000,
  boxes: (key.sizes ?? []).length,
  label: `label ${Object.hasOwn(key, 'toString') ? key.toString : 'without'}`,
  constructor: `made of ${key.toString} ${key.weight}`,
});

async function serveParcels(parcels: unknown[], view = {}): Promise<ServedGraph> {
  turn += 1;
  const graph = await serveGraph({ services: { shop, post }, ...view });
  (graph.services.shop as Service).returns = executing(shop, { parcels });
  const rows = executing(post, { _parcels: ({ keys }: { keys: ParcelKey[] }) => keys.map(parcel) });
  (graph.services.post as Service).returns = (request) => rows({ ...request, variables: bare(request.variables) });
  return graph;
}

/** GraphQL.js takes what an object inherits for input fields of that name. */
function bare(variables: Record<string, unknown>): Record<string, unknown> {
  return JSON.parse(JSON.stringify(variables), (_key, value) =>
    typeof value === 'object' && value !== null && !Array.isArray(value) ? Object.setPrototypeOf(value, null) : value,
  );
}

const fails = () => {
  throw new Error('the scales are broken');
};

test('a field computed from a failed value is an error, and not computed from null; other objects have theirs', async () => {
  const graph = await serveParcels([
    { id: '1', weight: fails, sizes: [1, new Error('no size')] },
    { id: '2', weight: null, sizes: [1, null] },
    { id: '3', weight: turn, sizes: null },
  ]);
  const { data, errors } = await graph.query('{ parcels { postage boxes carrier } }');
  expect(data).toEqual({
    parcels: [
      { postage: null, boxes: null, carrier: `carrier 1.${turn}` },
      { postage: 1000, boxes: 2, carrier: `carrier 2.${turn}` },
      { postage: 999 + turn, boxes: 0, carrier: `carrier 3.${turn}` },
    ],
  });
  expect(errors?.map(({ path, extensions }) => [path, extensions.subgraph])).toEqual([
    [['parcels', 0, 'postage'], 'shop'],
    [['parcels', 0, 'boxes'], 'shop'],
  ]);
});

test('it is an error where clients select the failed value too, and through a view', async () => {
  const view = { view: { rename: { fields: { 'Parcel.postage': 'price', 'Parcel.weight': 'kilos' } } } };
  const graph = await serveParcels([{ id: '1', weight: fails }], view);
  const { data, errors } = await graph.query('{ parcels { kilos price } }', { path: '/graphql/web' });
  expect(data).toEqual({ parcels: [{ kilos: null, price: null }] });
  expect(errors?.map(({ path }) => path)).toEqual([
    ['parcels', 0, 'kilos'],
    ['parcels', 0, 'price'],
  ]);
});

test('a computed field has the errors of all its inputs, and none is without a path', async () => {
  const sdl = post.replace('"{ weight }"', '"{ weight sizes }"');
  turn += 1;
  const graph = await serveGraph({ services: { shop, post: sdl } });
  (graph.services.shop as Service).returns = executing(shop, { parcels: [{ id: '1', weight: fails, sizes: fails }] });
  const { errors } = await graph.query('{ parcels { postage } }');
  expect(errors?.map(({ path }) => path)).toEqual([
    ['parcels', 0, 'postage'],
    ['parcels', 0, 'postage'],
  ]);
  expect(graph.services.post?.requests).toEqual([]);
});

test('a computed field has the errors of all services of its inputs that are down, also inside of an object', async () => {
  const services = {
    shop: `
      type Query { parcels: [Parcel] }
      type Parcel { id: ID!  boxes: [Box] }
      type Box { id: ID! }`,
    scales: `
      type Query { weighed(ids: [ID!]!): [Parcel]! @merge(keyField: "id") }
      type Parcel @key(selectionSet: "{ id }") { id: ID!  weight: Int }`,
    ruler: `
      type Query { measured(ids: [ID!]!): [Box]! @merge(keyField: "id") }
      type Box @key(selectionSet: "{ id }") { id: ID!  width: Int }`,
    post: `
      type Query { _parcels(keys: [ParcelKey!]!): [Parcel]! @merge }
      input ParcelKey { id: ID!  weight: Int  boxes: [BoxKey] }
      input BoxKey { width: Int }
      type Parcel @key(selectionSet: "{ id }") {
        id: ID!
        postage: Int @computed(selectionSet: "{ weight boxes { width } }")
      }`,
  };
  turn += 1;
  const graph = await serveGraph({ services });
  const parcels = [{ id: '1', boxes: [{ id: String(turn) }] }];
  (graph.services.shop as Service).returns = executing(services.shop, { parcels });
  const isDown = () => ({ status: 503, body: '' });
  for (const name of ['scales', 'ruler'] as const) (graph.services[name] as Service).returns = isDown;
  const { data, errors } = await graph.query('{ parcels { postage } }');
  expect(data).toEqual({ parcels: [{ postage: null }] });
  expect(errors?.map(({ path, extensions }) => [path, extensions.subgraph]).sort()).toEqual([
    [['parcels', 0, 'postage'], 'ruler'],
    [['parcels', 0, 'postage'], 'scales'],
  ]);
  expect(graph.services.post?.requests).toEqual([]);
});

test('fields that two services compute may return the same type without a key', async () => {
  const computing = (name: string) => `
    type Query { _${name}(keys: [Key_${name}!]!): [Parcel]! @merge }
    input Key_${name} { id: ID!  weight: Int }
    type Parcel @key(selectionSet: "{ id }") { id: ID!  ${name}: [Box] @computed(selectionSet: "{ weight }") }
    type Box { width: Int  height: Int }`;
  turn += 1;
  const services = { shop, paper: computing('paper'), wood: computing('wood') };
  const graph = await serveGraph({ services });
  (graph.services.shop as Service).returns = executing(shop, { parcels: [{ id: '1', weight: turn }] });
  for (const name of ['paper', 'wood'] as const) {
    const boxes = ({ weight }: ParcelKey) => [{ width: Number(weight) + name.length, height: turn }];
    const rows = ({ keys }: { keys: ParcelKey[] }) => keys.map((key) => ({ id: key.id, [name]: boxes(key) }));
    (graph.services[name] as Service).returns = executing(services[name], { [`_${name}`]: rows });
  }
  const { data } = await graph.query('{ parcels { paper { width height } wood { width } } }');
  expect(data).toEqual({ parcels: [{ paper: [{ width: turn + 5, height: turn }], wood: [{ width: turn + 4 }] }] });
});

test('inputs and computed fields may be called like members of every JavaScript object', async () => {
  const graph = await serveParcels([
    { id: '1', weight: 7, toString: 'a text' },
    { id: '2', weight: null, toString: null },
  ]);
  const { data } = await graph.query('{ parcels { carrier label constructor toString } }');
  expect(data).toEqual({
    parcels: [
      { carrier: `carrier 1.${turn}`, label: 'label a text', constructor: 'made of a text 7', toString: 'a text' },
      { carrier: `carrier 2.${turn}`, label: 'label null', constructor: 'made of null null', toString: null },
    ],
  });
});

test('in a supergraph, a field that requires a failed value is an error', async () => {
  const supergraph = supergraphOf(
    ['shop', 'post'],
    `type Query @join__type(graph: SHOP) @join__type(graph: POST) { parcels: [Parcel] @join__field(graph: SHOP) }
    type Parcel @join__type(graph: SHOP, key: "id") @join__type(graph: POST, key: "id") {
      id: ID!
      weight: Int @join__field(graph: SHOP) @join__field(graph: POST, external: true)
      postage: Int @join__field(graph: POST, requires: "weight")
    }`,
  );
  const graph = await serveGraph({ services: { shop: '', post: '' }, supergraph });
  const ids = ['1', '2', '3'];
  (graph.services.shop as Service).returns = () => ({
    data: { parcels: ids.map((id) => ({ __typename: 'Parcel', id, weight: id === '3' ? 3 : null })) },
    errors: [{ message: 'the scales are broken', path: ['parcels', 0, 'weight'] }],
  });
  (graph.services.post as Service).returns = ({ variables }) => {
    const [representations] = Object.values(variables) as [ParcelKey[]];
    return { data: { _entities: representations.map((key) => ({ __typename: 'Parcel', ...parcel(key) })) } };
  };
  const { data, errors } = await graph.query('{ parcels { id postage } }');
  expect(data).toEqual({ parcels: ids.map((id) => ({ id, postage: { 1: null, 2: 1000, 3: 1003 }[id] })) });
  expect(errors?.map(({ path }) => path)).toEqual([['parcels', 0, 'postage']]);
});
