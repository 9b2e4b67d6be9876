// Operations that cannot be planned are rejected before any service has a request, with the coordinate in the client's
// names, and without the names of services.
import { expect, test } from 'vitest';
import { serveGraph } from './served-graph.ts';
import { overWebSocket } from './subscribing.ts';

const catalogue = `
  type Query { product(upc: ID!): Product found: [Found] }
  type Mutation { touch: Product }
  type Subscription { touched: Product }
  union Found = Product
  type Product { upc: ID! name: String weight: Int secret: Int @authenticated }
`;
const vendors = `
  type Query { _products(ids: [ID!]!): [Product]! @merge(keyField: "id") }
  type Product { id: ID! margin: Int }
`;

test('an operation that cannot be planned is rejected, with the coordinate', async () => {
  const view = { rename: { fields: { 'Product.margin': 'gain' } } };
  const graph = await serveGraph({ services: { catalogue, vendors }, view });
  const rejected = (coordinate: string) => [
    {
      message: `This operation cannot be planned: ${coordinate} cannot be reached from where it is selected.`,
      extensions: { code: 'OPERATION_NOT_PLANNABLE' },
    },
  ];
  for (const query of [
    '{ product(upc: 1) { name margin } }',
    '{ product(upc: 1) { secret margin } }',
    '{ found { ... on Product { margin } } __schema { queryType { name } } }',
    'mutation { touch { margin } }',
  ]) {
    const { status, text, data, errors } = await graph.query(query);
    expect({ status, data, errors }, query).toEqual({ status: 200, errors: rejected('Product.margin') });
    expect(text).not.toMatch(/catalogue|vendors/);
  }
  const viewed = await graph.query('{ product(upc: 1) { name gain } }', { path: '/graphql/web' });
  expect(viewed.errors).toEqual(rejected('Product.gain'));
  const { results } = await overWebSocket(graph.origins[0] as string, 'subscription { touched { margin } }');
  expect(results).toMatchObject([{ errors: rejected('Product.margin') }]);
  expect(graph.services.catalogue?.requests).toEqual([]);
  const left = 'query ($no: Boolean!) { product(upc: 1) { name margin @include(if: $no) } }';
  graph.services.catalogue!.returns = () => ({ data: { product: { name: 'Lamp' } } });
  expect((await graph.query(left, { variables: { no: false } })).data).toEqual({ product: { name: 'Lamp' } });
});
