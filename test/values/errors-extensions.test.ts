// Extensions of services' errors: the code from where the service has it, the keys that the configuration names, and no
// others; in the names of a client with a view.
import { expect, test } from 'vitest';
import type { GatewayConfig } from '../../gateway/index.ts';
import { type ServedGraph, serveGraph } from './served-graph.ts';

const accounts = `
  type Query { me: User lookUp(mail: String, secretFlag: Boolean): User _users(ids: [ID!]!): [User] @merge(keyField: "id") }
  type Mutation { signUp(mail: String, input: Details): User }
  type User { id: ID! mail: String secretNote: String friend: User }
  input Details { name: String secretNick: String }
`;
const orders = `
  type Query { _users(ids: [ID!]!): [User] @merge(keyField: "id") }
  type User { id: ID! total: Int }
`;

const view = {
  exclude: ['*.secret*', 'Query.lookUp(secretFlag:)'],
  rename: {
    types: { User: 'Person' },
    fields: { 'User.mail': 'address', 'Mutation.signUp': 'register', 'User.total': 'sum' },
    arguments: { 'Mutation.signUp(mail:)': 'email', 'Query.lookUp(mail:)': 'email' },
  },
};

type Settings = NonNullable<GatewayConfig['subgraphs']>[string]['errors'];

const serve = (errors?: Settings, config: Partial<GatewayConfig> = {}): Promise<ServedGraph> =>
  serveGraph({
    services: { accounts, orders },
    view,
    ...(errors && { settings: { accounts: { errors }, orders: { errors } } }),
    config,
  });

const signUp = 'mutation { signUp(mail: "a@b.example") { id } }';

/** What a client gets of an error of `signUp` with these members. */
async function reported(graph: ServedGraph, error: object): Promise<unknown> {
  graph.services.accounts!.returns = () => ({ data: { signUp: null }, errors: [{ path: ['signUp'], ...error }] });
  const { errors } = await graph.query(signUp);
  expect(errors).toHaveLength(1);
  const [{ message, extensions }] = errors as [{ message: string; extensions: object }];
  return { message, extensions };
}

const hidden = {
  message: 'The subgraph "accounts" reported an error.',
  extensions: { code: 'SUBGRAPH_ERROR', subgraph: 'accounts' },
};

test('nothing but the code passes unless the configuration says so', async () => {
  const graph = await serve();
  const extensions = { code: 'TAKEN', fields: { mail: ['taken'] }, stacktrace: ['at x'], url: 'http://internal' };
  expect(await reported(graph, { message: 'Taken.', extensions })).toEqual({
    message: 'Taken.',
    extensions: { code: 'TAKEN', subgraph: 'accounts' },
  });
});

test('keys that the configuration names pass as they are, and no others', async () => {
  const graph = await serve({ extensions: ['fields', 'min', 'none', 'constructor'] });
  const extensions = { code: 'TAKEN', fields: { mail: ['taken', null, 1.5] }, min: 0, trace: 'x' };
  expect(await reported(graph, { message: 'Taken.', extensions })).toEqual({
    message: 'Taken.',
    extensions: { code: 'TAKEN', fields: { mail: ['taken', null, 1.5] }, min: 0, subgraph: 'accounts' },
  });
});

test.each<[what: string, code: string | undefined, error: object, expected: unknown]>([
  ['a number', undefined, { extensions: { code: 1042 } }, 1042],
  [
    'the classification of a Spring service',
    'extensions.classification',
    { extensions: { classification: 'ValidationError' } },
    'ValidationError',
  ],
  ['the error type of a DGS service', 'extensions.errorType', { extensions: { errorType: 'NOT_FOUND' } }, 'NOT_FOUND'],
  ['a member of the error itself', 'errorType', { errorType: 'Unauthorized' }, 'Unauthorized'],
  ['deep in the extensions', 'extensions.problem.code', { extensions: { problem: { code: 'P1' } } }, 'P1'],
])('a code that is %s passes as `extensions.code`', async (_what, code, error, expected) => {
  const graph = await serve(code === undefined ? undefined : { code });
  expect(await reported(graph, { message: 'No.', ...error })).toEqual({
    message: 'No.',
    extensions: { code: expected, subgraph: 'accounts' },
  });
});

