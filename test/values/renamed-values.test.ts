// Fields of inputs and values of enums under a client's names: in documents, variables, defaults, responses and
// introspection.
import { expect, test } from 'vitest';
import type { ClientDefinition } from '../../gateway/client-views/definition.ts';
import { executing } from './graphql-service.ts';
import { type ServedGraph, serveGraph } from './served-graph.ts';

const shop = `
  type Query {
    echo(filter: Filter = { state: OLD, below: { userId: 7 } }, states: [[State!]] = [[NEW]], id: Int): String
    state(state: State = NEW): State
    grid: [[State]]!
    found: [Found!]!
    item(key: ItemKey!): Item
    _items(keys: [ItemKey!]!): [Item]! @merge(match: POSITION)
  }
  input ItemKey { state: State! number: Int! }
  type Item @key(selectionSet: "{ state number }") { state: State! number: Int! name: String }
  type Mutation { set(input: Filter!): State @invalidates(type: "Item", id: "input.userId") }
  union Found = Item | Other
  type Other { state: State }
  enum State { NEW OLD GONE }
  input Filter { state: State = NEW userId: Int list: [Filter!] below: Filter }
`;
const stock = `
  type Query { _stock(keys: [ItemKey!]!): [Item]! @merge(match: POSITION) }
  input ItemKey { state: State! number: Int! }
  type Item @key(selectionSet: "{ state number }") { state: State! number: Int! amount: String }
  enum State { NEW OLD GONE }
`;

/** NEW and OLD are swapped. */
const view: ClientDefinition = {
  rename: {
    types: { State: 'Status' },
    inputFields: { 'Filter.userId': 'id', 'Filter.below': 'and', 'ItemKey.number': 'no' },
    values: { 'State.NEW': 'OLD', 'State.OLD': 'NEW', 'State.GONE': 'LOST' },
  },
};

interface Item {
  state: string;
  number: number;
}

let tick = 0;

async function serve(definition: ClientDefinition = view): Promise<ServedGraph> {
  const graph = await serveGraph({ services: { shop, stock }, view: definition });
  const item = ({ state, number }: Item) => ({
    __typename: 'Item',
    state,
    number,
    name: `${state} ${number} at ${tick}`,
  });
  graph.services.shop!.returns = executing(shop, {
    echo: (args: object) => JSON.stringify(args),
    state: ({ state }: { state: string }) => state,
    grid: [['NEW', null, 'OLD'], null, ['GONE']],
    found: () => [item({ state: 'OLD', number: 1 }), { __typename: 'Other', state: 'GONE' }],
    item: ({ key }: { key: Item }) => item(key),
    set: ({ input }: { input: { state: string } }) => input.state,
  });
  graph.services.stock!.returns = executing(stock, {
    _stock: ({ keys }: { keys: Item[] }) =>
      keys.map(({ state, number }) => ({ state, number, amount: `${state} ${number} in stock at ${tick}` })),
  });
  return graph;
}

const asClient = { path: '/graphql/web' };

test('literals, defaults of variables, and defaults of the schema', async () => {
  const { query } = await serve();
  const { data } = await query(
    `query ($filter: Filter = { state: NEW, and: { list: { id: 1, state: LOST } } }, $status: Status = OLD) {
       a: echo(filter: { id: 2, state: OLD, list: [{ and: { state: NEW } }] }, states: [[OLD, NEW]], id: 5)
       b: echo(filter: $filter, states: OLD)
       c: echo
       d: state(state: $status) e: state f: state(state: LOST)
     }`,
    asClient,
  );
  const { a, b, c, ...states } = data as Record<string, string>;
  expect(JSON.parse(a as string)).toEqual({
    filter: { userId: 2, state: 'NEW', list: [{ state: 'NEW', below: { state: 'OLD' } }] },
    states: [['NEW', 'OLD']],
    id: 5,
  });
  expect(JSON.parse(b as string)).toEqual({
    filter: { state: 'OLD', below: { state: 'NEW', list: [{ userId: 1, state: 'GONE' }] } },
    states: [['NEW']],
  });
  expect(JSON.parse(c as string)).toMatchObject({ filter: { state: 'OLD', below: { userId: 7 } } });
  expect(states).toEqual({ d: 'OLD', e: 'OLD', f: 'LOST' });
});

