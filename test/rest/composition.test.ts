// Composition of REST services: what is outside of the subset, and selections that do not fit the schema, are errors with
// their places.
import { expect, test } from 'vitest';
import { ComposeError } from '../../gateway/compose/compose-error.ts';
import { readRestService } from '../../gateway/compose/connect/rest-service.ts';

const settings = { config: { region: 'eu' }, forwarded: new Set(['x-tenant']), fixedHeaders: new Set<string>() };

function problemsOf(sdl: string): string[] {
  try {
    readRestService('api', sdl, settings);
    return [];
  } catch (error) {
    if (!(error instanceof ComposeError)) throw error;
    return [...error.reasons];
  }
}

const source = 'extend schema @source(name: "api", http: { baseURL: "https://api.example/v1" })';

/** A service with one field of Query. */
const withField = (field: string, types = '') => `${source}
type Query { ${field} }
type User { id: ID! name: String }
${types}`;

const get = (selection: string, url = '/u') => `@connect(http: { GET: "${url}" }, selection: "${selection}")`;

test('a service is an ordinary schema with lookup fields', () => {
  const { sdl } = readRestService(
    'api',
    `${source}
    extend schema @link(url: "https://specs.apollo.dev/connect/v0.3", import: ["@source", "@connect"])
    type Query { user(id: ID!): User ${get('id name', '/u/{$args.id}').replace(')', ', entity: true)')} @cost(weight: "5") }
    type User @key(fields: "id") @cacheControl(maxAge: 60) { id: ID! name: String @shareable }`,
    settings,
  );
  expect(sdl).toBe(`type Query {
  user(id: ID!): User @cost(weight: "5")
}

type User @cacheControl(maxAge: 60) {
  id: ID!
  name: String
}

extend type Query {
  _userById(keys: [ID!]!): [User]! @merge(keyField: "id")
}`);
});

