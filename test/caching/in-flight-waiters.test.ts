// Waiters of an in-flight request: one response, parsed once, that no request changes for another.
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { InFlightDeduplicator } from '../../gateway/transport/in-flight-deduplicator.ts';
import { SubgraphClient } from '../../gateway/transport/subgraph-client.ts';
import { type Service, startCachingGateway, startService } from './services.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const booksSdl = `
  scalar JSON
  interface Work { id: ID! title: String! author: Author }
  type Book implements Work @key(selectionSet: "{ id }") { id: ID! title: String! author: Author blob: JSON pages: [[Page]] }
  type Film implements Work @key(selectionSet: "{ id }") { id: ID! title: String! author: Author }
  type Page { number: Int author: Author }
  type Author @key(selectionSet: "{ id }") { id: ID! name: String! }
  type Query {
    books(count: Int!): [Book!]!
    works: [Work]
    _books(ids: [ID!]!): [Book]! @merge(keyField: "id")
    _writers(ids: [ID!]!): [Author]! @merge(keyField: "id")
  }
`;

const peopleSdl = `
  type Author @key(selectionSet: "{ id }") { id: ID! born: Int friends: [Author!]! }
  type Book @key(selectionSet: "{ id }") { id: ID! stars: Int fan: Author }
  type Query {
    _authors(ids: [ID!]!): [Author]! @merge(keyField: "id")
    _rated(ids: [ID!]!): [Book]! @merge(keyField: "id")
  }
`;

const author = (number: number) => ({ id: `a${number % 7}`, name: `Author ${number % 7}` });
const book = (number: number) => ({
  __typename: 'Book',
  id: `b${number}`,
  title: `A title of some length, that makes the response a long one: ${number}`,
  author: number % 5 === 4 ? null : author(number),
  blob: { number, deep: [{ of: number }] },
  pages: [[{ number, author: author(number) }, null], null],
});

async function open(options: Parameters<typeof startCachingGateway>[1] = {}) {
  const services = await Promise.all([
    startService({
      name: 'books',
      sdl: booksSdl,
      resolvers: {
        Query: {
          books: (_: unknown, { count }: { count: number }) => Array.from({ length: count }, (_, index) => book(index)),
          works: () => [book(1), null, { ...book(2), __typename: 'Film' }],
          _writers: (_: unknown, { ids }: { ids: string[] }) => ids.map((id) => author(Number(id.slice(1)))),
          _books: (_: unknown, { ids }: { ids: string[] }) => ids.map((id) => book(Number(id.slice(1)))),
        },
      },
    }),
    startService({
      name: 'people',
      sdl: peopleSdl,
      resolvers: {
        Query: {
          _authors: (_: unknown, { ids }: { ids: string[] }) => ids.map((id) => ({ id })),
          _rated: (_: unknown, { ids }: { ids: string[] }) => ids.map((id) => ({ id })),
        },
        Author: {
          born: ({ id }: { id: string }) => Number(id.slice(1)) + 1900,
          friends: () => [{ id: 'a1' }, { id: 'a2' }],
        },
        Book: {
          stars: ({ id }: { id: string }) => Number(id.slice(1)) % 5,
          fan: ({ id }: { id: string }) => ({ id: `a${id.slice(1)}` }),
        },
      },
    }),
  ]);
  onTestFinished(async () => {
    await Promise.all(services.map((service) => service.stop()));
  });
  const gateway = await startCachingGateway(services, {
    deduplicateInFlight: true,
    limits: { cost: false },
    ...options,
    cache: { responses: false },
  });
  onTestFinished(async () => {
    await gateway.stop();
  });
  const [books, people] = services as [Service, Service];
  return { ...gateway, books, people };
}

/** Joined by one and the same upstream request, whatever the client's aliases. */
const operations = [
  '{ books(count: 500) { id title stars author { name born } } }',
  '{ b: books(count: 500) { id t: title s: stars author { n: name b: born } } }',
];

const { execute: sendShared } = InFlightDeduplicator.prototype;

/** Resolves when so many requests have joined the upstream request, or have begun it. */
function joined(service: string, count: number): Promise<void> {
  const all = Promise.withResolvers<void>();
  let left = count;
  vi.spyOn(InFlightDeduplicator.prototype, 'execute').mockImplementation(function (
    this: InFlightDeduplicator,
    body,
    scope,
    done,
  ) {
    sendShared.call(this, body, scope, done);
    if (this.name === service) left -= 1;
    if (left === 0) all.resolve();
  });
  return all.promise;
}

const post = async (origin: string, query: string) => {
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const response = await fetch(`${origin}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
  return response.text();
};

