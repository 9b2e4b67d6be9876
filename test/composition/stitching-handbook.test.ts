// Forms of lookup fields in the stitching handbook and the manual of the stitching directives, in services of our own:
// each gives the requested entity, or is rejected with what is wrong.
import { expect, test } from 'vitest';
import { composeGraph } from '../../gateway/compose/graph.ts';
import type { Transforms } from '../../gateway/config/renames.ts';
import { executing } from '../values/graphql-service.ts';
import { serveGraph } from '../values/served-graph.ts';

interface Chapter {
  /** Serves `books`, with the keys of books 1, 2 and 3, of which 3 is missing elsewhere. */
  books?: string;
  sdl: string;
  root: Record<string, unknown>;
  query?: string;
  expected: (tick: number) => unknown;
  transforms?: Partial<Transforms>;
}

const books = `
  type Query { books: [Book] shelf: Shelf }
  type Shelf { best: Book }
  enum Kind { NOVEL ESSAY }
  type Publisher { code: Int! }
  type Book { id: ID! isbn: Int! kind: Kind! weight: Int publisher: Publisher }`;

const book = (number: number) => ({
  id: String(number),
  isbn: number * 10,
  kind: number === 2 ? 'ESSAY' : 'NOVEL',
  weight: number,
  publisher: { code: number * 100 },
});

let tick = 0;
const titleOf = (id: string | number, more = '') =>
  Number(id) > 2 ? null : { id: String(id), title: `title ${id}${more} ${tick}` };
const isbnTitle = (isbn: number, more = '') => (isbn > 20 ? null : { isbn, title: `title ${isbn}${more} ${tick}` });

const titles =
  (more = '') =>
  (at: number) => ({
    books: [{ title: `title 1${more} ${at}` }, { title: `title 2${more} ${at}` }, { title: null }],
  });
const isbnTitles =
  (more = '') =>
  (at: number) => ({
    books: [{ title: `title 10${more} ${at}` }, { title: `title 20${more} ${at}` }, { title: null }],
  });

