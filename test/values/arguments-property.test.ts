// A property of arguments: for random literals, variables and defaults, a service gets what graphql-js on one schema
// would have given its resolver, and every upstream request is valid for the service's schema.
import { buildASTSchema, buildSchema, graphqlSync, parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { parseSdl } from '../../gateway/compose/sdl.ts';
import { Random } from '../differential/random.ts';
import { executing } from './graphql-service.ts';
import { type ServedGraph, serveGraph } from './served-graph.ts';

const ordersOwn = `
  enum Status { NEW SHIPPED }
  input Range { from: Int! = 1  to: Int  tags: [String!]  of: [Status!] = [NEW]  inner: Range  any: JSON }`;
const ordersField = 'orders(status: Status, range: Range, ids: [ID!], n: Int! = 10, list: [[Int]], any: JSON): String';
const searchOwn = 'input Where { any: JSON!  text: String = "t"  inner: [Where!]  ids: [ID!]! = ["d"] }';
const searchField =
  'search(filter: JSON, more: [JSON!], where: Where, fresh: Boolean! = true, ids: [ID!]! = ["d"]): String';
const match = 'match(filter: JSON, text: String, ids: [ID!]): String';

const ordersSdl = `scalar JSON ${ordersOwn} type Query { ${ordersField}  order: Order } type Order { id: ID! }`;
const searchSdl = `scalar JSON ${searchOwn}
  type Query { ${searchField}  _orders(ids: [ID!]!): [Order]! @merge(keyField: "id") } type Order { id: ID!  ${match} }`;
const oneSchema = buildSchema(`scalar JSON ${ordersOwn} ${searchOwn}
  type Query { ${ordersField}  ${searchField}  order: Order } type Order { id: ID!  ${match} }`);

const echo = (args: object) => JSON.stringify(args);
const order = { id: '1', match: echo };

interface Variable {
  name: string;
  type: string;
  definition: string;
  value: unknown;
}

class Generator {
  readonly #random: Random;
  #variables: Variable[] = [];

  constructor(seed: number) {
    this.#random = new Random(seed);
  }

  operation(): { query: string; variables: Record<string, unknown> } {
    this.#variables = Array.from({ length: this.#random.between(1, 5) }, (_, index) => this.#variable(index));
    const fields = Array.from({ length: this.#random.between(1, 3) }, (_, index) => {
      const kind = this.#random.pick(['orders', 'search', 'match'] as const);
      if (kind === 'orders')
        return `f${index}: orders${this.#arguments(['status: Status', 'range: Range', 'ids: [ID!]', 'n: Int!', 'list: [[Int]]', 'any: JSON'])}`;
      if (kind === 'search')
        return `f${index}: search${this.#arguments(['filter: JSON', 'more: [JSON!]', 'where: Where', 'fresh: Boolean!', 'ids: [ID!]!'])}`;
      return `f${index}: order { id m: match${this.#arguments(['filter: JSON', 'text: String', 'ids: [ID!]'])} }`;
    });
    const text = fields.join(' ');
    // Variables that are not used are not valid.
    const used = this.#variables.filter(({ name }) => new RegExp(`\\$${name}\\b`).test(text));
    const header = used.length === 0 ? '' : `(${used.map(({ definition }) => definition).join(', ')})`;
    const given = used.filter(({ value }) => value !== undefined).map(({ name, value }) => [name, value]);
    return { query: `query ${header} { ${text} }`, variables: Object.fromEntries(given) };
  }

  #variable(index: number): Variable {
    const named = this.#random.pick([
      'Status',
      'Range',
      '[ID!]',
      'Int',
      '[Int]',
      'JSON',
      'String',
      'Boolean',
      'ID',
      'Where',
      '[Status!]',
    ]);
    const isNonNull = this.#random.chance(0.3);
    const name = `x${index}`;
    const hasDefault = this.#random.chance(0.3);
    const written = hasDefault ? ` = ${this.#literal(named, 1, false)}` : '';
    const value =
      isNonNull && !hasDefault
        ? this.#value(named, 2)
        : this.#random.pick([undefined, this.#value(named, 2), this.#value(named, 2), isNonNull ? undefined : null]);
    const type = `${named}${isNonNull ? '!' : ''}`;
    return { name, type: named, definition: `$${name}: ${type}${written}`, value };
  }

  #arguments(all: readonly string[]): string {
    const chosen = all
      .filter(() => this.#random.chance(0.6))
      .map((argument) => argument.split(': ') as [string, string]);
    if (chosen.length === 0) return '';
    return `(${chosen.map(([name, type]) => `${name}: ${this.#literal(type, 3, true)}`).join(', ')})`;
  }

  #literal(type: string, depth: number, mayVary: boolean): string {
    const bare = type.replace(/!$/, '');
    if (mayVary && this.#random.chance(0.35)) {
      const fitting = this.#variables.filter((variable) => variable.type === bare || (bare === 'JSON' && depth < 3));
      if (fitting.length > 0) return `$${this.#random.pick(fitting).name}`;
    }
    if (bare === type && this.#random.chance(0.08)) return 'null';
    if (bare.startsWith('[')) {
      const item = bare.slice(1, -1);
      const length = depth > 0 ? this.#random.between(0, 2) : 0;
      return `[${Array.from({ length }, () => this.#literal(item, depth - 1, mayVary)).join(', ')}]`;
    }
    if (bare === 'Range') {
      return this.#object(
        depth,
        mayVary,
        ['from: Int!', 'to: Int', 'tags: [String!]', 'of: [Status!]', 'inner: Range', 'any: JSON'],
        [],
      );
    }
    if (bare === 'Where')
      return this.#object(depth, mayVary, ['text: String', 'inner: [Where!]', 'ids: [ID!]!'], ['any: JSON!']);
    if (bare === 'JSON' && depth > 0 && this.#random.chance(0.7)) {
      return this.#random.chance(0.7)
        ? this.#object(depth, mayVary, ['a: JSON', 'b: JSON', 'c: JSON'], [])
        : `[${Array.from({ length: 2 }, () => this.#literal('JSON', depth - 1, false)).join(', ')}]`;
    }
    return this.#leaf(bare);
  }

  #object(depth: number, mayVary: boolean, optional: readonly string[], required: readonly string[]): string {
    const chosen = [...required, ...optional.filter(() => depth > 0 && this.#random.chance(0.5))];
    const fields = chosen.map((field) => field.split(': ') as [string, string]);
    return `{${fields.map(([name, type]) => `${name}: ${this.#literal(type, depth - 1, mayVary)}`).join(', ')}}`;
  }

  #leaf(type: string): string {
    const pick = (texts: readonly string[]) => this.#random.pick(texts);
    if (type === 'Status') return pick(['NEW', 'SHIPPED']);
    if (type === 'Int') return String(this.#random.between(-9, 99));
    if (type === 'Boolean') return pick(['true', 'false']);
    if (type === 'ID') return pick(['7', '"7"', '"x y"']);
    if (type === 'String') return pick(['"s"', '"a\\"b\\u00e9"', '"""block"""', '""']);
    return pick(['1', '10.50', '"j"', 'true', 'LIVE', '[]', '{}', '-1e2']);
  }

  #value(type: string, depth: number): unknown {
    if (type.startsWith('[')) {
      const item = type.slice(1, -1).replace(/!$/, '');
      const list = Array.from({ length: this.#random.between(0, 2) }, () => this.#value(item, depth - 1));
      // A single item is a list of one.
      return this.#random.chance(0.2) ? this.#value(item, depth - 1) : list;
    }
    const deep = depth > 0;
    if (type === 'Range') {
      return this.#random.pick([
        {},
        { from: 3 },
        { to: 2, tags: ['v'], ...(deep && { inner: this.#value('Range', depth - 1) }) },
        { any: { q: [1, 'LIVE'] } },
      ]);
    }
    if (type === 'Where')
      return { any: this.#value('JSON', depth - 1), ...(this.#random.chance(0.5) && { text: 'w' }) };
    if (type === 'Status') return this.#random.pick(['NEW', 'SHIPPED']);
    if (type === 'Int') return this.#random.between(-9, 99);
    if (type === 'Boolean') return this.#random.chance(0.5);
    if (type === 'ID') return this.#random.pick(['i', 5]);
    if (type === 'String') return this.#random.pick(['s', 'é"\\']);
    return this.#random.pick<unknown>([1, 'j', [null, { k: 1 }], { n: { m: [] } }, 2.5]);
  }
}

/** Arguments in a response, as objects: their order is no matter. */
function parsed(data: unknown): unknown {
  return JSON.parse(JSON.stringify(data ?? null), (_, value) =>
    typeof value === 'string' && value.startsWith('{') ? JSON.parse(value) : value,
  );
}

async function serve(): Promise<ServedGraph> {
  const graph = await serveGraph({ services: { orders: ordersSdl, search: searchSdl } });
  const { orders, search } = graph.services;
  if (orders) orders.returns = executing(ordersSdl, { orders: echo, order: { id: '1' } });
  const _orders = ({ ids }: { ids: string[] }) => ids.map((id) => ({ ...order, id }));
  if (search) search.returns = executing(searchSdl, { search: echo, _orders });
  return graph;
}

const OPERATIONS = 200;

test('random operations', { timeout: 120_000 }, async () => {
  const graph = await serve();
  const schemas = { orders: buildASTSchema(parseSdl(ordersSdl, '')), search: buildASTSchema(parseSdl(searchSdl, '')) };
  const seen = { executed: 0, withErrors: 0, made: 0 };
  for (let seed = 1; seen.executed < OPERATIONS && seed < 20_000; seed += 1) {
    const { query, variables } = new Generator(seed).operation();
    if (validate(oneSchema, parse(query)).length > 0) continue;
    const rootValue = { orders: echo, search: echo, order };
    const expected = graphqlSync({ schema: oneSchema, source: query, variableValues: variables, rootValue });
    const what = `seed ${seed}: ${query} ${JSON.stringify(variables)}`;
    const { data, errors = [] } = await graph.query(query, { variables });
    seen.executed += 1;
    expect(parsed(data), what).toEqual(parsed(expected.data));
    const paths = (all: readonly { path?: readonly unknown[] }[]) =>
      new Set(all.map(({ path }) => JSON.stringify(path)));
    expect(paths(errors), what).toEqual(paths(expected.errors ?? []));
    for (const { extensions } of errors) expect(extensions.code, what).toBe('BAD_USER_INPUT');
    seen.withErrors += errors.length > 0 ? 1 : 0;
    for (const [name, schema] of Object.entries(schemas)) {
      for (const request of graph.services[name]?.requests.splice(0) ?? []) {
        expect(validate(schema, parse(request.query)), `${what} sent ${request.query}`).toEqual([]);
        seen.made += request.query.includes('$a0') ? 1 : 0;
      }
    }
  }
  // The generator reaches what it is for.
  expect(seen.executed).toBe(OPERATIONS);
  expect(seen.withErrors).toBeGreaterThan(5);
  expect(seen.made).toBeGreaterThan(20);
});