test.each([
  [500, true],
  [100, false],
])('%i requests are served right from one response, parsed once (fast path %s)', async (count, fastPath) => {
  const { origin, books, people } = await open({ fastPath });
  const expected = await Promise.all(operations.map((query) => post(origin, query)));
  for (const service of [books, people]) service.requested.length = 0;
  const parse = vi.spyOn(JSON, 'parse');
  const clone = vi.spyOn(globalThis, 'structuredClone');
  const allJoined = joined('books', count);
  books.hold();
  const all = Array.from({ length: count }, (_, index) =>
    post(origin, operations[index % operations.length] as string),
  );
  await allJoined;
  books.release();
  const texts = await Promise.all(all);
  const long = parse.mock.calls.filter(([text]) => typeof text === 'string' && text.length > 60_000);
  expect(long).toHaveLength(1);
  expect(clone).not.toHaveBeenCalled();
  for (const [index, text] of texts.entries()) expect(text === expected[index % operations.length]).toBe(true);
  expect(books.requested).toHaveLength(1);
  // The second round is joined as well, as far as it is under way in the turns in which the first has ended.
  expect(people.requested.length).toBeLessThan(100);
});

test('nothing is written to a response that others have too', async () => {
  const { origin, books } = await open();
  const queries = [
    ...operations,
    '{ books(count: 20) { id stars fan { id born name } } }',
    '{ books(count: 20) { id author { id born friends { id name born friends { id born } } } } }',
    '{ works { __typename id title author { born } ... on Book { stars fan { name } } } }',
    '{ books(count: 9) { pages { number author { name born } } blob } }',
    '{ x: books(count: 30) { author { born } } y: books(count: 30) { author { born name } stars } }',
  ];
  const expected = await Promise.all(queries.map((query) => post(origin, query)));
  const send = SubgraphClient.prototype.execute;
  vi.spyOn(SubgraphClient.prototype, 'execute').mockImplementation(function (this: SubgraphClient, body, scope, done) {
    send.call(this, body, scope, (error, response) => done(error, freeze(response)));
  });
  for (const [index, query] of queries.entries()) {
    const allJoined = joined('books', 4);
    books.hold();
    const all = Array.from({ length: 4 }, () => post(origin, query));
    await allJoined;
    books.release();
    for (const text of await Promise.all(all)) expect(text).toBe(expected[index]);
  }
});

function freeze<Value>(value: Value): Value {
  if (typeof value !== 'object' || value === null) return value;
  for (const below of Object.values(value)) freeze(below);
  return Object.freeze(value);
}

test("a plugin's changes of a result are not in the results of others", async () => {
  let turn = 0;
  const { origin, books } = await open({
    plugins: [
      {
        onExecute: () => ({
          onExecuteDone({ result }: { result: unknown }) {
            const { data } = result as { data: { books: { blob: { deep: { of: number }[] } }[] } };
            turn += 1;
            for (const one of data.books) one.blob.deep.push({ of: turn });
          },
        }),
      },
    ],
  });
  const allJoined = joined('books', 3);
  books.hold();
  const all = Array.from({ length: 3 }, () => post(origin, '{ books(count: 2) { blob } }'));
  await allJoined;
  books.release();
  const lengths = (await Promise.all(all)).map((text) => JSON.parse(text).data.books[0].blob.deep.length);
  expect(lengths).toEqual([2, 2, 2]);
});

test('a response that sets a cookie is for the first alone; the others make requests of their own', async () => {
  const { origin, books } = await open();
  books.headers = { 'set-cookie': 'session=1' };
  const allJoined = joined('books', 3);
  books.hold();
  const all = Array.from({ length: 3 }, () => post(origin, '{ books(count: 1) { id } }'));
  await allJoined;
  books.release();
  for (const text of await Promise.all(all)) expect(text).toBe('{"data":{"books":[{"id":"b0"}]}}');
  expect(books.requested).toHaveLength(3);
});
