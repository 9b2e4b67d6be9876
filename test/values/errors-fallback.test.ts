// Errors of operations that cannot be planned: what services mean for clients passes, and no error of libraries or of
// the layout of the services.
import { GraphQLError } from 'graphql';
import { describe, expect, test } from 'vitest';
import { type ServedGraph, serveGraph } from './served-graph.ts';

const catalogue = `
  type Query { product(upc: ID!): Product }
  type Product { upc: ID! name: String weight: Int secret: Int @authenticated }
`;
const vendors = `
  type Query { _products(ids: [ID!]!): [Product]! @merge(keyField: "id") }
  type Product { id: ID! margin: Int }
`;
const fields = {
  schema: 'type Query { own: String odd: Int }',
  resolvers: {
    Query: {
      own: () => {
        throw new GraphQLError('Not today.');
      },
      odd: () => 'private remark',
    },
  },
};

/** `margin` makes an operation unplannable. */
const serve = (): Promise<ServedGraph> =>
  serveGraph({
    services: { catalogue, vendors },
    fields,
    view: { rename: { fields: { 'Product.margin': 'gain' } } },
    settings: { catalogue: { errors: { code: 'extensions.errorType', extensions: ['detail'] } } },
  });

test("a field that cannot be reached has an error without the services' names", async () => {
  const graph = await serve();
  graph.services.catalogue!.returns = () => ({ data: { product: { __typename: 'Product', upc: '1', name: 'Lamp' } } });
  const { data, errors, text } = await graph.query('{ product(upc: 1) { name margin } }');
  expect(data).toEqual({ product: { name: 'Lamp', margin: null } });
  expect(errors).toMatchObject([
    { path: ['product', 'margin'], extensions: { code: 'INTERNAL_SERVER_ERROR', reference: expect.any(String) } },
  ]);
  expect(text).not.toMatch(/vendors|subschema|key field|SATISFIABILITY/);
});

test('errors of services, of resolvers and of values are what they are in planned operations', async () => {
  const graph = await serve();
  graph.services.catalogue!.returns = () => ({
    data: { product: null },
    errors: [{ message: 'lost', path: ['product'], extensions: { errorType: 'NOT_FOUND', detail: 7, trace: 'x' } }],
  });
  const { errors, text } = await graph.query('{ product(upc: 1) { margin } own odd }');
  expect(errors?.map(({ path, extensions }) => [path[0], extensions])).toEqual(
    expect.arrayContaining([
      ['product', { code: 'NOT_FOUND', subgraph: 'catalogue', detail: 7 }],
      ['own', { code: 'RESOLVER_ERROR' }],
      ['odd', { code: 'INTERNAL_SERVER_ERROR', reference: expect.any(String) }],
    ]),
  );
  expect(text).not.toMatch(/private remark|trace/);
});

describe('fallback execution supports neither views nor unauthorized fields: the operation is rejected', () => {
  test.each([
    ['of a view', '/graphql/web', '{ product(upc: 1) { name gain } }', 'Product.gain'],
    ['with an unauthorized field', '/graphql', '{ product(upc: 1) { secret margin } }', 'Product.margin'],
  ])('%s, with the coordinate in the names of the client', async (_what, path, query, coordinate) => {
    const graph = await serve();
    const { data, errors, text } = await graph.query(query, { path });
    expect(data).toBeUndefined();
    expect(errors).toEqual([
      {
        message: `This operation cannot be planned: ${coordinate} cannot be reached from where it is selected.`,
        extensions: { code: 'OPERATION_NOT_PLANNABLE' },
      },
    ]);
    expect(text).not.toMatch(/catalogue|vendors/);
    expect(graph.services.catalogue?.requests).toEqual([]);
  });
});