test.each<[what: string, error: object, code?: string]>([
  ['without a code', { extensions: { fields: {} } }],
  ['with an empty one', { extensions: { code: '' } }],
  ['with one that is an object', { extensions: { code: {} } }],
  ['with a code in another place than the configured one', { extensions: { code: 'X' } }, 'extensions.errorType'],
  ["with a code for the services' own failures", { extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
  [
    "with a Spring service's word for them",
    { extensions: { classification: 'INTERNAL_ERROR' } },
    'extensions.classification',
  ],
  ["with a DGS service's word for them", { extensions: { errorType: 'INTERNAL' } }, 'extensions.errorType'],
  ['with extensions that are a list', { extensions: ['code'] }],
  ['with a code by its prototype only', { extensions: {} }, 'extensions.constructor.name'],
])('an error %s passes nothing of its own', async (_what, error, code) => {
  const graph = await serve({ extensions: ['fields'], ...(code !== undefined && { code }) });
  expect(await reported(graph, { message: 'private', ...error })).toEqual(hidden);
});

test('with `subgraphErrors: none`, no key passes either', async () => {
  const graph = await serve({ extensions: ['fields'] }, { subgraphErrors: 'none' });
  expect(await reported(graph, { message: 'x', extensions: { code: 'TAKEN', fields: 1 } })).toEqual(hidden);
});

test('with `subgraphErrors: all`, keys pass without a code too', async () => {
  const graph = await serve({ extensions: ['fields'] }, { subgraphErrors: 'all' });
  expect(await reported(graph, { message: 'x', extensions: { fields: 1 } })).toEqual({
    message: 'x',
    extensions: { code: 'SUBGRAPH_ERROR', fields: 1, subgraph: 'accounts' },
  });
});

test.each([
  ['code', 'the code always passes'],
  ['subgraph', 'the gateway writes it itself'],
  ['http', 'the gateway writes it itself'],
  ['__proto__', 'the gateway writes it itself'],
])('the configuration cannot name %s', async (key, why) => {
  await expect(serve({ extensions: [key] })).rejects.toThrow(why);
});

test('a client with a view gets its own names, and none that are hidden', async () => {
  const graph = await serve({ extensions: ['fields', 'field', 'where', 'type', 'deep'] });
  graph.services.accounts!.returns = () => ({
    data: { signUp: null },
    errors: [
      {
        message: 'Taken.',
        path: ['signUp'],
        extensions: {
          code: 'TAKEN',
          fields: { mail: ['taken'], name: ['short'], secretNick: ['bad'] },
          field: 'secretNote',
          where: ['Mutation.signUp(mail:)', 'User.mail', 'User.secretNote', 'elsewhere'],
          type: 'User',
          deep: { of: [{ signUp: { mail: 1 } }] },
        },
      },
    ],
  });
  const { data, errors } = await graph.query('mutation { r: register(email: "a") { id } }', { path: '/graphql/web' });
  expect(data).toEqual({ r: null });
  expect(errors).toEqual([
    {
      message: 'Taken.',
      path: ['r'],
      extensions: {
        code: 'TAKEN',
        subgraph: 'accounts',
        fields: { email: ['taken'], name: ['short'] },
        where: ['Mutation.register(email:)', 'Person.address', 'elsewhere'],
        type: 'Person',
        deep: { of: [{ register: { email: 1 } }] },
      },
    },
  ]);
});

test('names are those of the field that the error is about, also below a null and in an entity', async () => {
  const graph = await serve({ extensions: ['field'] });
  graph.services.accounts!.returns = () => ({
    data: { me: { id: '1', friend: null } },
    errors: [{ message: 'a', path: ['me', 'friend', 'mail'], extensions: { code: 'A', field: 'mail' } }],
  });
  graph.services.orders!.returns = () => ({
    data: { _users: [{ id: '1', total: null }] },
    errors: [{ message: 'b', path: ['_users', 0, 'total'], extensions: { code: 'B', field: 'total' } }],
  });
  const { errors } = await graph.query('{ me { friend { a: address } sum } }', { path: '/graphql/web' });
  expect(errors).toEqual([
    { message: 'a', path: ['me', 'friend', 'a'], extensions: { code: 'A', subgraph: 'accounts', field: 'address' } },
    { message: 'b', path: ['me', 'sum'], extensions: { code: 'B', subgraph: 'orders', field: 'sum' } },
  ]);
});

test('an error at no place of a view has its code alone', async () => {
  const graph = await serve({ extensions: ['field'] });
  graph.services.accounts!.returns = () => ({
    data: { me: { id: '1' } },
    errors: [{ message: 'a', path: ['me', 'secretNote'], extensions: { code: 'A', field: 'secretNote' } }],
  });
  const { errors } = await graph.query('{ me { id } }', { path: '/graphql/web' });
  expect(errors).toEqual([{ message: 'a', extensions: { code: 'A', subgraph: 'accounts' } }]);
});

test("an error with `extensions.http` does not change the gateway's status", async () => {
  const graph = await serve({ extensions: ['field'] });
  graph.services.accounts!.returns = () => ({
    data: { me: null },
    errors: [
      {
        message: 'a',
        path: ['me'],
        extensions: { code: 'A', http: { status: 500 }, unexpected: true, subgraph: 'other' },
      },
    ],
  });
  const { status, errors } = await graph.query('{ me { id } }');
  expect(status).toBe(200);
  expect(errors).toEqual([{ message: 'a', path: ['me'], extensions: { code: 'A', subgraph: 'accounts' } }]);
});
