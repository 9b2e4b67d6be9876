// Default values of custom scalars: in introspection, SDL and composition as they are written, and left to the service
// where a client leaves an argument out.
import { parse, valueFromASTUntyped } from 'graphql';
import { expect, test } from 'vitest';
import type { ClientDefinition } from '../../gateway/client-views/definition.ts';
import { composeGraph } from '../../gateway/compose/graph.ts';
import { supergraphOf } from './federated.ts';
import { executing } from './graphql-service.ts';
import { type QueryOptions, type ServedGraph, serveGraph } from './served-graph.ts';

const inputs = `
  scalar JSON
  scalar Long
  enum Tone { SOFT LOUD }
  input Filter { limit: Long = 9007199254740993 options: JSON = { z: 10.50, a: [1, RED] } tone: Tone = LOUD inner: Inner = {} }
  input Inner { keys: [Long!] = [9007199254740993, 1] }
`;

const shop = `${inputs}
  directive @shout(how: JSON = { loud: [true] }) on FIELD
  type Query {
    object(x: JSON = { a: [1, { b: null }] }): String
    list(x: JSON = [1, 9007199254740993], y: [[JSON]] = 3): String
    big(x: Long = 9007199254740993, y: Long! = -1e400): String
    filter(x: Filter = { options: "none" }, y: [Filter!] = { limit: 1 }): String
    item: Item
    _items(ids: [ID!]!): [Item]! @merge(keyField: "id")
  }
  type Item { id: ID! priced(x: Long = 9007199254740993, f: Filter = {}): String }
`;

const stock = `${inputs}
  type Query { stocked: Item _stock(ids: [ID!]!): [Item]! @merge(keyField: "id") }
  type Item { id: ID! amount(x: JSON = { a: 1 }): Int priced(x: Long = 9007199254740993, f: Filter = {}): String }
`;

const inner = '{keys: [9007199254740993, 1]}';
const filterDefaults = {
  'Filter.limit': '9007199254740993',
  'Filter.options': '{z: 10.50, a: [1, RED]}',
  'Filter.tone': 'LOUD',
  'Filter.inner': inner,
  'Inner.keys': '[9007199254740993, 1]',
};
const expected = {
  ...filterDefaults,
  'Query.object.x': '{a: [1, {b: null}]}',
  'Query.list.x': '[1, 9007199254740993]',
  'Query.list.y': '[[3]]',
  'Query.big.x': '9007199254740993',
  'Query.big.y': '-1e400',
  'Query.filter.x': `{limit: 9007199254740993, options: "none", tone: LOUD, inner: ${inner}}`,
  'Query.filter.y': `[{limit: 1, options: {z: 10.50, a: [1, RED]}, tone: LOUD, inner: ${inner}}]`,
  'Item.priced.x': '9007199254740993',
  'Item.priced.f': `{limit: 9007199254740993, options: {z: 10.50, a: [1, RED]}, tone: LOUD, inner: ${inner}}`,
  'Item.amount.x': '{a: 1}',
  '@shout.how': '{loud: [true]}',
};

interface Introspected {
  __schema: {
    types: {
      name: string;
      fields: { name: string; args: { name: string; defaultValue: string }[] }[] | null;
      inputFields: { name: string; defaultValue: string }[] | null;
    }[];
    directives: { name: string; args: { name: string; defaultValue: string }[] }[];
  };
}

/** Texts of defaults by their places, but those of GraphQL's own directives. */
async function introspect(graph: ServedGraph, options?: QueryOptions): Promise<Record<string, string>> {
  const { data, errors } = await graph.query(
    `{ __schema {
      types { name fields { name args { name defaultValue } } inputFields { name defaultValue } }
      directives { name args { name defaultValue } }
    } }`,
    options,
  );
  expect(errors).toBeUndefined();
  const { types, directives } = (data as Introspected).__schema;
  const all = [
    ...types
      .filter(({ name }) => !name.startsWith('__'))
      .flatMap(({ name, fields, inputFields }) => [
        ...(fields ?? []).flatMap((field) =>
          field.args.map((arg) => [`${name}.${field.name}.${arg.name}`, arg.defaultValue]),
        ),
        ...(inputFields ?? []).map((field) => [`${name}.${field.name}`, field.defaultValue]),
      ]),
    ...directives
      .filter(({ name }) => name !== 'deprecated')
      .flatMap(({ name, args }) => args.map((arg) => [`@${name}.${arg.name}`, arg.defaultValue])),
  ];
  return Object.fromEntries(all.filter(([, text]) => text !== null));
}

/** A value as text, whatever the order of an object's fields; numbers as text. */
function meaning(text: string): unknown {
  const quoted = text.replaceAll(/-?\b\d[\w.+-]*/g, (number) => `"number ${number}"`);
  const [definition] = parse(`{ f(x: ${quoted}) }`).definitions;
  return definition?.kind === 'OperationDefinition' && definition.selectionSet.selections[0]?.kind === 'Field'
    ? valueFromASTUntyped(definition.selectionSet.selections[0].arguments?.[0]?.value as never)
    : null;
}

const meanings = (texts: Record<string, string>) =>
  Object.fromEntries(Object.entries(texts).map(([place, text]) => [place, meaning(text)]));

const compose = (services: Record<string, string>) => {
  return composeGraph(Object.entries(services).map(([name, sdl]) => ({ name, sdl })));
};

