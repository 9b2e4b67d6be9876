// What Federation SDL that does not compose gets: what is wrong, where, and what to do.
import { expect, test } from 'vitest';
import { ComposeError } from '../../gateway/compose/compose-error.ts';
import { composeSubgraphs } from '../../gateway/compose/federation/compose-subgraphs.ts';
import { createGateway } from '../../gateway/index.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { closedUrl } from '../harness/servers.ts';

const link = (imports = '"@key", "@shareable"', version = 'v2.7', url = 'https://specs.apollo.dev/federation') =>
  `extend schema @link(url: "${url}/${version}", import: [${imports}])\n`;
const rest = 'type Query { me: User } type User @key(fields: "id") { id: ID! name: String }';

function problemsOf(sdls: Record<string, string>): readonly string[] {
  const names = Object.keys(sdls);
  const subgraphs = Object.fromEntries(names.map((name) => [name, { url: closedUrl, schema: `${name}.graphql` }]));
  const files = Object.fromEntries(Object.entries(sdls).map(([name, sdl]) => [`${name}.graphql`, sdl]));
  try {
    createGateway({ log: { level: 'silent' }, subgraphs }, temporaryFolder(files));
    return [];
  } catch (error) {
    if (error instanceof ComposeError) return error.reasons;
    throw error;
  }
}

const federationLink =
  'link it with extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@shareable"])';
const noFederation = (url: string) =>
  `a: @link links ${url}, and not Federation (https://specs.apollo.dev/federation/, v2.0 to v2.12); write extend schema ` +
  '@link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key"]), or define @link in the SDL of a service ' +
  'that is no Federation subgraph';

const imports = (text: string) => `a: @link(url: "https://specs.apollo.dev/federation/v2.7") imports ${text}`;
const noVersion =
  'which is no version of Federation 2: write https://specs.apollo.dev/federation/v2.9, or another of v2.0 to v2.12 ' +
  '(INVALID_LINK_IDENTIFIER)';

