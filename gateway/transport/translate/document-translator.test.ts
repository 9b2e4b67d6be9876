// Translation of requests to services of other protocols: equal to what graphql-js executes over the same values.
import { buildSchema, executeSync, parse } from 'graphql';
import { expect, test } from 'vitest';
import { DocumentTranslator } from './document-translator.ts';
import { type ResolveField, resolveFields } from './resolve-fields.ts';
import { TranslatedResponse } from './translated-response.ts';
import { JsonShape } from './value-shape.ts';

const schema = buildSchema(`
  scalar JSON
  enum Order { NEWEST OLDEST }
  input Range { from: Int = 1, to: Int, inner: Range, tags: [String!] = ["a"] }
  interface Node { id: ID! }
  union Found = Product | Shop
  type Product implements Node { id: ID! name: String price: JSON similar: [Product!] matrix: [[Shop]] maker: Shop }
  type Shop implements Node { id: ID! name: String constructor: String toString: String open: Boolean }
  type Query {
    product(id: ID!, order: Order = NEWEST, range: Range = { to: 5 }, first: Int): Product
    products(ids: [ID!]!): [Product]
    found: [Found]
    node: Node
    count: Int
  }
  type Mutation { add(n: Int): Int }
`);

const shop = { __typename: 'Shop', id: 's', name: 'Ex "Libris"', open: true };
const product = {
  ...{ __typename: 'Product', id: 'p1', name: null, price: { amount: 1, list: [1, { a: 2 }] } },
  ...{ similar: [{ id: 'p2' }, { id: 'p3', maker: shop }], matrix: [[shop, null], null, []], maker: shop },
};

const translator = new DocumentTranslator(schema, () => new JsonShape());

function translate(query: string, variables?: string) {
  const given = variables === undefined ? '' : `,"variables":${variables}`;
  return new TranslatedResponse(translator.translate(`{"query":${JSON.stringify(query)}${given}}`));
}

function respond(query: string, variables: string | undefined, root: Record<string, unknown>) {
  const response = translate(query, variables);
  for (const field of response.fields) response.set(field, root[field.name]);
  return response.toResponse();
}

test.each([
  ['{ product(id: 1) { id name price } count }', undefined],
  ['query Q { a: product(id: 1) { b: id c: __typename } d: __typename }', undefined],
  ['{ product(id: 1) { similar { id name maker { id open } } matrix { id } } }', undefined],
  [
    '{ product(id: 1) { id ...P } product(id: 1) { name maker { id } } } fragment P on Product { maker { name } }',
    '{}',
  ],
  ['{ found { __typename ... on Product { id price } ... on Shop { key: id } ... on Node { id } } }', undefined],
  ['{ node { id ... on Found { ... on Shop { name } } ...N } } fragment N on Node { again: id }', undefined],
  ['query ($no: Boolean!) { count @skip(if: $no) product(id: 1) @include(if: $no) { id } }', '{"no":true}'],
  ['query ($no: Boolean!) { product(id: 1) { id name @skip(if: $no) name } }', '{"no":true}'],
  [
    'query ($no: Boolean!) { product(id: 1) { maker @skip(if: $no) { id } maker @include(if: true) { name } } }',
    '{"no":true}',
  ],
  ['query ($no: Boolean! = true) { product(id: 1) { ... @skip(if: $no) { id } maker { id @skip(if: $no) } } }', '{}'],
  ['{ product(id: 1) { id @include(if: false) maker { ... @skip(if: true) { id } name } } }', undefined],
  ['{ product(id: 1) { maker { constructor toString __proto: id } } }', undefined],
])('%s selects what graphql-js selects', (query, variables) => {
  const root = { product, products: [product, null], found: [shop, product, null], node: shop, count: 3 };
  const executed = executeSync({
    ...{ schema, document: parse(query), variableValues: JSON.parse(variables ?? '{}'), rootValue: root },
    // Inherited functions are no values.
    fieldResolver: (source, _args, _context, info) =>
      Object.hasOwn(source, info.fieldName) ? source[info.fieldName] : null,
  });
  // With its order.
  expect(JSON.stringify(respond(query, variables, root))).toBe(JSON.stringify(executed));
});

