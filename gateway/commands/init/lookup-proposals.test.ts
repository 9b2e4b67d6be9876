import { describe, expect, test } from 'vitest';
import { proposeLookups } from './lookup-proposals.ts';

/** Proposals for a service with these query fields, beside which stand a user, an order and wrappers. */
function read(fields: string, more = '') {
  return proposeLookups(`type Query { ${fields} }
type User { id: ID! email: String! nickname: String name(short: Boolean): String! }
type Order { id: ID! userId: ID! user: User! }
${more}`);
}

/** The first field's directive. */
const directive = (fields: string, more = '') => /@merge\([^)]*\)/.exec(read(fields, more).sdl)?.[0];

describe('a lookup field is proposed', () => {
  test.each([
    ['user(id: ID!): User', '@merge(keyField: "id")'],
    ['getUser(id: ID): User', '@merge(keyField: "id")'],
    ['_user(userId: ID!): User', '@merge(keyField: "id")'],
    ['userById(id: ID!): User', '@merge(keyField: "id")'],
    ['userByEmail(email: String!): User', '@merge(keyField: "email")'],
    ['account(accountId: ID!): Account', '@merge(keyField: "accountId")'],
    ['country(code: String!): Country', '@merge(keyField: "code")'],
    ['user(locale: String, id: ID!): User', '@merge(keyField: "id", keyArg: "id")'],
    ['users(ids: [ID!]!): [User]!', '@merge(keyField: "id")'],
    ['users(ids: [ID!], role: String): [User!]', '@merge(keyField: "id", keyArg: "ids")'],
    ['usersByIds(userIds: [ID!]!): [User!]!', '@merge(keyField: "id")'],
    ['userList(id_in: [ID!]!): [User!]!', '@merge(keyField: "id")'],
  ])('for %s', (field, expected) => {
    expect(directive(field, 'type Account { accountId: ID! } type Country { code: String! }')).toBe(expected);
  });

  test('for the names of Hasura, in a root type of another name', () => {
    const sdl =
      'schema { query: query_root } type query_root { users_by_pk(id: uuid!): users } type users { id: uuid! } scalar uuid';
    expect(proposeLookups(sdl).sdl).toContain('users_by_pk(id: uuid!): users @merge(keyField: "id")');
  });

  test('once for each key, in its list form where there is one, below a comment with the reason', () => {
    const { sdl, proposed } = read(
      'user(id: ID!): User\n  "Users." users(ids: [ID!]!): [User]!\n  userByEmail(email: String!): User',
    );
    expect(proposed).toEqual(['Query.users looks up User by id', 'Query.userByEmail looks up User by email']);
    expect(sdl).toContain(
      '\n  # Proposed by concierge init, by its name and arguments. Check that it returns each User of these keys, in any order.\n' +
        '  "Users." users(ids: [ID!]!): [User]! @merge(keyField: "id")\n',
    );
    expect(sdl.match(/@merge/g)).toHaveLength(2);
  });
});

describe('no lookup field is proposed, and the reason is named', () => {
  test.each([
    [
      'friendOf(id: ID!): User',
      "friendOf(id:) may return another User than that of the key: its name is not the type's",
    ],
    [
      'latestOrder(userId: ID!): Order',
      'latestOrder(userId:) may return one of several objects: userId is the key of another type',
    ],
    [
      'order(userId: ID!): Order',
      'order(userId:) may return one of several objects: userId is the key of another type',
    ],
    ['product(title: String!): Product', 'product(title:) may return one of several objects: title need not be unique'],
    [
      'products(titles: [String!]!): [Product]',
      'products(titles:) may return one of several objects: title need not be unique',
    ],
    ['users(ids: [ID!]!, first: Int): [User]!', 'users(ids:) may leave out objects: first limits or filters the list'],
    [
      'users(ids: [ID!]!, active: Boolean = true): [User]!',
      'users(ids:) may leave out objects: active limits or filters the list',
    ],
    ['user(id: ID!, tenant: ID!): User', 'user(id:) requires tenant as well: give it a value with additionalArgs'],
    ['user(id: Int!): User', 'user(id:) takes Int, and User.id is ID'],
    ['user(nickname: String!): User', 'user(nickname:) is no lookup field, because User.nickname may be null'],
    ['users(ids: [ID!]!): Page', 'users(ids:) returns User within Page; a lookup field returns them directly'],
    [
      'users(ids: [ID!]!): UserConnection',
      'users(ids:) returns User within UserConnection; a lookup field returns them directly',
    ],
    [
      'node(id: ID!): Node',
      'node returns every Node by a global id: add @merge(keyField: "id") where services share ids',
    ],
  ])('for %s', (field, reason) => {
    const more = `type Product { title: String! } interface Node { id: ID! } type Page { items: [User!]! }
      type UserConnection { edges: [UserEdge] } type UserEdge { node: User }`;
    const { sdl, proposed, doubtful } = read(field, more);
    expect([proposed, doubtful]).toEqual([[], [`Query.${reason}`]]);
    expect(sdl).not.toContain('@merge');
  });

  test.each([
    'me: User',
    'search(text: String!): [User!]',
    'matrix(ids: [[ID!]]): [[User]]',
    'users: [User]',
    'user(name: String): User',
  ])('and nothing is said of %s', (field) => {
    expect(read(field)).toMatchObject({ proposed: [], doubtful: [] });
  });

  test('a list in doubt is named beside a lookup field of one key', () => {
    const { proposed, doubtful } = read(
      'user(id: ID!): User friendOf(id: ID!): User users(ids: [ID!]!, first: Int): [User]',
    );
    expect(proposed).toEqual(['Query.user looks up User by id']);
    expect(doubtful).toEqual(['Query.users(ids:) may leave out objects: first limits or filters the list']);
  });
});
