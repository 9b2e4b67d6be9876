// Entity requests: their keys and their number; and the literals of clients in them.
import { describe, expect, test } from 'vitest';
import { supergraphOf } from './federated.ts';
import { executing } from './graphql-service.ts';
import { type ServedGraphOptions, type Service, serveGraph } from './served-graph.ts';

interface Entity {
  id: string;
}

/** Changes with each test, so that nothing can be right by chance. */
let turn = 0;

const byIds =
  (find: (id: string) => object | null) =>
  ({ ids }: { ids: string[] }) => {
    if (ids.length === 0) throw new Error('ids must not be empty');
    return ids.map(find);
  };

/** Key variables of a service's requests, which may arrive in any order: those with the first keys first. */
function keysOf({ requests }: Service): string[][] {
  const keys = requests.map(({ variables }) =>
    Object.entries(variables).flatMap(([name, value]) => (name.startsWith('k') ? (value as string | string[]) : [])),
  );
  return keys.sort(([one = ''], [other = '']) => one.localeCompare(other));
}

function lengthsOf(service: Service): number[] {
  const lengths = keysOf(service).map((keys) => keys.length);
  return lengths.sort((one, other) => other - one);
}

async function serve(options: ServedGraphOptions, roots: Record<string, Record<string, unknown>>) {
  turn += 1;
  const graph = await serveGraph(options);
  for (const [name, root] of Object.entries(roots)) {
    (graph.services[name] as Service).returns = executing(options.services[name] as string, root);
  }
  return graph;
}

describe('a lookup without keys is not sent, and does not fail the others', () => {
  const loansSdl = `
    type Query { loans: [Loan] }
    type Loan { book: Book  guarantor: Person }
    type Book { id: ID! }
    type Person { id: ID! }`;
  const registerSdl = `
    type Query {
      _books(ids: [ID!]!): [Book!]! @merge(keyField: "id")
      _people(ids: [ID!]!): [Person!]! @merge(keyField: "id")
    }
    type Book { id: ID!  title(upper: Boolean): String! }
    type Person { id: ID!  name(first: Int): String! }`;
  const register = {
    _books: byIds((id) => ({ id, title: ({ upper }: { upper?: boolean }) => `${upper ? 'T' : 't'}${id}.${turn}` })),
    _people: byIds((id) => ({ id, name: ({ first }: { first?: number }) => `n${id}.${first}.${turn}` })),
  };
  const query = `query Loans($u: Boolean, $f: Int = 3) {
    loans { book { title(upper: $u) } guarantor { name(first: $f) } }
  }`;

  test.for([
    ['books', [{ id: 'b1' }, { id: 'b2' }], [null, null]],
    ['people', [null, null], [{ id: 'p1' }, { id: 'p2' }]],
    ['both', [{ id: 'b1' }, null], [null, { id: 'p2' }]],
    ['none', [null, null], [null, null]],
  ] as [string, (Entity | null)[], (Entity | null)[]][])('%s', async ([, books, people]) => {
    const view = { include: ['*'], rename: { types: { Book: 'Volume' } } };
    const services = { loans: loansSdl, register: registerSdl };
    const loans = books.map((book, index) => ({ book, guarantor: people[index] }));
    const graph = await serve({ services, view }, { loans: { loans }, register });
    for (const path of ['/graphql', '/graphql/web']) {
      const { data, errors } = await graph.query(query, { variables: { u: true }, path });
      expect(errors).toBeUndefined();
      expect(data).toEqual({
        loans: books.map((book, index) => {
          const person = people[index];
          return {
            book: book && { title: `T${book.id}.${turn}` },
            guarantor: person && { name: `n${person.id}.3.${turn}` },
          };
        }),
      });
    }
    for (const { query: sent, variables } of graph.services.register?.requests ?? []) {
      expect(sent).toMatch(/^query Loans__register__1/);
      for (const name of Object.keys(variables)) expect(sent).toContain(`$${name}:`);
    }
  });

  test('nor where all its entities are cached', async () => {
    const cached = registerSdl.replace('type Person {', 'type Person @cacheControl(maxAge: 60) {');
    const options = { services: { loans: loansSdl, register: cached }, config: { cache: { entities: true } } };
    const person = { id: 'p1' };
    const root = { loans: [{ book: { id: 'b1' }, guarantor: person }] };
    const graph = await serve(options, { loans: root, register });
    const first = await graph.query(query);
    expect(first.errors).toBeUndefined();
    const { loans: service } = graph.services;
    if (service) service.returns = executing(loansSdl, { loans: [{ book: { id: 'b2' }, guarantor: person }] });
    const { data, errors } = await graph.query(query);
    expect(errors).toBeUndefined();
    expect(data).toEqual({
      loans: [{ book: { title: `tb2.${turn}` }, guarantor: { name: `np1.3.${turn}` } }],
    });
    expect(graph.services.register?.requests.at(-1)?.query).not.toContain('_people');
  });

  test('of the members of an interface in a supergraph', async () => {
    const supergraph = supergraphOf(
      ['feed', 'texts'],
      `type Query @join__type(graph: FEED) @join__type(graph: TEXTS) { items: [Item] @join__field(graph: FEED) }
      interface Item @join__type(graph: FEED) { id: ID! }
      ${['Post', 'Video', 'Poll']
        .map(
          (type) => `type ${type} implements Item @join__implements(graph: FEED, interface: "Item")
            @join__type(graph: FEED, key: "id") @join__type(graph: TEXTS, key: "id") {
            id: ID!
            text: String! @join__field(graph: TEXTS)
          }`,
        )
        .join('\n')}`,
    );
    turn += 1;
    const graph = await serveGraph({ services: { feed: '', texts: '' }, supergraph });
    const { feed, texts } = graph.services as Record<string, Service>;
    (feed as Service).returns = () => ({
      data: {
        items: [
          { __typename: 'Video', id: 'v1' },
          { __typename: 'Video', id: 'v2' },
        ],
      },
    });
    (texts as Service).returns = ({ query, variables }) => {
      const lists = Object.values(variables) as Entity[][];
      if (lists.some((list) => list.length === 0)) return { errors: [{ message: 'no representations' }] };
      const alias = /(\w+): _entities/.exec(query)?.[1] ?? '_entities';
      return { data: { [alias]: lists.flat().map(({ id }) => ({ text: `${id}.${turn}` })) } };
    };
    const ofEach = ['Post', 'Video', 'Poll'].map((type) => `... on ${type} { text }`).join(' ');
    const { data } = await graph.query(`{ items { id ${ofEach} } }`);
    expect(data).toEqual({ items: ['v1', 'v2'].map((id) => ({ id, text: `${id}.${turn}` })) });
    expect((texts as Service).requests[0]?.query).not.toContain('Post');
  });
});