const chapters: Record<string, Chapter> = {
  'a single record': {
    sdl: 'type Query { book(id: ID!): Book @merge(keyField: "id") } type Book { id: ID! title: String }',
    root: { book: ({ id }: { id: string }) => titleOf(id) },
    expected: titles(),
  },
  'a single record by a nested argument': {
    sdl: `type Query { book(where: Where!): Book @merge(keyField: "id", keyArg: "where.id.eq") }
      input Where { id: Eq! } input Eq { eq: ID! } type Book { id: ID! title: String }`,
    root: { book: ({ where }: { where: { id: { eq: string } } }) => titleOf(where.id.eq) },
    expected: titles(),
  },
  'a single record with additional arguments': {
    sdl: `type Query { book(locale: String!, id: ID!, page: Page): Book
        @merge(keyField: "id", keyArg: "id", additionalArgs: "locale: \\"en\\", page: { first: 1, sort: UP }") }
      input Page { first: Int sort: Sort } enum Sort { UP DOWN } type Book { id: ID! title: String }`,
    root: {
      book: ({ id, locale, page }: { id: string; locale: string; page: { first: number; sort: string } }) =>
        titleOf(id, ` ${locale} ${page.first} ${page.sort}`),
    },
    expected: titles(' en 1 UP'),
  },
  'a single record by several arguments': {
    sdl: `type Query { book(isbn: Int!, kind: Kind!): Book @merge(argsExpr: "isbn: $key.isbn, kind: $key.kind") }
      enum Kind { NOVEL ESSAY } type Book @key(selectionSet: "{ isbn kind }") { isbn: Int! kind: Kind! title: String }`,
    root: { book: ({ isbn, kind }: { isbn: number; kind: string }) => isbnTitle(isbn, ` ${kind}`) },
    expected: (at) => ({
      books: [{ title: `title 10 NOVEL ${at}` }, { title: `title 20 ESSAY ${at}` }, { title: null }],
    }),
  },
  'an array': {
    sdl: 'type Query { _books(ids: [ID!]!): [Book]! @merge(keyField: "id") } type Book { id: ID! title: String }',
    root: { _books: ({ ids }: { ids: string[] }) => ids.map((id) => titleOf(id)) },
    expected: titles(),
  },
  'an array in another order, without what is not found': {
    sdl: 'type Query { _books(ids: [ID!]!): [Book]! @merge(keyField: "id") } type Book { id: ID! title: String }',
    root: {
      _books: ({ ids }: { ids: string[] }) =>
        ids
          .map((id) => titleOf(id))
          .filter((one) => one)
          .reverse(),
    },
    expected: titles(),
  },
  'an array by a nested argument': {
    sdl: `type Query { _books(where: Where!): [Book]! @merge(keyField: "id", keyArg: "where.id.in", additionalArgs: "where: { live: true }") }
      input Where { id: In! live: Boolean } input In { in: [ID!]! } type Book { id: ID! title: String }`,
    root: {
      _books: ({ where }: { where: { live: boolean; id: { in: string[] } } }) =>
        where.id.in.map((id) => titleOf(id, ` ${where.live}`)),
    },
    expected: titles(' true'),
  },
  'an array by an expression': {
    sdl: 'type Query { _books(ids: [ID!]!, n: Int): [Book]! @merge(argsExpr: "ids: [[$key.id]], n: 3") } type Book @key(selectionSet: "{ id }") { id: ID! title: String }',
    root: { _books: ({ ids, n }: { ids: string[]; n: number }) => ids.map((id) => titleOf(id, ` ${n}`)) },
    expected: titles(' 3'),
  },
  'keys that are objects': {
    sdl: `type Query { _books(keys: [BookKey!]!): [Book]! @merge } input BookKey { isbn: Int! kind: Kind! } enum Kind { NOVEL ESSAY }
      type Book @key(selectionSet: "{ isbn kind }") { isbn: Int! kind: Kind! title: String }`,
    root: {
      _books: ({ keys }: { keys: { isbn: number; kind: string }[] }) =>
        keys.map(({ isbn, kind }) => ({ ...isbnTitle(isbn), kind })).map((one) => ('isbn' in one ? one : null)),
    },
    expected: isbnTitles(),
  },
  'keys that are picked': {
    sdl: `type Query { _books(keys: [BookKey!]!): [Book]! @merge(keyArg: "keys", key: ["isbn", "kind"]) } input BookKey { isbn: Int! kind: Kind! } enum Kind { NOVEL ESSAY }
      type Book @key(selectionSet: "{ isbn kind }") { isbn: Int! kind: Kind! title: String }`,
    root: {
      _books: ({ keys }: { keys: { isbn: number; kind: string }[] }) =>
        keys.map(({ isbn, kind }) => ({ ...isbnTitle(isbn), kind })).map((one) => ('isbn' in one ? one : null)),
    },
    expected: isbnTitles(),
  },
  'keys of nested fields': {
    sdl: `type Query { _books(keys: [BookKey!]!): [Book]! @merge(argsExpr: "keys: [[{ isbn: $key.isbn, house: $key.publisher.code }]]", match: POSITION) }
      input BookKey { isbn: Int! house: Int! } type Publisher { code: Int! }
      type Book @key(selectionSet: "{ isbn publisher { code } }") { isbn: Int! publisher: Publisher title: String }`,
    root: {
      _books: ({ keys }: { keys: { isbn: number; house: number }[] }) =>
        keys.map(({ isbn, house }) => isbnTitle(isbn, ` ${house}`)),
    },
    expected: (at) => ({ books: [{ title: `title 10 100 ${at}` }, { title: `title 20 200 ${at}` }, { title: null }] }),
  },
  'keys with the name of their type': {
    sdl: `type Query { _entities(keys: [_Key!]!): [_Entity]! @merge(match: POSITION) } scalar _Key union _Entity = Book | Room
      type Room @key(selectionSet: "{ id }") { id: ID! } type Book @key(selectionSet: "{ id }") { id: ID! title: String }`,
    root: {
      _entities: ({ keys }: { keys: { __typename: string; id: string }[] }) =>
        keys.map(({ __typename, id }) => {
          const found = titleOf(id, ` ${__typename}`);
          return found && { __typename, ...found };
        }),
    },
    expected: titles(' Book'),
  },
  'multiple keys': {
    sdl: `type Query { byIsbn(isbns: [Int!]!): [Book]! @merge(keyField: "isbn") byId(ids: [ID!]!): [Book]! @merge(keyField: "id") }
      type Book { id: ID! isbn: Int! title: String }`,
    books: 'type Query { books: [Book] } type Book { isbn: Int! }',
    root: { byIsbn: ({ isbns }: { isbns: number[] }) => isbns.map((isbn) => isbnTitle(isbn)) },
    expected: isbnTitles(),
  },
  'computed fields': {
    sdl: `type Query { _books(keys: [BookKey!]!): [Book]! @merge } input BookKey { id: ID! weight: Int }
      type Book @key(selectionSet: "{ id }") { id: ID! title: String postage: Int @computed(selectionSet: "{ weight }") }`,
    root: {
      _books: ({ keys }: { keys: { id: string; weight?: number }[] }) =>
        keys.map(({ id, weight }) => ({
          id,
          title: `t${id}`,
          postage: weight === undefined ? null : weight * 7 + tick,
        })),
    },
    query: '{ books { postage title } }',
    expected: (at) => ({ books: [1, 2, 3].map((n) => ({ postage: n * 7 + at, title: `t${n}` })) }),
  },
  interfaces: {
    sdl: `type Query { _nodes(ids: [ID!]!): [Node]! @merge(keyField: "id") } interface Node { id: ID! }
      type Book implements Node { id: ID! title: String } type Shop implements Node { id: ID! }`,
    root: {
      _nodes: ({ ids }: { ids: string[] }) => ids.map((id) => titleOf(id) && { __typename: 'Book', ...titleOf(id) }),
    },
    expected: titles(),
  },
  unions: {
    sdl: `type Query { _hits(ids: [ID!]!): [Hit]! @merge(keyField: "id") } union Hit = Book | Shop
      type Book { id: ID! title: String } type Shop { id: ID! }`,
    root: {
      _hits: ({ ids }: { ids: string[] }) => ids.map((id) => titleOf(id) && { __typename: 'Book', ...titleOf(id) }),
    },
    expected: titles(),
  },
  'nullable merges': {
    sdl: 'type Query { _books(ids: [ID!]!): [Book]! @merge(keyField: "id") } type Book { id: ID! title: String }',
    root: { _books: ({ ids }: { ids: string[] }) => ids.map((id) => titleOf(id)) },
    query: '{ shelf { best { id title } } books { id title } }',
    expected: (at) => ({
      shelf: { best: null },
      books: [
        { id: '1', title: `title 1 ${at}` },
        { id: '2', title: `title 2 ${at}` },
        { id: '3', title: null },
      ],
    }),
  },
  'definitions of their own, in part': {
    sdl: `directive @merge(keyField: String) on FIELD_DEFINITION
      type Query { _books(ids: [ID!]!): [Book]! @merge(keyField: "id") } type Book @key(selectionSet: "{ id }") { id: ID! title: String }`,
    root: { _books: ({ ids }: { ids: string[] }) => ids.map((id) => titleOf(id)) },
    expected: titles(),
  },
  'the canonical definition': {
    sdl: `type Query { books: [Book] @canonical _books(ids: [ID!]!): [Book]! @merge(keyField: "id") } type Book { id: ID! title: String }`,
    root: { books: () => [titleOf(1), titleOf(2), { id: '3', title: null }], _books: () => [] },
    expected: titles(),
  },
  'transforms of keys, computed fields and enums in keys': {
    sdl: `type Query { _buecher(keys: [Schluessel!]!): [Buch]! @merge } input Schluessel { isbn: Int! art: Art! weight: Int } enum Art { ROMAN ESSAY }
      type Buch @key(selectionSet: "{ isbn art }") { isbn: Int! art: Art! titel: String @computed(selectionSet: "{ weight }") }`,
    transforms: {
      rename: {
        types: { Buch: 'Book', Art: 'Kind' },
        fields: { 'Buch.art': 'kind', 'Buch.titel': 'title' },
        arguments: {},
        inputFields: { 'Schluessel.isbn': 'number' },
        values: { 'Art.ROMAN': 'NOVEL' },
      },
    },
    root: {
      _buecher: ({ keys }: { keys: { isbn: number; art: string; weight: number }[] }) =>
        keys.map(({ isbn, art, weight }) => ({ isbn, art, titel: `${isbn} ${art} ${weight} ${tick}` })),
    },
    expected: (at) => ({
      books: [{ title: `10 ROMAN 1 ${at}` }, { title: `20 ESSAY 2 ${at}` }, { title: `30 ROMAN 3 ${at}` }],
    }),
  },
  'transforms of a type in keys of any form': {
    sdl: `type Query { lookup(keys: [_Key!]!): [Entity]! @merge(match: POSITION) } scalar _Key union Entity = Volume
      type Volume @key(selectionSet: "{ number }") { number: ID! title: String }`,
    transforms: {
      prefix: { rootFields: 'titles_' },
      rename: {
        types: { Volume: 'Book' },
        fields: { 'Volume.number': 'id' },
        arguments: {},
        inputFields: {},
        values: {},
      },
    },
    root: {
      lookup: ({ keys }: { keys: { __typename: string; number: string }[] }) =>
        keys.map(({ __typename, number }) => titleOf(number) && { __typename, number, title: titleOf(number)?.title }),
    },
    expected: titles(),
  },
};