test('arguments have the defaults of the schema and of the document, single items as lists, and numbers with their text', () => {
  const args = (query: string, variables?: string) => {
    const response = translate(query, variables);
    return JSON.stringify(response.fields.map((field) => response.argumentsOf(field)));
  };
  expect(args('{ product(id: 1) { id } }')).toBe('[{"id":1,"order":"NEWEST","range":{"from":1,"to":5,"tags":["a"]}}]');
  expect(args('{ products(ids: "a") { id } }')).toBe('[{"ids":["a"]}]');
  expect(args('query ($n: [ID!]!) { products(ids: $n) { id } }', '{"n":[12345678901234567890,"1"]}')).toBe(
    '[{"ids":[12345678901234567890,"1"]}]',
  );
  const whole =
    'query ($o: Order, $r: Range, $f: Int = 7) { product(id: 12345678901234567890, order: $o, range: $r, first: $f) { id } }';
  expect(args(whole, '{}')).toBe(
    '[{"id":12345678901234567890,"order":"NEWEST","range":{"from":1,"to":5,"tags":["a"]},"first":7}]',
  );
  expect(args(whole, '{"o":null,"r":{"from":null,"inner":{"tags":"b"}},"f":null}')).toBe(
    '[{"id":12345678901234567890,"order":null,"range":{"from":null,"inner":{"from":1,"tags":["b"]},"tags":["a"]},"first":null}]',
  );
  expect(
    args(
      'query ($t: Int, $s: String) { product(id: 1, order: OLDEST, range: { to: $t, tags: ["x", $s] }) { id } }',
      '{}',
    ),
  ).toBe('[{"id":1,"order":"OLDEST","range":{"from":1,"tags":["x",null]}}]');
});

test('a response key that every JavaScript object has a member of is a key like any other', () => {
  const response = respond('{ __proto__: product(id: 1) { __proto__: id constructor: name } }', undefined, { product });
  expect(JSON.stringify(response)).toBe('{"data":{"__proto__":{"__proto__":"p1","constructor":null}}}');
});

test('values of another form than their type are passed on, for the check of the whole response', () => {
  const root = { product: 'text', products: { id: 1 }, count: [1] };
  expect(respond('{ product(id: 1) { id } products(ids: []) { id } count }', undefined, root)).toEqual({ data: root });
});

test('a value whose type is unknown is null, with an error at its place', () => {
  const found = [shop, { id: 'x' }, { __typename: 'Query' }, { __typename: 'constructor' }];
  const { data, errors } = respond('{ all: found { ... on Shop { id } } }', undefined, { found });
  expect(data).toEqual({ all: [{ id: 's' }, null, null, null] });
  expect(errors).toMatchObject([
    { message: 'The type of a value of Found cannot be determined.', path: ['all', 1] },
    {
      message: 'A value of Found is of another type.',
      path: ['all', 2],
      extensions: { code: 'SUBGRAPH_BAD_RESPONSE' },
    },
    { path: ['all', 3] },
  ]);
});

test('a field that fails is null, with an error at its place, beside the others', () => {
  const response = translate('mutation { a: add(n: 1) b: add(n: 2) }');
  const [a, b] = response.fields;
  response.fail(b!, { message: 'No.', extensions: { code: 'X' } });
  response.set(a!, 1);
  expect(response.toResponse()).toEqual({
    data: { a: 1, b: null },
    errors: [{ message: 'No.', path: ['b'], extensions: { code: 'X' } }],
  });
});

test('what is projected is new each time: marks on one response are not on another', () => {
  const [one, other] = [0, 1].map(() => respond('{ product(id: 1) { maker { id } } }', undefined, { product }));
  expect(one).toEqual(other);
  expect(one?.data?.product).not.toBe(other?.data?.product);
});

test('documents that the gateway would not send are rejected', () => {
  expect(() => translate('{ unknown }')).toThrow('There is no field Query.unknown.');
  expect(() => translator.translate('{"variables":{}}')).toThrow('The text of a request begins with its query.');
});

test('fields of a query are resolved side by side, those of a mutation in turn', () => {
  const begun: string[] = [];
  const pending: (() => void)[] = [];
  const resolve = (query: string) => {
    let data: unknown;
    const request = translator.translate(`{"query":${JSON.stringify(query)}}`);
    const resolveField: ResolveField = (field, response, done) => {
      begun.push(field.responseKey);
      pending.push(() => {
        response.set(field, begun.length);
        done();
      });
    };
    resolveFields(request, resolveField, (response) => {
      data = response.toResponse().data;
    });
    return () => data;
  };
  const query = resolve('{ a: count b: count c: __typename }');
  expect(begun).toEqual(['a', 'b']);
  pending.splice(0).forEach((end) => void end());
  expect(query()).toEqual({ a: 2, b: 2, c: 'Query' });
  begun.length = 0;
  const mutation = resolve('mutation { b: add a: add }');
  expect(begun).toEqual(['b']);
  pending.shift()?.();
  expect(begun).toEqual(['b', 'a']);
  expect(mutation()).toBeUndefined();
  pending.shift()?.();
  expect(JSON.stringify(mutation())).toBe('{"b":1,"a":2}');
  expect(resolve('{ __typename }')()).toEqual({ __typename: 'Query' });
});