test('introspection and SDL show defaults of custom scalars as they are written, in inputs and lists too', async () => {
  const graph = await serveGraph({ services: { shop, stock } });
  expect(meanings(await introspect(graph))).toEqual(meanings({ ...expected, '@defer.if': 'true' }));

  const { sdl } = compose({ shop, stock });
  expect(sdl).toContain('object(x: JSON = {a: [1, {b: null}]}): String');
  expect(sdl).toContain('big(x: Long = 9007199254740993, y: Long! = -1e400): String');
  expect(sdl).toContain('options: JSON = {z: 10.50, a: [1, RED]}');
  expect(sdl).toContain('directive @shout(how: JSON = {loud: [true]}) on FIELD');
  expect(compose({ stock, shop }).sdl).toBe(sdl);
  // What is printed is what is read.
  expect(composeGraph([{ name: 'printed', sdl }]).sdl).toBe(sdl);
});

test('a view has the defaults under its names, and transforms of a service retain them', async () => {
  const view: ClientDefinition = {
    rename: {
      types: { Filter: 'By', JSON: 'Any' },
      fields: { 'Query.filter': 'find' },
      arguments: { 'Query.filter(x:)': 'by' },
      inputFields: { 'Filter.limit': 'max', 'Inner.keys': 'ids' },
      values: { 'Tone.LOUD': 'SOFT', 'Tone.SOFT': 'LOUD' },
    },
    exclude: ['Query.object'],
  };
  const settings = {
    shop: {
      transforms: {
        rename: {
          fields: { 'Query.big': 'large', 'Item.priced': 'shopPrice' },
          inputFields: { 'Filter.options': 'opts' },
          values: { 'Tone.LOUD': 'SHRILL' },
          types: { Filter: 'ShopFilter', Tone: 'ShopTone', Inner: 'Inner' },
        },
      },
    },
  };
  const viewed = await serveGraph({ services: { shop, stock }, view });
  const texts = await introspect(viewed, { path: '/graphql/web' });
  expect(meaning(texts['Query.find.by'] ?? '')).toEqual(
    meaning('{max: 9007199254740993, options: "none", tone: SOFT, inner: {ids: [9007199254740993, 1]}}'),
  );
  expect(texts['By.options']).toBe('{z: 10.50, a: [1, RED]}');
  expect(texts['By.max']).toBe('9007199254740993');

  const transformed = await introspect(await serveGraph({ services: { shop, stock }, settings }));
  expect(transformed['Query.large.x']).toBe('9007199254740993');
  expect(meaning(transformed['Query.filter.x'] ?? '')).toEqual(
    meaning(`{limit: 9007199254740993, opts: "none", tone: SHRILL, inner: ${inner}}`),
  );
});

test('a supergraph has the defaults of its SDL', async () => {
  const supergraph = supergraphOf(
    ['shop'],
    `scalar JSON @join__type(graph: SHOP) scalar Long @join__type(graph: SHOP)
     input In @join__type(graph: SHOP) { l: [Long] = [9007199254740993] }
     type Query @join__type(graph: SHOP) { a(x: JSON = { a: [9007199254740993] }, y: In = {}): String b(x: Long = 9007199254740993): String }`,
  );
  const graph = await serveGraph({ services: { shop: '' }, supergraph });
  expect(await introspect(graph)).toEqual({
    '@defer.if': 'true',
    'In.l': '[9007199254740993]',
    'Query.a.x': '{a: [9007199254740993]}',
    'Query.a.y': '{l: [9007199254740993]}',
    'Query.b.x': '9007199254740993',
  });
});

test('an argument is left to the service where a client does, and values of variables are sent as written', async () => {
  const graph = await serveGraph({ services: { shop, stock } });
  const { requests } = graph.services.shop!;
  graph.services.shop!.returns = executing(shop, { object: 'o', filter: 'f', big: 'b' });
  const sent = async (query: string) => {
    requests.length = 0;
    const { data } = await graph.query(query);
    expect(data).toMatchObject({ big: expect.any(String) });
    return requests.map(({ query, body }) => ({ query, body }));
  };
  for (const { query } of await sent('{ object big filter }')) expect(query).not.toContain('(');
  const given =
    await sent(`query($a: JSON = { a: [9007199254740993] }, $b: Long = 9007199254740993, $f: Filter = { limit: 9007199254740995, tone: SOFT }) {
    object(x: $a) big(x: $b) filter(x: $f) }`);
  const body = given.map((request) => request.body).join('\n');
  expect(body).toMatch(/\{\\?"?a\\?"?: ?\[9007199254740993\]\}/);
  expect(body).toMatch(/limit\\?"?: ?9007199254740995/);
  expect(body).toMatch(/(\$v1: Long = |"\w+":)9007199254740993/);
  expect(body).not.toMatch(/\d{12,}(?<!9007199254740993|9007199254740995)\b/);
});

test.each([
  ['Long', '9007199254740993', '9007199254740992', true],
  ['Long', '1', '1', false],
  ['JSON', '{ a: 1, b: [2] }', '{ b: [2], a: 1 }', false],
  ['JSON', '{ a: 1 }', '{ a: 2 }', true],
  ['JSON', '[1, 2]', '[2, 1]', true],
  ['JSON', 'RED', '"RED"', true],
  ['JSON', 'null', '{}', true],
  ['[Long]', '9007199254740993', '[9007199254740993]', false],
  ['Filter', '{ limit: 9007199254740993 }', '{ limit: 9007199254740992 }', true],
  ['Filter', '{}', '{ limit: 9007199254740993 }', false],
])('of two services, %s = %s and = %s conflict: %s', (type, one, other, isConflict) => {
  const service = (lookup: string, value: string) =>
    `${inputs} type Query { ${lookup}: T _${lookup}(ids: [ID!]!): [T]! @merge(keyField: "id") }
     type T { id: ID! f(x: ${type} = ${value}): Int }`;
  const services = { one: service('a', one), other: service('b', other) };
  if (isConflict) expect(() => compose(services)).toThrow(/T\.f\(x:\) has the default .* in one and the default/);
  else expect(compose(services).sdl).toContain(`f(x: ${type} = `);
});
