// Computed fields of a type without a key: objects are found by the inputs of the fields alone, each combination once.
import { expect, test } from 'vitest';
import { ComposeError } from '../../gateway/compose/compose-error.ts';
import { executing } from './graphql-service.ts';
import { serveGraph } from './served-graph.ts';

const shop = `
  type Query { parcels: [Parcel]! parcel(weight: Int): Parcel }
  type Parcel { label: String! weight: Int size: Size! }
  type Size { width: Int! depth: Int! }`;
const parcels = [
  { label: 'a', weight: 1, size: { width: 2, depth: 3 } },
  { label: 'b', weight: null, size: { width: 4, depth: 5 } },
  null,
  { label: 'c', weight: 1, size: { width: 2, depth: 3 } },
];
interface Key {
  weight?: number | null;
  size?: { width: number };
}
const postageOf = (weight: number | null | undefined) => (weight === undefined ? -1 : (weight ?? 100) * 7);
const rates = ({ weight, size }: Key) => ({ postage: postageOf(weight), box: size && `${size.width} wide` });

test.for([
  [
    'a list of inputs',
    `type Query { _parcels(keys: [Key!]!): [Parcel]! @merge } input Key { weight: Int size: In } input In { width: Int! }
     type Parcel { postage: Int @computed(selectionSet: "{ weight }") box: String @computed(selectionSet: "{ size { width } }") }`,
    {},
    { _parcels: ({ keys }: { keys: Key[] }) => keys.map(rates) },
  ],
  [
    'one object at a time',
    `type Query { _parcel(key: Key!): Parcel @merge } input Key { weight: Int size: In } input In { width: Int! }
     type Parcel { postage: Int @computed(selectionSet: "{ weight }") box: String @computed(selectionSet: "{ size { width } }") }`,
    {},
    { _parcel: ({ key }: { key: Key }) => rates(key) },
  ],
  [
    'an expression, behind renamed types and fields',
    `type Query { _pakete(weights: [Int]!, widths: [Int]): [Paket]! @merge(keyArg: "weights", argsExpr: "weights: [[$key.gewicht]], widths: [[$key.size.width]]") }
     type Paket { gewicht: Int porto: Int @computed(selectionSet: "{ gewicht }") box: String @computed(selectionSet: "{ size { width } }") }
     type Size { width: Int! }`,
    { rename: { types: { Paket: 'Parcel' }, fields: { 'Paket.gewicht': 'weight', 'Paket.porto': 'postage' } } },
    {
      _pakete: ({ weights, widths }: { weights: (number | null)[]; widths?: number[] }) =>
        weights.map((weight, at) => ({ porto: postageOf(weight), box: widths?.[at] && `${widths[at]} wide` })),
    },
  ],
] as const)('found by %s', async ([, rate, transforms, root]) => {
  const settings = { rates: { transforms } };
  const graph = await serveGraph({ services: { shop, rates: rate }, settings: settings as never });
  graph.services.shop!.returns = executing(shop, { parcels, parcel: () => parcels[0] });
  const service = executing(rate, root);
  const responses: string[] = [];
  graph.services.rates!.returns = async (request) => {
    const response = await service(request);
    responses.push(JSON.stringify(response));
    return response;
  };
  const { data, errors } = await graph.query('{ parcels { label postage } }');
  expect(errors).toBeUndefined();
  expect(data).toEqual({
    parcels: [{ label: 'a', postage: 7 }, { label: 'b', postage: 700 }, null, { label: 'c', postage: 7 }],
  });
  // One request of each gateway, in which equal inputs are sent once.
  expect(responses.map((response) => response.match(/7(?:00)?/g))).toEqual([
    ['7', '700'],
    ['7', '700'],
  ]);
  const both = await graph.query('{ parcel(weight: 1) { postage box } }');
  expect(both).toMatchObject({ data: { parcel: { postage: 7, box: '2 wide' } }, errors: undefined });
});

test('fields that are not computed cannot be found so: composition says what to add', async () => {
  const plain = `type Query { _parcels(keys: [Key!]!): [Parcel]! @merge } input Key { weight: Int }
    type Parcel { postage: Int @computed(selectionSet: "{ weight }") origin: String }`;
  const config = { unreachable: 'error' } as const;
  await expect(serveGraph({ services: { shop, rates: plain }, config })).rejects.toThrow(ComposeError);
  await expect(serveGraph({ services: { shop, rates: plain }, config })).rejects.toThrow(
    'Parcel.origin of rates cannot be reached in "{ parcels { origin } }": rates finds Parcel by the inputs of its ' +
      'computed fields alone; add keyField to @merge, or @key(selectionSet: "{ id }") to type Parcel there',
  );
  const lacking = plain.replace('{ weight }', '{ colour }').replace(' origin: String', '');
  await expect(serveGraph({ services: { shop, rates: lacking }, config })).rejects.toThrow(
    'rates: Query._parcels has a key with Parcel.colour, which no service has',
  );
});

test('a computed field whose inputs are out of reach is named with them', async () => {
  const sizes =
    'type Query { _p(labels: [ID!]!): [Parcel]! @merge(keyField: "code") } type Parcel { code: ID! tare: Int }';
  const rate = `type Query { _parcels(keys: [Key!]!): [Parcel]! @merge } input Key { tare: Int }
    type Parcel { postage: Int @computed(selectionSet: "{ tare }") }`;
  const config = { unreachable: 'error' } as const;
  await expect(serveGraph({ services: { shop, sizes, rates: rate }, config })).rejects.toThrow(
    'Parcel.postage of rates cannot be reached in "{ parcels { postage } }": it is computed from { tare }, which cannot ' +
      'be known of an object from shop; let shop serve that, or another service that finds Parcel by a key that is there',
  );
});

test('a lookup that does not take what a computed field needs is an error: the field would be computed without', async () => {
  const stock = 'type Query { _p(labels: [String!]!): [Parcel]! @merge(keyField: "label") } ';
  const rates = `${stock} type Parcel { label: String! postage: Int @computed(selectionSet: "{ weight }") }`;
  await expect(serveGraph({ services: { shop, rates } })).rejects.toThrow(
    'rates: Query._p does not take { weight }, which fields of Parcel are computed from; take it in the input of the ' +
      'keys, with @key(selectionSet: "{ label }") on type Parcel in place of keyField',
  );
});
