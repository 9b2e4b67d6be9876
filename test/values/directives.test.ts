// Directives that clients write: they have the effect that the service gives them, or the operation is rejected.
import {
  buildASTSchema,
  type GraphQLResolveInfo,
  getDirectiveValues,
  graphqlSync,
  type OperationDefinitionNode,
} from 'graphql';
import { describe, expect, test } from 'vitest';
import { parseSdl } from '../../gateway/compose/sdl.ts';
import { type ServedGraphOptions, type Service, serveGraph } from './served-graph.ts';

const shared = `
  directive @shout(times: Int! = 1) repeatable on FIELD
  directive @inContext(country: Country, filter: JSON) on QUERY | MUTATION
  enum Country { DE FR }
  scalar JSON`;
const shopSdl = `${shared}
  directive @labelled(as: Label!) on FIELD | FRAGMENT_SPREAD | INLINE_FRAGMENT
  directive @onFragments on FRAGMENT_SPREAD | FRAGMENT_DEFINITION | VARIABLE_DEFINITION
  enum Label { FIRST SECOND }
  type Query { price: String  product: Product  all: [Thing] }
  type Mutation { buy: String }
  union Thing = Product | Shop
  type Product { id: ID!  title: String  maker: Maker }
  type Maker { name: String }
  type Shop { title: String }`;
const stockSdl = `${shared}
  type Query { _products(ids: [ID!]!): [Product]! @merge(keyField: "id")  depots: String  plain: String }
  type Product @cacheControl(maxAge: 60) { id: ID!  depot: String  place: Place }
  type Place { street: String }`;
/** The same name, another definition. */
const notesSdl = `
  directive @shout(loud: Boolean) on FIELD
  type Query { note: String  _products(ids: [ID!]!): [Product]! @merge(keyField: "id") }
  type Product { id: ID!  note: String }`;

/**
 * Executes a schema in which `@shout` makes letters large, `@labelled` sets a label before, `@inContext` a country
 * behind.
 */
function following(sdl: string, root: Record<string, unknown>): Service['returns'] {
  const schema = buildASTSchema(parseSdl(sdl, 'service'));
  const resolve = (source: Record<string, unknown>, args: object, _: unknown, info: GraphQLResolveInfo): unknown => {
    const value = source[info.fieldName];
    const found = typeof value === 'function' ? value(args) : value;
    if (typeof found !== 'string' || info.fieldName === 'id') return found;
    const { variableValues, operation } = info;
    const values = (name: string, node: Parameters<typeof getDirectiveValues>[1]) => {
      const directive = schema.getDirective(name);
      return directive ? getDirectiveValues(directive, node, variableValues) : undefined;
    };
    let text = found;
    for (const node of info.fieldNodes) {
      const shout = values('shout', node);
      if (shout) text = `${text.toUpperCase()}${'!'.repeat(Number(shout.times))}`;
      const label = values('labelled', node);
      if (label) text = `${label.as}:${text}`;
    }
    const context = values('inContext', operation as OperationDefinitionNode);
    return context ? `${text}/${JSON.stringify(context)}` : text;
  };
  return ({ query, variables }) => {
    const fields = { schema, source: query, variableValues: variables, rootValue: root, fieldResolver: resolve };
    const { data, errors } = graphqlSync(fields);
    return { ...(data !== undefined && { data }), ...(errors && { errors: errors.map((error) => error.toJSON()) }) };
  };
}

async function serve(more: Partial<ServedGraphOptions> = {}) {
  const graph = await serveGraph({ services: { shop: shopSdl, stock: stockSdl, notes: notesSdl }, ...more });
  const { shop, stock, notes } = graph.services;
  const product = { __typename: 'Product', id: '1', title: 'tee', maker: { name: 'knit' } };
  const all = [product, { __typename: 'Shop', title: 'corner' }];
  if (shop) shop.returns = following(shopSdl, { price: 'eur', product, all, buy: 'bought' });
  const rows = ({ ids }: { ids: string[] }) =>
    ids.map((id) => ({ id, depot: 'north', place: { street: 'long' }, note: 'n' }));
  if (stock) stock.returns = following(stockSdl, { _products: rows, depots: 'two', plain: 'plain' });
  if (notes) notes.returns = following(notesSdl, { note: 'hm', _products: rows });
  return graph;
}

