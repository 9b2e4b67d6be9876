// Refresh of a subgraph's SDL file from the running service: a real one, over HTTP.
import { makeExecutableSchema } from '@graphql-tools/schema';
import { __InputValue, astFromValue, type GraphQLArgument, graphqlSync, print } from 'graphql';
import { expect, onTestFinished, test } from 'vitest';
import { startUpstream } from '../../test/harness/servers.ts';
import { ComposeError } from '../compose/compose-error.ts';
import type { Query, QueryResult } from './live-schema.ts';
import { refreshSdl } from './refresh.ts';

const sdl = 'type Query { user(id: ID!): User }\n\ntype User { id: ID! name: String }\n';

/** Queries a service with this schema; one that serves its SDL, if `reported` is given. */
async function service(schemaSdl: string, reported?: string): Promise<Query> {
  const schema = makeExecutableSchema({
    typeDefs: reported === undefined ? schemaSdl : `${schemaSdl} extend type Query { _sdl: String! }`,
  });
  const server = await startUpstream((response, { body }) => {
    response.end(JSON.stringify(graphqlSync({ schema, source: body.query, rootValue: { _sdl: reported } })));
  });
  onTestFinished(() => server.stop());
  return async (query) => {
    const response = await fetch(server.url, { method: 'POST', body: JSON.stringify({ query }) });
    return (await response.json()) as QueryResult;
  };
}

/** Until the end of the test, default values are introspected as GraphQL.js does; a gateway in this process mends it. */
function introspectAsGraphqlJs(): void {
  const { defaultValue: field } = __InputValue.getFields();
  const mended = field?.resolve;
  const resolve = ({ type, defaultValue }: GraphQLArgument) => {
    const literal = astFromValue(defaultValue, type);
    return literal ? print(literal) : null;
  };
  Object.assign(field ?? {}, { resolve });
  onTestFinished(() => void Object.assign(field ?? {}, { resolve: mended }));
}

test('the SDL that a service serves is used', async () => {
  const reported = `${sdl}# with a remark\n`;
  expect(await refreshSdl('users', sdl, await service(sdl, reported))).toEqual({
    sdl: reported,
    changed: true,
    note: 'refreshed from the service',
    problems: [],
  });
});

test("a file that is equal to the service's SDL is left alone", async () => {
  expect(await refreshSdl('users', sdl, await service(sdl, sdl.trim()))).toMatchObject({
    changed: false,
    note: 'up to date with the service',
  });
});

test('an invalid SDL of a service is rejected by name', async () => {
  await expect(refreshSdl('users', sdl, await service(sdl, 'type {'))).rejects.toThrow(ComposeError);
  await expect(refreshSdl('users', sdl, await service(sdl, 'type {'))).rejects.toThrow('users:1:6');
});

test('without a file, the SDL is written from introspection', async () => {
  const refreshed = await refreshSdl('users', null, await service(sdl));
  expect(refreshed).toMatchObject({ changed: true, note: 'written from introspection', problems: [] });
  expect(refreshed.sdl).toContain('user(id: ID!): User');
});

test('a file with stitching directives is checked by introspection, not rewritten', async () => {
  const annotated = sdl.replace(': User }', ': User @merge(keyField: "id") }');
  expect(await refreshSdl('users', annotated, await service(sdl))).toEqual({
    sdl: annotated,
    changed: false,
    note: 'checked by introspection',
    problems: [],
  });
});

const file = `# A comment.
type Query {
  user(id: ID!): User @merge(keyField: "id") # the lookup
  users(first: Int = 10, after: String): [User!]! @cacheControl(maxAge: 60)
}
type User implements Node @key(selectionSet: "{ id }") { id: ID!  name: String!  tags: [String] state: State }
interface Node { id: ID! }
enum State { ON OFF }
union Found = User
input Page { first: Int = 1 }
extend type Query { found(page: Page): Found }
`;

/** The service of the file, without directives. */
const same = file.replace(/ @\w+(\([^)]*\))?/g, '');

test.each<[name: string, from: string, to: string, problem: string]>([
  ['a field that is gone', 'tags: [String]', '', "User.tags: Field 'tags' was removed from object type 'User'"],
  [
    'an argument that is gone',
    ', after: String',
    '',
    "Query.users(after:): Argument 'after: String' was removed from field 'Query.users'",
  ],
  [
    'a `!` that is gone',
    'name: String!',
    'name: String',
    "User.name: Field 'User.name' changed type from 'String!' to 'String'",
  ],
  ['another type', 'name: String!', 'name: Int!', "User.name: Field 'User.name' changed type from 'String!' to 'Int!'"],
  [
    'a type that is gone',
    'union Found = User',
    'type Other { a: Int } union Found = Other',
    "Found: Member 'User' was removed from Union type 'Found'",
  ],
  [
    'a new required argument',
    'user(id: ID!)',
    'user(id: ID!, tenant: ID!)',
    "Query.user(tenant:): Argument 'tenant: ID!' added to field 'Query.user'",
  ],
  ['another default', 'first: Int = 10', 'first: Int = 20', 'Query.users(first:): Default value'],
  [
    'another default of an input field',
    'first: Int = 1 }',
    'first: Int = 2 }',
    "Page.first: Input field 'Page.first' default value changed from '1' to '2'",
  ],
  [
    'a new required input field',
    'input Page { first: Int = 1 }',
    'input Page { first: Int = 1 size: Int! }',
    "Page.size: Input field 'size' of type 'Int!' was added to input object type 'Page'",
  ],
  ['an enum value that is gone', 'ON OFF', 'ON', "State.OFF: Enum value 'OFF' was removed from enum 'State'"],
  [
    'an interface that is gone',
    'implements Node ',
    '',
    "User: 'User' object type no longer implements 'Node' interface",
  ],
])('%s is a problem', async (_name, from, to, problem) => {
  expect(same).toContain(from);
  const { problems, changed } = await refreshSdl('users', file, await service(same.replace(from, to)), true);
  expect(problems.join('\n')).toContain(`users: the running service differs from its schema file at ${problem}`);
  expect(changed).toBe(false);
});

