// Fields with the names that the gateway generates where a field is requested twice: each has its own value.
import { expect, test } from 'vitest';
import { supergraphOf } from './federated.ts';
import { executing } from './graphql-service.ts';
import { type Service, serveGraph } from './served-graph.ts';

/** Changes with each query, so that nothing can be right by chance. */
let turn = 0;

const stars = {
  _0: () => `_0.${turn}`,
  _1: () => `_1.${turn}`,
  _: () => `_.${turn}`,
  v0: () => `v0.${turn}`,
  share: ({ of }: { of: number }) => `share ${of}.${turn}`,
};
const starsSdl = 'type Stars { _0: String  _1: String  _: String  v0: String  share(of: Int): String }';

test.for([
  ['before', '_0 one: _1 _ v0 a: share(of: 1) b: share(of: $n) c: share(of: 3)'],
  ['after', 'a: share(of: 1) b: share(of: $n) c: share(of: 3) _0 one: _1 _ v0'],
  ['among', 'a: share(of: 1) ...F c: share(of: 3) _ v0'],
] as [string, string][])('written %s those that are requested twice', async ([, fields]) => {
  const own = `type Query { product: Product } type Product { id: ID!  stars: Stars } ${starsSdl}`;
  const other = `
    type Query { _products(ids: [ID!]!): [Product] @merge(keyField: "id") }
    type Product { id: ID!  more: Stars  _0(of: Int): String }
    ${starsSdl}`;
  const view = { include: ['*'], rename: { fields: { 'Stars.share': '_2', 'Stars._0': '_3' } } };
  const graph = await serveGraph({ services: { own, other }, view });
  const services = graph.services as Record<'own' | 'other', Service>;
  const second = ({ of }: { of: number }) => `second ${of}`;
  services.own.returns = executing(own, { product: { id: 'p', stars } });
  services.other.returns = executing(other, { _products: () => [{ id: 'p', more: stars, _0: second }] });
  const text = `query ($n: Int = 2) {
    product { stars { ${fields} } more { ${fields} } id: _0(of: 1) x: _0(of: 2) _1: id }
  } fragment F on Stars { _0 one: _1 b: share(of: $n) }`;
  const query = fields.includes('...F') ? text : text.replace(/ fragment .*/, '');
  const inView = query.replaceAll('share', '_2').replaceAll(/_0(?!\()/g, '_0: _3');
  for (const [path, sent] of [
    ['/graphql', query],
    ['/graphql/web', inView],
  ] as const) {
    turn += 1;
    const { data } = await graph.query(sent, { path });
    const values = Object.fromEntries(
      ['_0', '_', 'v0'].map((name) => [name, `${name}.${turn}`]).concat([['one', `_1.${turn}`]]),
    );
    const place = { ...values, a: `share 1.${turn}`, b: `share 2.${turn}`, c: `share 3.${turn}` };
    expect(data).toEqual({ product: { stars: place, more: place, id: 'second 1', x: 'second 2', _1: 'p' } });
  }
});

test('of the members of a union in a supergraph', async () => {
  turn += 1;
  const service = `
    type Query { found: [Found] }
    union Found = A | B
    type A { _0: Int  v(n: Int): String }
    type B { v(n: Int): String  _1: Boolean }`;
  const supergraph = supergraphOf(
    ['own'],
    service
      .replace('Query', 'Query @join__type(graph: OWN)')
      .replace(
        'Found =',
        'Found @join__type(graph: OWN) @join__unionMember(graph: OWN, member: "A") @join__unionMember(graph: OWN, member: "B") =',
      )
      .replaceAll(/type ([AB])/g, 'type $1 @join__type(graph: OWN)'),
  );
  const graph = await serveGraph({ services: { own: service }, supergraph });
  const v = ({ n }: { n: number }) => `v ${n}.${turn}`;
  const found = [
    { __typename: 'A', _0: turn, v },
    { __typename: 'B', _1: true, v },
  ];
  (graph.services.own as Service).returns = executing(service, { found });
  for (const query of [
    '{ found { ... on B { a: v(n: 1) b: v(n: 2) c: v(n: 3) _1 } ... on A { _0 a: v(n: 4) b: v(n: 5) } } }',
    '{ found { ... on A { _0 a: v(n: 4) b: v(n: 5) } ... on B { _1 a: v(n: 1) b: v(n: 2) c: v(n: 3) } } }',
  ]) {
    const { data } = await graph.query(query);
    const of = (n: number) => v({ n });
    expect(data).toEqual({
      found: [
        { _0: turn, a: of(4), b: of(5) },
        { a: of(1), b: of(2), c: of(3), _1: true },
      ],
    });
  }
});