test.each<[name: string, sdls: Record<string, string>, problems: unknown[]]>([
  [
    'a syntax error',
    { a: `${link()}type Query { x: Int` },
    [expect.stringMatching(/(^|\/)a\.graphql:2:20: Syntax Error: Expected Name, found <EOF>\.$/)],
  ],
  [
    'an unknown version',
    { a: `${link('"@key"', 'v2.99')}${rest}` },
    [
      'a: Invalid version v2.99 for the federation feature in @link directive on schema. Link one of v2.0 to v2.12 ' +
        '(UNKNOWN_FEDERATION_LINK_VERSION)',
    ],
  ],
  [
    'versions that define nothing new',
    {
      a: `${link('"@key"', 'v2.10')}${rest}`,
      b: `${link('"@key"', 'v2.11')}type User @key(fields: "id") { id: ID! age: Int }`,
      c: `${link('"@key"', 'v2.12')}type User @key(fields: "id") { id: ID! town: String }`,
    },
    [],
  ],
  [
    'an import of a later version than composition knows',
    { a: `${link('"@key", "@cacheTag"', 'v2.12')}${rest}` },
    [
      'a: Cannot import unknown element "@cacheTag". Correct its name, or link the version of the specification that has ' +
        'it (INVALID_LINK_DIRECTIVE_USAGE)',
    ],
  ],
  [
    'an import that is missing',
    { a: `${link('"@key"')}type Query { me: Int @shareable }` },
    [
      'a: Unknown directive "@shareable" at Query.me. If you meant the "@shareable" federation directive, you should use ' +
        'fully-qualified name "@federation__shareable" or add "@shareable" to the `import` argument of the @link to ' +
        'the federation specification. (INVALID_GRAPHQL)',
    ],
  ],
  [
    'an import that does not exist',
    { a: `${link('"@key", "@keyy"')}${rest}` },
    [
      'a: Cannot import unknown element "@keyy". Correct its name, or link the version of the specification that has ' +
        'it (INVALID_LINK_DIRECTIVE_USAGE)',
    ],
  ],
  [
    'a directive of Federation 2 without a link',
    { a: `${rest.replace('String', 'String @shareable')}` },
    [`a: Unknown directive "@shareable" at User.name. It is Federation's: ${federationLink} (INVALID_GRAPHQL)`],
  ],
  [
    'a directive that nothing defines',
    { a: `${link()}type Query { me: Int @foo }` },
    ['a: Unknown directive "@foo" at Query.me. Define it in the SDL, or remove it (INVALID_GRAPHQL)'],
  ],
  [
    'the same in a service without Federation',
    { a: 'type Query { me: Int @foo }' },
    ['a: Unknown directive "@foo" at Query.me. Define it in the SDL, or remove it'],
  ],
  [
    'a type that nothing defines',
    { a: `${link()}type Query { me(in: Usr): Int }` },
    ['a: Unknown type Usr at Query.me(in:) (INVALID_GRAPHQL)'],
  ],
  [
    'a directive that is imported without its @',
    { a: `${link('"key"')}${rest}` },
    [`${imports('"key"')}: the name of a directive begins with @; write "@key" (INVALID_LINK_DIRECTIVE_USAGE)`],
  ],
  [
    'the same under another name',
    { a: `${link('"@key", { name: "authenticated", as: "auth" }')}directive @auth on FIELD_DEFINITION ${rest}` },
    [
      `${imports('{name: "authenticated", as: "auth"}')}: the name of a directive begins with @; write ` +
        '{ name: "@authenticated", as: "@auth" } (INVALID_LINK_DIRECTIVE_USAGE)',
    ],
  ],
  [
    'a guard of its own specification that is imported without its @',
    {
      a: `extend schema @link(url: "https://specs.apollo.dev/authenticated/v0.1", import: [{ name: "authenticated", as: "auth" }])
        ${link('"@key"')}directive @auth on FIELD_DEFINITION ${rest.replace('String', 'String @auth')}`,
    },
    [
      'a: @link(url: "https://specs.apollo.dev/authenticated/v0.1") imports {name: "authenticated", as: "auth"}: the name of ' +
        'a directive begins with @; write { name: "@authenticated", as: "@auth" } (INVALID_LINK_DIRECTIVE_USAGE)',
    ],
  ],
  [
    'imports that are no list, and no name',
    {
      a: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: "@key") ${rest}`,
      b: `${link('5')}${rest}`,
    },
    [
      `${imports('"@key"')}, which is no list: write ["@key"] (INVALID_LINK_DIRECTIVE_USAGE)`,
      `${imports('5').replace('a:', 'b:')}: write "@directive", "Type" or { name: "@directive", as: "@other" } ` +
        '(INVALID_LINK_DIRECTIVE_USAGE)',
    ],
  ],
  [
    'Federation 1 that is linked, a version without its minor one, and http',
    {
      a: `${link('"@key"', 'v1.0')}${rest}`,
      b: `${link('"@key"', 'v2')}${rest}`,
      c: `${link('"@key"', 'v2.7', 'http://specs.apollo.dev/federation')}${rest}`,
    },
    [
      `a: @link links https://specs.apollo.dev/federation/v1.0, ${noVersion}`,
      `b: @link links https://specs.apollo.dev/federation/v2, ${noVersion}`,
      'c: @link links http://specs.apollo.dev/federation/v2.7: write https://specs.apollo.dev/federation/v2.7 ' +
        '(INVALID_LINK_IDENTIFIER)',
    ],
  ],
  [
    'Federation that is linked twice',
    { a: `${link('"@key"')}${link('"@shareable"')}${rest}` },
    ['a: @link links Federation more than once: write one, with all that is imported (INVALID_LINK_DIRECTIVE_USAGE)'],
  ],
  [
    '@override in SDL of Federation 1',
    { a: rest.replace('String', 'String @override(from: "b")'), b: rest.replace('me:', 'other:') },
    [
      'a: @override at User.name is of Federation 2, and this is SDL of Federation 1: link Federation 2 with extend schema ' +
        '@link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", "@override"]) (INVALID_GRAPHQL)',
    ],
  ],
  [
    '@override of a subgraph that does not exist',
    {
      users: `${link('"@key", "@override"')}${rest.replace('String', 'String @override(from: "acounts")')}`,
      accounts: `${link()}${rest.replace('me:', 'other:').replace('String', 'String @shareable')}`,
    },
    [
      'Non-shareable field "User.name" is resolved from multiple subgraphs: it is resolved from subgraphs "accounts" and ' +
        '"users" and defined as non-shareable in subgraph "users". Mark it @shareable in each of them, or serve it ' +
        'from one (INVALID_FIELD_SHARING)',
      'users: User.name overrides that of "acounts", which is no subgraph; did you mean accounts?',
    ],
  ],
  [
    'arguments of directives that are misspelt or missing',
    {
      a: `${link('"@key", "@requiresScopes", "@shareable"')}type Query { me: User @shareable(by: "b") }
        type User @key(fields: "id", resolveable: false) { id: ID! name: String @requiresScopes(scope: [["a"]]) }`,
      b: 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", imports: ["@key"]) type Query { y: Int }',
      c: `${link('"@key"')}type Query { z: Int } type Thing @key { id: ID! }`,
    },
    [
      'a: @shareable at Query.me has no argument "by" (INVALID_GRAPHQL)',
      'a: @key at User has no argument "resolveable"; did you mean resolvable? (INVALID_GRAPHQL)',
      'a: @requiresScopes at User.name has no argument "scope"; did you mean scopes? (INVALID_GRAPHQL)',
      'b: @link at schema has no argument "imports"; did you mean import? (INVALID_GRAPHQL)',
      'c: @key at Thing lacks its argument "fields" (INVALID_GRAPHQL)',
    ],
  ],
  [
    'an argument of a later version',
    {
      a: `${link('"@key", "@override"', 'v2.3')}${rest.replace('String', 'String @override(from: "b", label: "l")')}`,
      b: `${link()}type Query { y: Int }`,
    },
    [
      'a: Unknown argument "label" on directive "@override" at User.name. Link v2.7 of Federation, or a later version (INVALID_GRAPHQL)',
    ],
  ],
  [
    'field sets that do not fit the fields',
    {
      a: `${link('"@key", "@requires", "@external"')}type Query { me: User }
        type User @key(fields: "id name { first }") @key(fields: "place { at }") { id: ID! name: String place: Place
          age(in: Int): Int @external old: Boolean @requires(fields: "age(im: 1)") } type Place { at: At } type At { x: Int }`,
      b: `${link()}type Query { y: Int } type User @key(fields: "id") { id: ID! age(in: Int): Int }`,
    },
    [
      'a: @key(fields: "id name { first }") at User: Field "name" must not have a selection since type "String" has no ' +
        'subfields.',
      'a: @key(fields: "place { at }") at User: Field "at" of type "At" must have a selection of subfields. Did you mean ' +
        '"at { ... }"?',
      'a: @requires(fields: "age(im: 1)") at User.old: Unknown argument "im" on field "User.age". Did you mean "in"?',
    ],
  ],
  [
    'an interface object with an interface that the types of its interface do not have',
    {
      a: `${link('"@key", "@interfaceObject"')}type Query { node: Node } interface Node { id: ID! }
        type Media implements Node @key(fields: "id") @interfaceObject { id: ID! stars: Int }`,
      b: `${link()}type Query { media: Media } interface Media @key(fields: "id") { id: ID! }
        type Book implements Media @key(fields: "id") { id: ID! }`,
    },
    [
      'Media implements Node in a, and Book, which implements Media in b, does not: let Book implement Node, or Media ' +
        'not implement it',
    ],
  ],
  [
    'fragments of a field set on types that are not there',
    {
      a: `${link('"@key", "@requires", "@external"')}type Query { me: User } union Thing = Cup | Car type Cup @external { x: Int } type Car { y: Int }
        type User @key(fields: "id") { id: ID! thing: Thing @external
          old: Boolean @requires(fields: "thing { ... on Cup { x } ... on Cupboard { x } }") new: Boolean @requires(fields: "thing { ... on User { id } }") }`,
      b: `${link()}type Query { y: Int } union Thing = Cup type Cup { x: Int } type User @key(fields: "id") { id: ID! thing: Thing }`,
    },
    [
      'a: @requires(fields: "thing { ... on Cup { x } ... on Cupboard { x } }") at User.old: Unknown type "Cupboard".',
      'a: @requires(fields: "thing { ... on User { id } }") at User.new: Fragment cannot be spread here as objects of type ' +
        '"Thing" can never be of type "User".',
    ],
  ],
  [
    'a misspelt link',
    { a: `${link('"@key"', 'v2.3', 'https://specs.apollo.dev/federaton')}${rest}` },
    [noFederation('https://specs.apollo.dev/federaton/v2.3')],
  ],
  [
    'a link of another specification alone',
    { a: 'extend schema @link(url: "https://specs.apollo.dev/link/v1.0") type Query { me: Int }' },
    [noFederation('https://specs.apollo.dev/link/v1.0')],
  ],
  [
    'a field of two subgraphs that do not share it',
    { a: `${link()}${rest}`, b: `${link()}${rest.replace('me:', 'other:')}` },
    [
      'Non-shareable field "User.name" is resolved from multiple subgraphs: it is resolved from subgraphs "a" and "b" ' +
        'and defined as non-shareable in all of them. Mark it @shareable in each of them, or serve it from one ' +
        '(INVALID_FIELD_SHARING)',
    ],
  ],
  [
    'a name that is two kinds of types',
    { a: `${link()}${rest}`, b: `${link()}type Query { y: Int } enum User { A }` },
    [
      'Type "User" has mismatched kind: it is defined as Object Type in subgraph "a" but Enum Type in subgraph "b". ' +
        'Make it one kind of type, or rename one of them (TYPE_KIND_MISMATCH)',
    ],
  ],
  [
    'a type without a key',
    {
      a: `${link()}type Query { me: User } type User { id: ID! @shareable name: String }`,
      b: `${link()}type Query { them: [User!]! } type User { id: ID! @shareable age: Int }`,
    },
    [
      'User.age of b cannot be reached in "{ me { age } }": b has no key for User; add @key(fields: "id") to User ' +
        'there, or let a serve the field too (@shareable)',
      'User.name of a cannot be reached in "{ them { name } }": a has no key for User; add @key(fields: "id") to User ' +
        'there, or let b serve the field too (@shareable)',
    ],
  ],
  [
    'keys that do not meet',
    {
      a: `${link()}type Query { me: User } type User @key(fields: "id") { id: ID! }`,
      b: `${link()}type Query { y: Int } type User @key(fields: "email") { email: String! @shareable age: Int }`,
    },
    [
      'User.email of b cannot be reached in "{ me { email } }": b finds User by { email }, which cannot be known of an ' +
        'object from a; add the key to User in a, or a @key to b by fields that are there',
      'User.age of b cannot be reached in "{ me { age } }": b finds User by { email }, which cannot be known of an ' +
        'object from a; add the key to User in a, or a @key to b by fields that are there',
    ],
  ],
])('%s', (_name, sdls, problems) => {
  expect(problemsOf(sdls)).toEqual(problems);
});

