// Directives in a federated graph: a supergraph has those that all its subgraphs define, and each of them is sent them.
import { expect, test } from 'vitest';
import { supergraphOf } from './federated.ts';
import { type ServiceRequest, serveGraph } from './served-graph.ts';

const supergraph = supergraphOf(
  ['catalogue', 'stock'],
  `directive @shout(times: Int, style: Style) on FIELD | INLINE_FRAGMENT
  directive @inContext(country: String!) on QUERY
  enum Style @join__type(graph: CATALOGUE) @join__type(graph: STOCK) {
    LARGE @join__enumValue(graph: CATALOGUE) @join__enumValue(graph: STOCK)
  }
  type Query @join__type(graph: CATALOGUE) @join__type(graph: STOCK) {
    item: Item @join__field(graph: CATALOGUE)
  }
  type Item @join__type(graph: CATALOGUE, key: "id") @join__type(graph: STOCK, key: "id") {
    id: ID!
    name: String @join__field(graph: CATALOGUE)
    depot: String @join__field(graph: STOCK)
  }`,
);

test('each subgraph is sent the directives of its fields, and those of the operation', async () => {
  const graph = await serveGraph({ services: { catalogue: '', stock: '' }, supergraph });
  const { catalogue, stock } = graph.services;
  if (!catalogue || !stock) return;
  /** The value of a field, by the directives in the request. */
  const text = (value: string, { query, variables }: ServiceRequest) => {
    const times = Object.values(variables).find((each) => typeof each === 'number');
    const shouted = /@shout\(times: \$\w+, style: LARGE\)/.test(query)
      ? value.toUpperCase() + '!'.repeat(Number(times))
      : value;
    return `${shouted}/${/^query[^{]*@inContext\(country: "(\w+)"\)/.exec(query)?.[1]}`;
  };
  catalogue.returns = (request) => ({ data: { item: { __typename: 'Item', id: '1', name: text('tee', request) } } });
  stock.returns = (request) => ({ data: { _entities: [{ __typename: 'Item', depot: text('north', request) }] } });
  for (const [t, country] of [
    [1, 'DE'],
    [2, 'FR'],
  ] as const) {
    const query = `query ($t: Int) @inContext(country: "${country}") {
      item { name @shout(times: $t, style: LARGE) depot @shout(times: $t, style: LARGE) } }`;
    const { data } = await graph.query(query, { variables: { t } });
    const marks = '!'.repeat(t);
    expect(data).toEqual({ item: { name: `TEE${marks}/${country}`, depot: `NORTH${marks}/${country}` } });
  }
  const { errors } = await graph.query('{ item { ... @shout { name } } }');
  expect(errors).toMatchObject([{ message: 'Directive "@shout" may not be used on INLINE_FRAGMENT.' }]);
});