test.each<[name: string, from: string, to: string, written: string]>([
  [
    'a field',
    'id: ID!  name',
    'id: ID! age(in: Unit = YEARS): Int  name',
    'state: State\n  age(in: Unit = YEARS): Int\n}',
  ],
  ['a type', 'union Found', 'type Payload { at: String } union Found', '\ntype Payload {\n  at: String\n}\n'],
  [
    'an optional argument',
    'user(id: ID!)',
    'user(id: ID!, long: Boolean = true)',
    'user(id: ID!, long: Boolean = true): User @merge(keyField: "id") # the lookup',
  ],
  ['the first argument', 'tags: [String]', 'tags(first: Int): [String]', 'tags(first: Int): [String] state'],
  [
    'an optional input field',
    'input Page { first: Int = 1 }',
    'input Page { first: Int = 1 size: Int }',
    'input Page { first: Int = 1\n  size: Int\n}',
  ],
  ['an enum value', 'ON OFF', 'ON OFF STANDBY', 'enum State { ON OFF\n  STANDBY\n}'],
  [
    'a member of a union',
    'union Found = User',
    'type Other { a: Int } union Found = User | Other',
    'union Found = User | Other',
  ],
  ['an interface', 'implements Node ', 'implements Node & Named ', 'type User implements Node & Named @key('],
  ['a `!` more', 'tags: [String]', 'tags: [String!]!', 'tags: [String!]! state'],
  [
    'a deprecation',
    'name: String!',
    'name: String! @deprecated(reason: "old")',
    'name: String! @deprecated(reason: "old")  tags',
  ],
])('%s more is shown, and written where that is requested', async (_name, from, to, written) => {
  const live = `${same.replace(from, to)} interface Named { name: String! } enum Unit { YEARS }`;
  const shown = await refreshSdl('users', file, await service(live));
  expect(shown).toMatchObject({ sdl: file, changed: false, problems: [] });
  expect(shown.note).toMatch(
    /^checked by introspection; the service has \d additions? \(--write adds them to the file\)\n {2}/,
  );
  const { sdl, problems, changed } = await refreshSdl('users', file, await service(live), true);
  expect({ problems, changed }).toEqual({ problems: [], changed: true });
  expect(sdl).toContain(written);
  expect(sdl).toContain('# A comment.\n');
  expect(sdl).toContain('@merge(keyField: "id") # the lookup');
  expect((await refreshSdl('users', sdl, await service(live))).note).toBe('checked by introspection');
});

test('a deprecated field is not reported as removed', async () => {
  const deprecated = `
    type Query { users(first: Int, limit: Int = 3 @deprecated): Int find(by: By): Int }
    input By { name: String id: ID @deprecated(reason: "by name") }
    directive @mark(how: Int, why: Int @deprecated) on FIELD
  `;
  expect(await refreshSdl('users', deprecated, await service(deprecated))).toEqual({
    sdl: deprecated,
    changed: false,
    note: 'checked by introspection',
    problems: [],
  });
  expect((await refreshSdl('users', null, await service(deprecated))).sdl).toContain(
    'id: ID @deprecated(reason: "by name")',
  );
});

test('defaults of custom scalars are compared as they are written; one that the service cannot show is reported', async () => {
  introspectAsGraphqlJs();
  const before = `scalar Long scalar JSON
    type Query { a(x: Long = 9007199254740993): Int b(x: JSON = { a: [1], b: 2 }): Int c(x: JSON = [1]): Int }`;
  const { problems, note } = await refreshSdl('users', before, await service(before.replace('740993', '740992')));
  expect(problems).toEqual([
    expect.stringMatching(/at Query\.a\(x:\): .*changed from '9007199254740993' to '9007199254740992'$/),
  ]);
  // GraphQL.js 16 fails to show them.
  expect(note).toBe(
    [
      'checked by introspection',
      ...['b', 'c'].map(
        (name) => `  Query.${name}(x:): its default is unknown, because the service's introspection fails there`,
      ),
    ].join('\n'),
  );
});