test('a directive that the SDL defines under the name of one of Federation is a warning, and one that it imports is not', () => {
  const defined = `directive @key(fields: String!) on OBJECT ${rest}`;
  const warningsOf = (sdl: string) => composeSubgraphs([{ name: 'a', url: closedUrl, sdl }]).warnings;
  expect(warningsOf(`${link('"@shareable"')}${defined}`)).toEqual([
    'a: @key at User is the directive that the SDL defines, and not Federation\'s: add "@key" to the imports of its @link ' +
      'if that is meant',
  ]);
  expect(warningsOf(`${link('"@key"')}${defined}`)).toEqual([]);
  const others = ['@primary', '@federation__key'].map((name) =>
    defined.replace('type User', `type User ${name}(fields: "id")`),
  );
  expect(warningsOf(`${link('{ name: "@key", as: "@primary" }')}${others[0]}`)).toEqual([]);
  expect(warningsOf(`${link('"@shareable"')}${others[1]}`)).toEqual([]);
});

test("Federation's directives may have a namespace of the subgraph's own", () => {
  const a = `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", as: "fed")
    type Query { me: User } type User @fed__key(fields: "id") { id: ID! name: String @fed__shareable }`;
  const b = `${link()}type Query { you: User } type User @key(fields: "id") { id: ID! name: String @shareable age: Int }`;
  expect(problemsOf({ a, b })).toEqual([]);
});

