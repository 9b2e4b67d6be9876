// Rules for documents with `@defer`, and the plans of those that are valid.
import { expect, test } from 'vitest';
import { generateClients } from '../../gateway/commands/codegen/codegen.ts';
import { composeGraph } from '../../gateway/compose/graph.ts';
import { checkConfig } from '../../gateway/config/load.ts';
import { explain, explainAsMermaid } from '../../gateway/query-plan/explain.ts';
import { testEngine } from '../harness/engine.ts';
import { temporaryFolder } from '../harness/folder.ts';

const sdls = {
  users: `
    type Query { me: User _users(ids: [ID!]!): [User] @merge(keyField: "id") }
    type Mutation { rename: User }
    type Subscription { changed: User }
    type User { id: ID!  name: String  friends: [User] }`,
  orders: `
    type Query { _users(ids: [ID!]!): [User] @merge(keyField: "id") }
    type User { id: ID!  limit: Int }`,
};
const { engine } = testEngine(sdls);

test.each([
  [
    'query ($l: String) { me { ... @defer(label: $l) { id } } }',
    `Directive "defer"'s label argument must be a static string.`,
  ],
  [
    '{ me { ... @defer(label: "a") { id } ...F @defer(label: "a") } } fragment F on User { id }',
    'Labels of "@defer" must be unique',
  ],
  ['mutation { ... @defer { rename { id } } }', 'Defer directive cannot be used on root mutation type "Mutation".'],
  ['mutation { ...F @defer } fragment F on Mutation { rename { id } }', 'on root mutation type "Mutation"'],
  ['subscription { ... @defer { changed { id } } }', 'on root subscription type "Subscription"'],
  ['subscription { changed { ... @defer { id } } }', 'Defer directive not supported on subscription operations.'],
  [
    'subscription { changed { ...F } } fragment F on User { ... @defer { id } }',
    'not supported on subscription operations',
  ],
  ['{ me { friends @stream { id } } }', 'The directive "@stream" is not supported. Remove it: lists are sent whole.'],
  ['{ me @defer { id } }', 'Directive "@defer" may not be used on FIELD.'],
  ['{ me { ... @defer(if: null) { id } } }', 'Expected value of type "Boolean!", found null.'],
  ['{ me { ... @defer @defer { id } } }', 'can only be used once at this location'],
])('%s is not valid: %s', (text, message) => {
  const { errors } = engine.documents.get(text);
  expect(errors?.map((error) => error.message).join('\n')).toContain(message);
});

test.each([
  'subscription { changed { ... @defer(if: false) { id } } }',
  'subscription ($d: Boolean!) { changed { ... @defer(if: $d) { id } } }',
  'mutation { rename { ... @defer { id } } }',
  '{ ... @defer(label: null) { me { id } } ... @defer { me { name } } }',
])('%s is valid', (text) => {
  expect(engine.documents.get(text).errors).toBeNull();
});

test("the directive is in the graph's schema, in place of a service's own", () => {
  const own = 'directive @defer(whatever: Int) on FIELD';
  const { sdl } = composeGraph([{ name: 'a', sdl: `${own} type Query { a: Int }` }]);
  expect(sdl).toContain('directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT');
  expect(sdl).not.toContain('whatever');
});

function planOf(text: string, variables: Record<string, unknown> = {}) {
  const plan = engine.documents.get(text).operation(undefined)?.planFor(variables, undefined, '', true);
  if (!plan || 'unsupported' in plan) throw new Error('not planned');
  return plan.plan;
}

test('a plan shows deferred fragments, and the fetches that the first part does not wait for', () => {
  const text = '{ me { name friends { id ... @defer(label: "credit") { limit } } ... @defer { limit } } }';
  const plan = planOf(text);
  const shown = explain(plan);
  expect(shown).toContain('#1 orders, after #0, for a later part');
  expect(shown).toContain('deferred fragment at me: sent after #');
  expect(shown).toContain('deferred fragment "credit" at me.friends: sent after #');
  expect(explainAsMermaid(plan)).toContain('<br/>deferred');
});

test('fetches of deferred fields are apart from those of others, and keys come with what is there first', () => {
  const plan = planOf('{ me { friends { limit } ... @defer { limit } } }');
  expect(plan.fetches.map(({ subgraph }) => subgraph)).toEqual(['users', 'orders', 'orders']);
  expect(plan.deferred?.fetches).toHaveLength(1);
  expect(plan.fetches[0]?.document).toContain('id');
});

test('nothing is deferred where no fragment needs a fetch of its own, and in the plan for other clients', () => {
  expect(planOf('{ me { id ... @defer { name } limit } }').deferred).toBeUndefined();
  const text = '{ me { id ... @defer { limit } } }';
  const plan = engine.documents.get(text).operation(undefined)?.planFor({});
  expect(plan && 'plan' in plan && plan.plan.deferred).toBeUndefined();
});

test('many deferred fragments are bounded: those beyond come with what is around them', () => {
  const fragments = Array.from({ length: 400 }, (_, index) => `... @defer(label: "l${index}") { a${index}: limit }`);
  const plan = planOf(`{ me { id ${fragments.join(' ')} } }`);
  expect(plan.deferred?.fragments).toHaveLength(200);
});

test('a generated SDK compiles documents with the directive: fields of inline fragments may be missing in its types', async () => {
  const folder = temporaryFolder({
    'users.graphql': sdls.users,
    'clients/web/operations/me.graphql':
      'query Me { me { name ... @defer(label: "friends") { friends { name } } ...F @defer } } fragment F on User { id }',
  });
  const users = { url: 'http://127.0.0.1:9/graphql', schema: 'users.graphql' };
  const config = checkConfig({ subgraphs: { users }, unreachable: 'warn' });
  const files = await generateClients(config, folder);
  const types = files.find(({ file }) => file.endsWith('operations.ts'))?.text ?? '';
  expect(types).toContain('{ friends?: never }');
  // It requests JSON alone: its responses are whole.
  const sdk = files.find(({ file }) => file.endsWith('sdk.ts'))?.text;
  expect(sdk).toContain("accept: 'application/graphql-response+json, application/json;q=0.9'");
  expect(files.find(({ file }) => file.endsWith('texts.ts'))?.text).toContain('@defer(label: "friends")');
});