test.each(Object.entries(chapters))('%s', async (_name, { sdl, root, expected, transforms, ...chapter }) => {
  const { books: ofBooks = books, query: document = '{ books { title } }' } = chapter;
  const { query, services } = await serveGraph({
    services: { books: ofBooks, titles: sdl },
    ...(transforms && { settings: { titles: { transforms } } }),
    config: { cache: { responses: false, entities: false } as never },
  });
  services.books!.returns = executing(ofBooks, { books: () => [1, 2, 3].map(book), shelf: { best: null } });
  services.titles!.returns = executing(sdl, root);
  for (tick = 1; tick <= 2; tick += 1) {
    const { data, errors } = await query(document);
    expect(errors).toBeUndefined();
    expect(data).toEqual(expected(tick));
  }
  expect(services.titles!.requests.length).toBeGreaterThan(0);
});

test.each<[string, string, RegExp]>([
  [
    'objects wrapped in a result',
    'type Query { _books(ids: [ID!]!): Result @merge(keyField: "id") } type Result { nodes: [Book] } type Book { id: ID! title: String }',
    /titles: Query\._books has a key with Result\.id, which no service has; a lookup field returns Book or a list of it, without a wrapper/,
  ],
  [
    'a lookup below a namespace',
    'type Query { library: Library } type Library { books(ids: [ID!]!): [Book]! @merge(keyField: "id") } type Book { id: ID! title: String }',
    /titles: @merge on Library\.books has no effect; a lookup field is a field of Query/,
  ],
  [
    'a lookup by a mutation',
    'type Query { a: Int } type Mutation { books(ids: [ID!]!): [Book]! @merge(keyField: "id") } type Book { id: ID! title: String }',
    /titles: @merge on Mutation\.books has no effect; a lookup field is a field of Query/,
  ],
  [
    'expressions within each other',
    'type Query { _books(ids: [ID!]!): [Book]! @merge(argsExpr: "ids: [[[[$key.id]]]]") } type Book @key(selectionSet: "{ id }") { id: ID! title: String }',
    /titles: @key, @merge or @computed cannot be read: .*without nesting/,
  ],
])('rejected: %s', (_name, sdl, message) => {
  const compose = () =>
    composeGraph([
      { name: 'books', sdl: books },
      { name: 'titles', sdl },
    ]);
  expect(compose).toThrow(message);
});