const context = (country: string) => `/{"country":"${country}"}`;

describe('on fields', () => {
  test.for([
    ['with and without, two fields', '{ product { title a: title @shout } }', { product: { title: 'tee', a: 'TEE!' } }],
    [
      'with different arguments',
      '{ product { title @shout a: title @shout(times: 2) } }',
      { product: { title: 'TEE!', a: 'TEE!!' } },
    ],
    ['of a variable', 'query ($t: Int!) { product { title @shout(times: $t) } }', { product: { title: 'TEE!!!' } }],
    [
      'of a variable that is not given',
      'query ($u: Int) { product { title @shout(times: $u) } }',
      { product: { title: 'TEE!' } },
    ],
    [
      'of an enum',
      'query ($l: Label!) { product { title @labelled(as: $l) b: title @labelled(as: FIRST) } }',
      { product: { title: 'SECOND:tee', b: 'FIRST:tee' } },
    ],
    ['of an entity', '{ product { depot @shout c: depot } }', { product: { depot: 'NORTH!', c: 'north' } }],
    ['below an entity', '{ product { place { street @shout } } }', { product: { place: { street: 'LONG!' } } }],
    [
      'in a fragment',
      '{ product { ...F } } fragment F on Product { title @shout depot @shout }',
      { product: { title: 'TEE!', depot: 'NORTH!' } },
    ],
    [
      'on members of a union',
      '{ all { ... on Product { title @shout } ... on Shop { title } } }',
      { all: [{ title: 'TEE!' }, { title: 'corner' }] },
    ],
    [
      'on a field with a selection',
      '{ product @shout { maker @shout { name } other: maker { name @shout } } }',
      { product: { maker: { name: 'knit' }, other: { name: 'KNIT!' } } },
    ],
    [
      'on one of two mentions',
      '{ product { title ...F } } fragment F on Product { title @shout }',
      { product: { title: 'TEE!' } },
    ],
    [
      'on one of two mentions of an object',
      '{ product { maker { name } maker @shout { name @shout } } }',
      { product: { maker: { name: 'KNIT!' } } },
    ],
    [
      'beside a condition',
      'query ($y: Boolean!) { product { title @shout @include(if: $y) a: title @skip(if: $y) @shout } }',
      { product: { title: 'TEE!' } },
    ],
    [
      'of root fields of two services',
      '{ price @shout depots @shout plain }',
      { price: 'EUR!', depots: 'TWO!', plain: 'plain' },
    ],
  ] as const)('%s', async ([, query, expected]) => {
    const graph = await serve();
    const { data, errors } = await graph.query(query, { variables: { t: 3, l: 'SECOND', y: true } });
    expect(errors).toBeUndefined();
    expect(data).toEqual(expected);
  });

  test('a null where none is allowed is an error of the client’s', async () => {
    const graph = await serve();
    const query = 'query ($t: Int) { product { id title @shout(times: $t) } }';
    const { data, errors } = await graph.query(query, { variables: { t: null } });
    expect(data).toEqual({ product: { id: '1', title: null } });
    expect(errors).toMatchObject([{ path: ['product', 'title'], extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  test('through a view', async () => {
    const view = {
      include: ['Query', 'Product'],
      rename: { fields: { 'Product.title': 'name' }, types: { Label: 'Tag' } },
    };
    const graph = await serve({ view });
    const query = 'query ($l: Tag!) { product { name @labelled(as: $l) depot @shout } }';
    const { data } = await graph.query(query, { path: '/graphql/web', variables: { l: 'FIRST' } });
    expect(data).toEqual({ product: { name: 'FIRST:tee', depot: 'NORTH!' } });
  });
});

describe('on operations', () => {
  test('a query’s goes to every service that defines it, for entities too', async () => {
    const graph = await serve();
    for (const country of ['DE', 'FR']) {
      const query = 'query P($c: Country) @inContext(country: $c) { price product { title depot } note }';
      const { data } = await graph.query(query, { variables: { c: country } });
      const product = { title: `tee${context(country)}`, depot: `north${context(country)}` };
      expect(data).toEqual({ price: `eur${context(country)}`, product, note: 'hm' });
    }
    expect(graph.services.notes?.requests.every(({ query }) => !query.includes('@'))).toBe(true);
  });

  test('a mutation’s', async () => {
    const graph = await serve();
    const { data } = await graph.query('mutation @inContext(country: FR) { buy }');
    expect(data).toEqual({ buy: `bought${context('FR')}` });
  });

  test('a variable in a literal of a custom scalar', async () => {
    const graph = await serve();
    const query = 'query ($l: Label) @inContext(filter: {label: $l}) { plain }';
    const { data } = await graph.query(query, { variables: { l: 'FIRST' } });
    expect(data).toEqual({ plain: 'plain/{"filter":{"label":"FIRST"}}' });
  });

  test('cached entities and responses are those of the same directives', async () => {
    const graph = await serve({ config: { cache: { entities: true, responses: true } } });
    for (const [directive, behind] of [
      ['', ''],
      ['@inContext(country: DE)', context('DE')],
      ['@inContext(country: FR)', context('FR')],
      ['', ''],
    ]) {
      const { data } = await graph.query(`query ${directive} { product { depot a: depot @shout } }`);
      expect(data).toEqual({ product: { depot: `north${behind}`, a: `NORTH!${behind}` } });
    }
  });
});

describe('rejected, before anything is sent', () => {
  test.for([
    [
      'on a field of a service that does not define it',
      '{ depots @labelled(as: FIRST) }',
      /^@labelled cannot be used here: no service that serves this field/,
    ],
    ['on a field of a service that defines it otherwise', '{ note @shout }', /^@shout cannot be used here/],
    ['on an entity’s field', '{ product { title note @shout } }', /^@shout cannot be used here/],
    [
      'on an operation of another service',
      'query @inContext(country: DE) { note }',
      /^@inContext cannot be used here: no service that this operation/,
    ],
    [
      'on introspection',
      '{ price __typename @shout }',
      /^@shout cannot be used here: the gateway resolves introspection/,
    ],
    ['within introspection', '{ __schema { queryType @shout { name } } }', /^@shout cannot be used here/],
    ['on __typename below', '{ product { __typename @shout } }', /^@shout cannot be used here/],
    [
      'on an inline fragment',
      '{ product { ... @labelled(as: FIRST) { title } } }',
      /"@labelled" may not be used on INLINE_FRAGMENT/,
    ],
    [
      'on a fragment spread',
      '{ product { ...F @onFragments } } fragment F on Product { title }',
      /Unknown directive "@onFragments"/,
    ],
  ] as const)('%s', async ([, query, message]) => {
    const graph = await serve();
    const { data, errors } = await graph.query(query);
    expect(data).toBeUndefined();
    expect(errors).toMatchObject([
      { message: expect.stringMatching(message), extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
    ]);
    expect(Object.values(graph.services).flatMap(({ requests }) => requests)).toEqual([]);
  });
});

test('introspection shows the locations that have an effect', async () => {
  const graph = await serve();
  const { data } = await graph.query('{ __schema { directives { name locations } } }');
  const { directives } = (data as { __schema: { directives: { name: string; locations: string[] }[] } }).__schema;
  const own = directives.filter(({ name }) => /shout|inContext|labelled|onFragments/.test(name));
  expect(own.sort((one, other) => (one.name < other.name ? -1 : 1))).toEqual([
    { name: 'inContext', locations: ['MUTATION', 'QUERY'] },
    { name: 'labelled', locations: ['FIELD'] },
    { name: 'shout', locations: ['FIELD'] },
  ]);
});