test('variables, in lists and inputs of any depth, with exact numbers beside them', async () => {
  const { query } = await serve();
  const document =
    'query ($filter: Filter, $states: [[Status!]], $id: Int) { echo(filter: $filter, states: $states, id: $id) }';
  const { data } = await query(document, {
    ...asClient,
    variables:
      '{"filter":{"state":"LOST","list":[{"id":3,"and":{"state":null}}]},"states":[["NEW"],null,["OLD","LOST"]],"id":1.0}',
  });
  expect(JSON.parse((data as { echo: string }).echo)).toEqual({
    filter: { state: 'GONE', list: [{ state: 'NEW', userId: 3, below: { state: null } }] },
    states: [['OLD'], null, ['NEW', 'GONE']],
    id: 1,
  });
});

test("responses, in lists of lists and unions, and through another service's key", async () => {
  const { query } = await serve();
  for (tick = 1; tick <= 2; tick += 1) {
    const { data, errors } = await query(
      `{ grid found { __typename ... on Item { state name amount } ... on Other { lost: state } }
         item(key: { state: OLD, no: 4 }) { state number amount } }`,
      asClient,
    );
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      grid: [['OLD', null, 'NEW'], null, ['LOST']],
      found: [
        { __typename: 'Item', state: 'NEW', name: `OLD 1 at ${tick}`, amount: `OLD 1 in stock at ${tick}` },
        { __typename: 'Other', lost: 'LOST' },
      ],
      item: { state: 'OLD', number: 4, amount: `NEW 4 in stock at ${tick}` },
    });
  }
});

test('mutations, and their errors for invalid names', async () => {
  const { query } = await serve();
  const document = 'mutation ($input: Filter!) { set(input: $input) }';
  expect((await query(document, { ...asClient, variables: { input: { id: 1, state: 'LOST' } } })).data).toEqual({
    set: 'LOST',
  });
  for (const input of [{ userId: 1 }, { state: 'GONE' }, { below: {} }]) {
    const { errors } = await query(document, { ...asClient, variables: { input } });
    expect(errors?.[0]?.extensions.code).toBe('BAD_USER_INPUT');
  }
});

test("a service's value that is not in the enum is an error in the names of the client", async () => {
  const { query, services } = await serve();
  for (const wrong of ['LOST', 'constructor', 'toString']) {
    services.shop!.returns = () => ({ data: { state: wrong, grid: [['OLD', wrong]] } });
    const { data, errors } = await query('{ state grid }', asClient);
    expect(data).toEqual({ state: null, grid: [['NEW', null]] });
    expect(errors?.map(({ message }) => message)).toEqual([
      'Enum "Status" cannot represent this value (Query.state).',
      'Enum "Status" cannot represent this value (Query.grid).',
    ]);
  }
});

test('introspection', async () => {
  const { query } = await serve();
  const { data } = await query(
    `{ status: __type(name: "Status") { enumValues { name } }
       filter: __type(name: "Filter") { inputFields { name defaultValue } }
       query: __type(name: "Query") { fields { name args { name defaultValue } } } }`,
    asClient,
  );
  const { status, filter, query: root } = data as Record<string, Record<string, { name: string; args: object[] }[]>>;
  expect(status!.enumValues!.map(({ name }) => name).sort()).toEqual(['LOST', 'NEW', 'OLD']);
  expect(filter!.inputFields).toEqual([
    { name: 'state', defaultValue: 'OLD' },
    { name: 'id', defaultValue: null },
    { name: 'list', defaultValue: null },
    { name: 'and', defaultValue: null },
  ]);
  expect(root!.fields!.find(({ name }) => name === 'echo')?.args).toEqual([
    { name: 'filter', defaultValue: '{state: NEW, and: {state: OLD, id: 7}}' },
    { name: 'states', defaultValue: '[[OLD]]' },
    { name: 'id', defaultValue: null },
  ]);
});