describe('keys in one request', () => {
  const listSdl = 'type Query { all: [T]  others: [U] } type T { id: ID! } type U { id: ID! }';
  const namesSdl = `
    type Query { _ts(ids: [ID!]!): [T] @merge(keyField: "id")  _us(ids: [ID!]!): [U] @merge(keyField: "id") }
    type T { id: ID!  name: String }
    type U { id: ID!  name: String }`;
  const named = (id: string) => ({ id, name: `name of ${id}.${turn}` });
  const objects = (count: number, prefix: string) =>
    Array.from({ length: count }, (_, index) => ({ id: `${prefix}${index}` }));

  test('are 500 at most, in requests that run side by side', async () => {
    const services = { list: listSdl, names: namesSdl };
    const all = objects(1201, 'a');
    const graph = await serve({ services }, { list: { all }, names: { _ts: byIds(named) } });
    const { data } = await graph.query('{ all { name } }');
    expect(data).toEqual({ all: all.map(({ id }) => ({ name: named(id).name })) });
    expect(lengthsOf(graph.services.names as Service)).toEqual([500, 500, 500, 500, 201, 201]);
  });

  test('are `maxKeys` of all lookups together, each once, and a failure is that of its own keys alone', async () => {
    const services = { list: listSdl, names: namesSdl };
    const [all, others] = [objects(5, 'a'), objects(5, 'b')];
    const failing = byIds((id) => {
      if (id === 'b1') throw new Error('down');
      return named(id);
    });
    const root = { _ts: byIds(named), _us: failing };
    const nonNull = { ...services, names: namesSdl.replace('[U] @merge', '[U!]! @merge') };
    const graph = await serve(
      { services: nonNull, settings: { names: { maxKeys: 4 } } },
      { list: { all, others }, names: root },
    );
    const { data, errors } = await graph.query('{ all { id name } others { id name } }');
    const sent = [
      ['a0', 'a1', 'a2', 'a3'],
      ['a4', 'b0', 'b1', 'b2'],
      ['b3', 'b4'],
    ];
    expect(keysOf(graph.services.names as Service)).toEqual(sent.flatMap((keys) => [keys, keys]));
    const lost = ['a4', 'b0', 'b1', 'b2'];
    const expected = ({ id }: Entity) => ({ id, name: lost.includes(id) ? null : named(id).name });
    expect(data).toEqual({ all: all.map(expected), others: others.map(expected) });
    expect(errors?.map(({ path }) => path.slice(0, 2).join('.'))).toEqual([
      'all.4',
      'others.0',
      'others.1',
      'others.2',
    ]);
  });

  test('bound the aliases of a lookup field that takes one key as well', async () => {
    const one = 'type Query { _t(id: ID!): T @merge(keyField: "id") } type T { id: ID!  name: String }';
    const services = { list: listSdl, names: one };
    const all = objects(7, 'a');
    const root = { _t: ({ id }: Entity) => named(id) };
    const graph = await serve({ services, settings: { names: { maxKeys: 3 } } }, { list: { all }, names: root });
    const { data } = await graph.query('{ all { name } }');
    expect(data).toEqual({ all: all.map(({ id }) => ({ name: named(id).name })) });
    expect(lengthsOf(graph.services.names as Service)).toEqual([3, 3, 3, 3, 1, 1]);
  });
});