test.each([
  [
    'user: User',
    get('id nme'),
    'api:2:70: selection of Query.user, line 1, column 4: User has no field nme; did you mean name?',
  ],
  ['user: User', get('id'), 'nothing provides User.name here: add it to the selection, or a connector by key'],
  ['user: User', get('$.a'), 'Query.user is User: select its fields, as in: { id name }'],
  ['name: String', get('$.a { b }'), 'Query.name is String, and the selection makes an object: leave out its braces'],
  ['names: [String]', get('$.a->first'), undefined],
  [
    'names: [String]',
    get('$(1)'),
    'Query.names is [String], and the selection makes one value: declare String, or make a list',
  ],
  [
    'name: String',
    get('$.a->map(@.b)'),
    'Query.name is String, and the selection makes a list: add ->first, or declare [String]',
  ],
  ['users: [User]', get('$.a->first { id name }'), undefined],
  ['users: [User]', get('a: $.x id name'), 'User has no field a'],
  ['user: User', get('id name: $(true)'), 'User.name is String, and the selection makes true'],
  ['user: User', get('...$ id'), '"..." is not supported: write the path with its selection alone, as in: a.b { c d }'],
  ['user: User', get('id name: a?.b'), '"?" is not supported: leave it out, since a path through null is null'],
  [
    'user: User',
    get('id name: a->filter(@.b)'),
    'the method ->filter is not supported: let the service filter, by a query parameter',
  ],
  ['user: User', get('id name: a->frst'), 'the method ->frst is not supported; did you mean first or last?'],
  ['user: User', get('id name: a->slice'), '->slice takes 1 or 2 arguments, not 0'],
  ['user: User', get('id name: $env.X'), '$env is not supported: use $config, with env() in the configuration'],
  ['user: User', get('id name: $this.x'), '$this is known below the root: use $args on Query'],
  ['user: User', get('id name', '/u/{$args.id}'), 'Query.user has no argument id'],
  [
    'user(ids: [ID!]): User',
    get('id name', '/u/{$args.ids}'),
    'a text, a number or a boolean is needed, not a list: join it, as in ->joinNotNull(",")',
  ],
  [
    'user: User',
    get('id name', '/u/{$status}'),
    '$status is known after the response: use it in selection, errors and isSuccess',
  ],
  ['user: User', get('id name', '/u/{$config.key}'), '$config.key has no value: set subgraphs.api.connect.config.key'],
  ['user: User', get('id name', '/u/{$config.region}'), undefined],
  [
    'user: User',
    get('id name', '/u?a={$request.headers.x_key}'),
    'the header x_key is not forwarded to api: add it to subgraphs.api.forward.headers',
  ],
  ['user: User', get('id name', "/u?a={$request.headers.'X-Tenant'}"), undefined],
  [
    'user: User',
    get('id name', 'https://other.example/u'),
    'it is relative to the baseURL of @source: give a path such as "/users"',
  ],
  [
    'user: User',
    get('id name', '//other.example/u'),
    'it is relative to the baseURL of @source: give a path such as "/users"',
  ],
  ['user: User', get('id name', '/a//b'), 'a segment of the path is empty: remove a "/"'],
  ['user: User', get('id name', '/a/../b'), 'the segment ".." is not supported: write the path without it'],
  ['user: User', get('id name', '/a#b'), '"#" cannot be in a path: a fragment is not sent: remove it'],
  ['user: User', get('id name', '/a/{$args.id'), 'a "}" is missing after the expression'],
  [
    'user: User',
    '@connect(http: { GET: "/u", POST: "/u" }, selection: "id name")',
    'http of @connect has one of GET, POST, PUT, PATCH, DELETE',
  ],
  [
    'user: User',
    '@connect(http: { GET: "/u", body: "$" }, selection: "id name")',
    'GET has no body: use queryParams, or POST',
  ],
  [
    'user: User',
    '@connect(http: { GET: "/u" })',
    '@connect needs a selection, such as "id name", or "$" for the whole value',
  ],
  [
    'user: User',
    '@connect(http: { get: "/u" }, selection: "id")',
    'http of @connect has no "get"; did you mean GET or PUT?',
  ],
  [
    'user: User',
    '@connect(source: "other", http: { GET: "/u" }, selection: "id name")',
    'there is no @source of this name: the one here is "api"',
  ],
  [
    'user: User',
    '@connect(http: { POST: "/u", body: "a: b" }, selection: "id name")',
    'a request has no values of its own: write b: $args.b, or another variable',
  ],
  [
    'user: User',
    '@connect(http: { GET: "/u", headers: [{ name: "host", value: "x" }] }, selection: "id name")',
    'the header host cannot be set: the gateway writes it itself',
  ],
  [
    'users: [User]',
    '@connect(http: { GET: "/u" }, entity: true, selection: "id name")',
    'entity: true is for fields of Query that return one object',
  ],
  [
    'name: String',
    '@connect(http: { GET: "/u" }, errors: { message: "text" }, selection: "$.name")',
    'errors.message of Query.name is one text, and this makes an object: write $.text',
  ],
  [
    'name: String',
    '@connect(http: { GET: "/u" }, isSuccess: "ok: done", selection: "$.name")',
    'isSuccess of Query.name is true or false, and this makes an object',
  ],
  ['name: String', '@connect(http: { GET: "/u" }, isSuccess: "$.ok", selection: "$.name")', undefined],
  ['user: User', '', 'Query.user has no @connect: add one, or remove the field'],
])('%s %s', (field, connect, problem) => {
  const problems = problemsOf(withField(`${field} ${connect}`));
  if (problem === undefined) expect(problems).toEqual([]);
  else expect(problems.join('\n')).toContain(problem);
});

