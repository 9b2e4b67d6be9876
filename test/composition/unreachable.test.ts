// Unreachable fields, which clients could select and no path leads to: no start, with what to add.
import { expect, test } from 'vitest';
import { ComposeError } from '../../gateway/compose/compose-error.ts';
import { createGateway } from '../../gateway/index.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { closedUrl } from '../harness/servers.ts';

function reasons(sdls: Record<string, string>, fields?: string, unreachable?: 'warn'): readonly string[] {
  const folder = temporaryFolder({
    ...Object.fromEntries(Object.entries(sdls).map(([name, sdl]) => [`${name}.graphql`, sdl])),
    ...(fields !== undefined && { 'fields.graphql': fields }),
  });
  const subgraphs = Object.fromEntries(
    Object.keys(sdls).map((name) => [name, { url: closedUrl, schema: `${name}.graphql` }]),
  );
  try {
    createGateway(
      {
        subgraphs,
        log: { level: 'silent' },
        ...(fields !== undefined && { fields: { schema: 'fields.graphql', resolvers: {} } }),
        ...(unreachable && { unreachable }),
      },
      folder,
    );
    return [];
  } catch (error) {
    if (error instanceof ComposeError) return error.reasons;
    throw error;
  }
}

const authors = 'type Query { author: Author } type Author { id: ID! name: String }';
const lookup = '_authors(ids: [ID!]!): [Author]! @merge(keyField: "id")';

test('a service without a lookup for what it adds to an entity', () => {
  const reviews = 'type Query { count: Int } type Author { id: ID! reviews: Int }';
  expect(reasons({ authors, reviews })).toEqual([
    'Author.reviews of reviews cannot be reached in "{ author { reviews } }": reviews has no lookup for Author; add one to its ' +
      'Query, such as _authors(ids: [ID!]!): [Author]! @merge(keyField: "id")',
  ]);
  expect(reasons({ authors, reviews }, undefined, 'warn')).toEqual([]);
  expect(reasons({ authors, reviews: reviews.replace('count: Int', `count: Int ${lookup}`) })).toEqual([]);
});

test('a lookup by a key that is not there', () => {
  const reviews =
    'type Query { _authors(mails: [ID!]!): [Author]! @merge(keyField: "mail") } type Author { mail: ID! reviews: Int }';
  expect(reasons({ authors, reviews })[0]).toBe(
    'Author.mail of reviews cannot be reached in "{ author { mail } }": reviews finds Author by { mail }, which cannot be known ' +
      'of an object from authors; add the key to Author in authors, or a lookup to reviews by a key that is there',
  );
});

test('an own field that returns an id of a type without a lookup', () => {
  const fields = 'type Query { me: Author } type Author { id: ID! }';
  expect(reasons({ authors }, fields)).toEqual([
    'Author.name of authors cannot be reached in "{ me { name } }": authors has no lookup for Author; add one to its Query, ' +
      'such as _authors(ids: [ID!]!): [Author]! @merge(keyField: "id")',
  ]);
  expect(reasons({ authors: authors.replace('author: Author', `author: Author ${lookup}`) }, fields)).toEqual([]);
});

test('in a list, an interface, a union, an event and a mutation', () => {
  const shop = `
    type Query { list: [[Author!]!] any: [Any] named: Named }
    type Mutation { write: Author }
    type Subscription { written: Author }
    union Any = Author | Book  interface Named { name: String }
    type Book { id: ID! }  type Author implements Named { id: ID! name: String }`;
  for (const places of [/list: \S+ any: \S+ named: Named/, /type Mutation \{[^}]*\}/, /type Subscription \{[^}]*\}/]) {
    const other = shop.replace(places, (text) => (text.startsWith('type') ? '' : 'count: Int'));
    expect(
      reasons({ shop: other, reviews: 'type Query { b: Int } type Author { id: ID! reviews: Int }' }),
    ).toHaveLength(1);
  }
});

test('many are counted', () => {
  const many = Array.from({ length: 30 }, (_, index) => `f${index}: Int`).join(' ');
  const found = reasons({ authors, reviews: `type Query { count: Int } type Author { id: ID! ${many} }` });
  expect(found).toHaveLength(21);
  expect(found.at(-1)).toBe('10 more fields cannot be reached');
});