test('a literal of a client is sent as it is in lookups of one key, NUL and digits and all', async () => {
  const services = {
    list: 'type Query { all: [T] } type T { id: ID! }',
    echo: 'type Query { _t(id: ID!): T @merge(keyField: "id") } type T { id: ID!  echo(text: String): String }',
  };
  const echo = ({ text }: { text: string }) => `${text}.${turn}`;
  const graph = await serve(
    { services },
    { list: { all: [{ id: 'x' }, { id: 'y' }] }, echo: { _t: ({ id }: Entity) => ({ id, echo }) } },
  );
  const text = 'a\u0000b $k1_id_0 _0';
  const { data } = await graph.query(`{ all { echo(text: """${text}""") } }`);
  expect(data).toEqual({ all: [{ echo: `${text}.${turn}` }, { echo: `${text}.${turn}` }] });
  const byDefault = `query ($t: String = """${text}""") { all { echo(text: $t) } }`;
  expect((await graph.query(byDefault)).data).toEqual(data);
});

test('a key that is a number in one response, and text or a number among inexact ones in another, is requested once', async () => {
  const shelf = 'type Query { shelf: [Book] } type Book { id: ID! }';
  const desk = 'type Query { desk: [Book] } type Book { id: ID! }';
  const table = 'type Query { table: [Book] } type Book { id: ID! }';
  const titles =
    'type Query { _books(ids: [ID!]!): [Book] @merge(keyField: "id") } type Book { id: ID! title: String }';
  const graph = await serve({ services: { shelf, desk, table, titles } }, {});
  const returning = (name: string, data: string) => {
    (graph.services[name] as Service).returns = () => ({ status: 200, body: `{"data":${data}}` });
  };
  returning('shelf', '{"shelf":[{"id":9007199254740992}]}');
  returning('desk', '{"desk":[{"id":9007199254740992},{"id":9007199254740993}]}');
  returning('table', '{"table":[{"id":"9007199254740992"},{"id":"9007199254740993"}]}');
  const rows = byIds((id) => ({ id, title: `title ${id}.${turn}` }));
  (graph.services.titles as Service).returns = executing(titles, { _books: rows });
  const { data } = await graph.query('{ shelf { title } desk { title } table { title } }');
  const [even, odd] = ['9007199254740992', '9007199254740993'].map((id) => ({ title: `title ${id}.${turn}` }));
  expect(data).toEqual({ shelf: [even], desk: [even, odd], table: [even, odd] });
  const { requests } = graph.services.titles as Service;
  expect(requests.map(({ variables }) => Object.values(variables).flat().length)).toEqual([2, 2]);
});