test('the place in a block string is that in the file', () => {
  const problems = problemsOf(`${source}
type Query {
  user: User @connect(http: { GET: "/u" }, selection: """
    id
    name: full->upper
  """)
}
type User { id: ID! name: String }`);
  expect(problems).toEqual([
    expect.stringMatching(/^api:5:15: selection of Query\.user, line 2, column 11: the method ->upper/),
  ]);
});

test('abstract types name their types', () => {
  const types =
    'interface Node { id: ID! } type Shop implements Node { id: ID! open: Boolean } union Any = User | Shop';
  const problems = (selection: string) =>
    problemsOf(
      withField(
        `any: Any ${get(selection)} node: Node ${get("__typename: kind->match(['s', 'Shop']) id open")}`,
        types,
      ),
    ).join();
  expect(problems('id')).toContain(
    'Query.any is Any: select __typename, as in: __typename: kind->match(["a", "User"])',
  );
  expect(problems("__typename: kind->match(['u', 'User'], ['Shp']) id name open")).toContain('"Shp" is no type of Any');
  expect(problems("__typename: kind->match(['u', 'User'], ['Shop']) id name opn")).toContain('Any has no field opn');
  expect(problems("__typename: kind->match(['u', 'User'], ['Shop']) id name open")).toBe('');
});

test('fields with $this and entities by $batch are checked for their keys', () => {
  const problems = (type: string) =>
    problemsOf(`${source}\ntype Query { me: User ${get('id name')} } ${type}`).join('\n');
  const field = (url: string) => `type User { id: ID! name: String posts: [String!] ${get('$.x', url)} }`;
  expect(problems(field('/p/{$this.id}'))).toBe('');
  expect(problems(field('/p'))).toContain('User.posts uses no field of its parent: use $this, as in {$this.id}');
  expect(problems(field('/p/{$this.key}'))).toContain('User has no field key');
  expect(problems(field('/p/{$batch.id}'))).toContain('$batch is known in @connect on a type');
  const onType = (http: string, selection = 'id name', more = '') =>
    problems(`type User @connect(http: { ${http} }, selection: "${selection}"${more}) { id: ID! name: String }`);
  expect(onType('POST: "/u", body: "ids: $batch.id"', 'id name', ', batch: { maxSize: 5 }')).toBe('');
  expect(onType('POST: "/u", body: "ids: $batch.id"', 'name')).toContain(
    'objects are matched by id: add it to the selection',
  );
  expect(onType('GET: "/u/{$this.id}"', 'id name', ', batch: { maxSize: 5 }')).toContain('batch needs $batch');
  expect(onType('GET: "/u"')).toContain('@connect on User needs its key: use $this.id or $batch.id in the request');
  expect(onType('GET: "/u/{$this.id}"', 'id')).toContain('User.name');
});

test('schemas of Apollo compose: values that another connector of the entity completes', () => {
  const sdl = `${source}
  type Query {
    usersByCompany(company: CompanyInput!): [User] @connect(source: "api", http: { GET: "/by-company/{$args.company.name}" }, selection: "id name company { name catchPhrase }")
    user(id: ID!): User @connect(source: "api", http: { GET: "/{$args.id}" }, entity: true, selection: """
      id
      name
      username
      address { street geo { lat lng } }
      company { name catchPhrase bs email }
    """)
  }
  type Mutation {
    createUser(input: CreateUserInput!): User @connect(source: "api", http: { POST: "/create/user", body: "$args.input { name username address { street geo { lat lng } } }" }, selection: "id")
  }
  type User @key(fields: "id") { id: ID! name: String username: String address: Address company: Company }
  type Company { name: String catchPhrase: String bs: String email: String }
  type Address { street: String geo: Geo }
  type Geo { lat: Float lng: Float }
  input CompanyInput { name: String! catchPhrase: String }
  input CreateUserInput { name: String! username: String! address: AddressInput }
  input AddressInput { street: String geo: GeoInput }
  input GeoInput { lat: Float lng: Float }`;
  expect(problemsOf(sdl)).toEqual([]);
});
