// `concierge check` runs what start and requests run: a document that stays valid and is served on other terms breaks.
import { expect, test } from 'vitest';
import { project } from './project.ts';

const directives = `
directive @authenticated on FIELD_DEFINITION | OBJECT
directive @requiresScopes(scopes: [[String!]!]!) on FIELD_DEFINITION | OBJECT
directive @policy(policies: [[String!]!]!) on FIELD_DEFINITION | OBJECT
directive @rateLimit(limit: Int!, duration: Int!) repeatable on FIELD_DEFINITION
directive @cost(weight: String!) on FIELD_DEFINITION | OBJECT
directive @listSize(slicingArguments: [String!], assumedSize: Int, requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION
`;
const shop = `type Query { rows(first: Int): [Row!]!  find(by: By, at: Int = 1): Row  node: Node  nodes: [Node!]!  any: Any }
type Mutation { pay(id: ID!): Row }
type Row implements Node { id: ID!  name: String  price: Float }
type Book implements Node { id: ID!  title: String }
type Stone { weight: Int }
union Any = Row | Book | Stone
interface Node { id: ID! }
input By { n: Int! = 1  id: ID  kind: Kind }
scalar Kind
`;
const operations = `query Rows { rows { name price } }
query Find($by: By) { find(by: $by) { id } }
query At($at: Int) { find(at: $at) { id } }
query Any { any { ...on Node { id } ...on Stone { weight } } }
query Nodes { nodes { id } }
mutation Pay { pay(id: 1) { id } }
`;

const of = (files: Record<string, string> = {}, options: object = {}) =>
  project(
    { 'shop.graphql': directives + shop, 'clients/web/operations/all.graphql': operations, ...files },
    {},
    options,
  );

const rows = 'rows(first: Int): [Row!]!';
const withRow = (directive: string) =>
  shop.replace('type Row implements Node {', `type Row implements Node ${directive} {`);

test.each([
  ['root type gone', shop.replace(/type Mutation.*\n/, ''), 'all.graphql:6:1 Pay: There are no mutations here.'],
  [
    'list that needs a bound',
    shop.replace(rows, `${rows} @listSize(slicingArguments: ["first"])`),
    'all.graphql:1:14 Rows: The field "rows" requires the argument "first"',
  ],
  [
    'scopes of a field',
    shop.replace('price: Float', 'price: Float @requiresScopes(scopes: [["prices"]])'),
    'all.graphql:1:26 Rows: Row.price requires the scope prices',
  ],
  [
    'scopes of a type',
    withRow('@requiresScopes(scopes: [["a", "b"], ["c"]])'),
    'Query.rows requires the scope a and b, or c',
  ],
  ['sign-in of a member', withRow('@authenticated'), 'all.graphql:4:7 Any: Row requires authentication'],
  [
    'rate limit',
    shop.replace(rows, `${rows} @rateLimit(limit: 5, duration: 60)`),
    'all.graphql:1:14 Rows: Query.rows is limited to 5 in 60 s (@rateLimit)',
  ],
  ['cost', shop.replace('price: Float', 'price: Float @cost(weight: "90000")'), 'Rows: The operation costs'],
  [
    'one of',
    shop.replace('input By {', 'input By @oneOf {').replace('n: Int! = 1', 'n: Int'),
    'Find: Exactly one field of',
  ],
  ['default gone', shop.replace('n: Int! = 1', 'n: Int!'), "all.graphql:2:12 Find: Input field 'By.n' default value"],
  ['no null', shop.replace('at: Int = 1', 'at: Int! = 1'), 'all.graphql:3:27 At: Type for argument'],
  ['another kind', shop.replace('scalar Kind', 'enum Kind { A }'), "all.graphql:2:12 Find: 'Kind' kind changed"],
  [
    'member that leaves an interface',
    shop.replace('type Book implements Node {', 'type Book {'),
    'all.graphql:4:19 Any: Book is no Node any more: its objects come without these fields',
  ],
])('a change breaks what is served: %s', async (_name, changed, message) => {
  const { code, output } = await of().check(directives + changed);
  expect(output).toContain(message);
  expect(output).toContain('\nThis breaks web.');
  expect(output).not.toContain('The graph: nothing changes');
  expect(code).toBe(1);
});

test('a change by which the gateway would not start is no change that can go out', async () => {
  const { code, output } = await of().check(
    directives + shop.replace('price: Float', 'price: Float @policy(policies: [["auditor"]])'),
  );
  expect(output).toContain('@policy names "auditor"; add it to authorization.policies');
  expect(code).toBe(1);
});

test('a member that a view hides breaks fields that promise an object', async () => {
  const view = {
    'clients/web/client.mjs': "export default { include: ['Query.*', 'Mutation.*', 'Row', 'Book', 'Stone', 'Node'] };",
  };
  const { code, output } = await of(view).check(
    `${directives}${shop}type Secret implements Node { id: ID!  code: Int }`,
  );
  expect(output).toContain('all.graphql:5:15 Nodes: it may be an object of Secret, which the view hides');
  expect(code).toBe(1);
});

test('what callers meet anyway breaks nothing: looser rules, measured rules, clients whose callers are signed in', async () => {
  const scoped = (scopes: string) => shop.replace('price: Float', `price: Float @requiresScopes(scopes: ${scopes})`);
  const looser = await of({ 'shop.graphql': directives + scoped('[["a", "b"]]') }).check(
    directives + scoped('[["a"], ["c"]]'),
  );
  expect(looser.output).toContain("safe       Row.price: 'Row.price' no longer requires the scope a and b");
  expect(looser.code).toBe(0);
  const measured = { authorization: { mode: 'measure' }, rateLimits: { mode: 'measure' }, limits: { mode: 'measure' } };
  const changed = scoped('[["a"]]').replace(rows, `${rows} @rateLimit(limit: 5, duration: 60) @cost(weight: "900000")`);
  expect((await of({}, measured).check(directives + changed)).output).toContain('\nNothing breaks.');
  const view = { 'clients/web/client.mjs': "export default { authentication: 'required' };" };
  const signedIn = await of(view).check(directives + withRow('@authenticated'));
  expect(signedIn.output).toContain("breaking   Row: 'Row' requires authentication");
  expect(signedIn.output).toContain('\nNothing breaks.');
});

test('what a document requires is in the names of its client', async () => {
  const view = {
    'clients/web/client.mjs': "export default { rename: { types: { Row: 'Line' }, fields: { 'Row.price': 'cost' } } };",
    'clients/web/operations/all.graphql': 'query Rows { rows { cost } }',
  };
  const changed = shop.replace('price: Float', 'price: Float @requiresScopes(scopes: [["prices"]])');
  const { output } = await of(view).check(directives + changed);
  expect(output).toContain('all.graphql:1:21 Rows: Line.cost requires the scope prices');
});

test('deprecations of arguments and input fields are among the changes', async () => {
  const changed = shop
    .replace('at: Int = 1', 'at: Int = 1 @deprecated(reason: "by")')
    .replace('id: ID  kind', 'id: ID @deprecated  kind');
  const { code, output } = await of().check(directives + changed);
  expect(output).toContain('safe       By.id: By.id is deprecated: No longer supported');
  expect(output).toContain('safe       Query.find(at:): Query.find(at:) is deprecated: by');
  expect(code).toBe(0);
});