test('a supergraph with a field that no path reaches does not start, unless that is allowed', () => {
  const join = (graph: string, more = '') => `@join__type(graph: ${graph}${more})`;
  const supergraph = `
    schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) { query: Query }
    directive @link(url: String, for: link__Purpose) repeatable on SCHEMA
    directive @join__graph(name: String!, url: String!) on ENUM_VALUE
    directive @join__type(graph: join__Graph!, key: String) repeatable on OBJECT
    directive @join__field(graph: join__Graph) repeatable on FIELD_DEFINITION
    enum link__Purpose { SECURITY EXECUTION }
    enum join__Graph { A @join__graph(name: "a", url: "${closedUrl}") B @join__graph(name: "b", url: "${closedUrl}") }
    type Query ${join('A')} ${join('B')} { me: User @join__field(graph: A) }
    type User ${join('A', ', key: "id"')} ${join('B')} { id: ID! @join__field(graph: A) age: Int @join__field(graph: B) }`;
  const folder = temporaryFolder({ 'supergraph.graphql': supergraph });
  const config = { log: { level: 'silent' as const }, supergraph: 'supergraph.graphql' };
  expect(() => createGateway(config, folder)).toThrow(
    'User.age of b cannot be reached in "{ me { age } }": b has no key for User; add @key(fields: "id") to User there, ' +
      'or let a serve the field too (@shareable)',
  );
  expect(createGateway({ ...config, unreachable: 'warn' }, folder).graph.sdl).toContain('age: Int');
});
