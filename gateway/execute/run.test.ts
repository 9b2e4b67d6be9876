// Execution of a plan on subgraphs that respond when the test lets them: when fetches start, their documents, the
// places of errors.
import { expect, test } from 'vitest';
import { testEngine } from '../../test/harness/engine.ts';

const users = `
  type Query {
    me: User  users: [User]  groups: [[User]]
    _users(ids: [ID!]!): [User] @merge(keyField: "id")
  }
  type Mutation { rename(name: String): User }
  type User { id: ID!  name: String  motto: String! }`;
const orders = `
  type Query { _users(ids: [ID!]!): [User] @merge(keyField: "id")  _orders(ids: [ID!]!): [Order] @merge(keyField: "id") }
  type Mutation { buy: Order }
  type User { id: ID!  order: Order  budget: Int!  limit: Int }
  type Order { id: ID!  total: Int! }`;
const stock = `
  type Query { top: [Order]  _order(id: ID!): Order @merge(keyField: "id") }
  type Order { id: ID!  weight: Int }`;
const open = () => testEngine({ users, orders, stock });

test('a fetch starts when those it needs are done, although others of the same round still run', async () => {
  const engine = open();
  const done = engine.run('{ me { name limit } top { weight } }');
  expect(engine.requested.map(({ subgraph }) => subgraph)).toEqual(['users', 'stock']);
  engine.response(['users', { data: { me: { name: 'Ada', id: 'u1' } } }]);
  expect(engine.requested.map(({ subgraph }) => subgraph)).toEqual(['stock', 'orders']);
  engine.response(['orders', { data: { _users: [{ limit: 5, id: 'u1' }] } }]);
  expect(engine.requested.map(({ subgraph }) => subgraph)).toEqual(['stock']);
  engine.response(['stock', { data: { top: [] } }]);
  expect((await done).text).toBe('{"data":{"me":{"name":"Ada","limit":5},"top":[]}}');
});

test('each key is fetched once, and its entity stands wherever it belongs, in lists of lists too', async () => {
  const engine = open();
  const done = engine.run('{ groups { limit } users { limit } }');
  engine.response(['users', { data: { groups: [[{ id: 'a' }, null], null, [{ id: 'b' }]], users: [{ id: 'a' }] } }]);
  expect(engine.requested.map(({ variables }) => Object.values(variables))).toEqual([[['a', 'b']]]);
  engine.response([
    'orders',
    {
      data: {
        _users: [
          { limit: 1, id: 'a' },
          { limit: 2, id: 'b' },
        ],
      },
    },
  ]);
  expect((await done).data).toEqual({ groups: [[{ limit: 1 }, null], null, [{ limit: 2 }]], users: [{ limit: 1 }] });
});

test('nothing is fetched where there is no key', async () => {
  const engine = open();
  const done = engine.run('{ users { limit } }');
  engine.response(['users', { data: { users: [null] } }]);
  expect((await done).text).toBe('{"data":{"users":[null]}}');
  expect(engine.requested).toEqual([]);
});

test('a subgraph with a lookup of one object gets fifty in one request', async () => {
  const engine = open();
  const done = engine.run('{ users { order { weight } } }');
  const ids = Array.from({ length: 60 }, (_, index) => `o${index}`);
  engine.response(['users', { data: { users: ids.map((id) => ({ id })) } }]);
  engine.response(['orders', { data: { _users: ids.map((id) => ({ order: { id }, id })) } }]);
  expect(engine.requested.map(({ variables }) => Object.keys(variables).length)).toEqual([50, 10]);
  expect(engine.requested[1]?.query).toContain('_9: _order(id: $');
  const weights = (count: number) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`_${index}`, { weight: index }]));
  engine.response(['stock', { data: weights(50) }], ['stock', 'down']);
  const { data, errors } = await done;
  const state = (data as { users: { order: { weight: number | null } }[] }).users.map(({ order }) => order.weight);
  expect(state).toEqual([...Array.from({ length: 50 }, (_, index) => index), ...Array(10).fill(null)]);
  expect(errors.map(({ path }) => path?.[1])).toEqual([50, 51, 52, 53, 54, 55, 56, 57, 58, 59]);
});

test('an error of one entity is reported at each place where it stands, with its index', async () => {
  const engine = open();
  const done = engine.run('{ users { limit } me { limit } }');
  engine.response(['users', { data: { users: [{ id: 'a' }, { id: 'b' }], me: { id: 'b' } } }]);
  engine.response([
    'orders',
    { data: { _users: [{ limit: 1, id: 'a' }, null] }, errors: [{ message: 'no b', path: ['_users', 1] }] },
  ]);
  const { data, errors } = await done;
  expect(data).toEqual({ users: [{ limit: 1 }, { limit: null }], me: { limit: null } });
  expect(errors).toEqual([
    { message: 'no b', path: ['users', 1, 'limit'] },
    { message: 'no b', path: ['me', 'limit'] },
  ]);
});

test('an entity that is not found is no error, also where the request for others fails', async () => {
  const engine = open();
  const done = engine.run('{ users { order { weight } } }');
  engine.response(['users', { data: { users: [{ id: 'a' }, { id: 'b' }] } }]);
  engine.response(['orders', { data: { _users: [null, { order: { id: 'o' }, id: 'b' }] } }], ['stock', 'down']);
  const { data, errors } = await done;
  expect(data).toEqual({ users: [{ order: null }, { order: { weight: null } }] });
  expect(errors.map(({ path }) => path)).toEqual([['users', 1, 'order', 'weight']]);
});

test('what waits for a failed fetch has its error at its own place', async () => {
  const engine = open();
  const done = engine.run('{ me { name order { weight } } }');
  engine.response(['users', { data: { me: { name: 'Ada', id: 'a' } } }], ['orders', 'down']);
  const { data, errors } = await done;
  expect(data).toEqual({ me: { name: 'Ada', order: null } });
  expect(errors).toEqual([{ message: 'The subgraph "orders" could not be reached.', path: ['me', 'order'] }]);
  expect(engine.requested).toEqual([]);
});

test("an error below a null that propagated in a subgraph names the failed field under the client's alias", async () => {
  const engine = open();
  const done = engine.run('{ me { slogan: motto } users { budget } }');
  const errors = [{ message: 'no motto', path: ['me', 'motto'] }];
  engine.response(['users', { data: { me: null, users: [{ id: 'a' }] }, errors }]);
  engine.response([
    'orders',
    { data: { _users: [null] }, errors: [{ message: 'broke', path: ['_users', 0, 'budget'] }] },
  ]);
  const response = await done;
  expect(response.data).toEqual({ me: null, users: [null] });
  expect(response.errors.map(({ path }) => path)).toEqual([
    ['me', 'slogan'],
    ['users', 0, 'budget'],
  ]);
});

test('an error that leads to a value has the path of that value; one without a path has none', async () => {
  const engine = open();
  const done = engine.run('{ me { n: name } }');
  const errors = [{ message: 'odd' }, { message: 'odder', path: ['me', 'name', 'deep'] }];
  engine.response(['users', { data: { me: { name: 'Ada' } }, errors }]);
  expect((await done).errors).toEqual([
    { message: 'odder', path: ['me', 'n'] },
    { message: 'odd', path: undefined },
  ]);
});

test('a list whose rows have no key must be as long as its keys: else it is rejected, and the log has both numbers', async () => {
  const engine = testEngine({ users, orders: orders.replace('type User { id: ID! ', 'type User {') });
  const done = engine.run('{ users { limit } }');
  engine.response(
    ['users', { data: { users: [{ id: 'a' }, { id: 'b' }] } }],
    ['orders', { data: { _users: [{ limit: 1 }] } }],
  );
  const message = 'entity fetch of User, response key _users: 1 objects for 2 keys';
  expect(engine.logged).toEqual([{ subgraph: 'orders', errors: [{ message }] }]);
  const { data, errors } = await done;
  expect(data).toEqual({ users: [{ limit: null }, { limit: null }] });
  expect(errors.map(({ message }) => message)).toEqual(
    Array(2).fill('The subgraph "orders" returned an unusable response.'),
  );
});

test('a mutation starts its next field when the one before is complete, with its entity fetches', async () => {
  const engine = open();
  const done = engine.run('mutation { rename { limit } __typename buy { total } }');
  expect(engine.requested.map(({ query }) => query)).toEqual(['mutation  { rename { id } }']);
  engine.response(['users', { data: { rename: { id: 'a' } } }]);
  expect(engine.requested.map(({ subgraph }) => subgraph)).toEqual(['orders']);
  engine.response(['orders', { data: { _users: [{ limit: 3, id: 'a' }] } }]);
  expect(engine.requested.map(({ query }) => query)).toEqual(['mutation  { buy { total } }']);
  engine.response(['orders', { data: { buy: { total: 9 } } }]);
  expect((await done).text).toBe('{"data":{"rename":{"limit":3},"__typename":"Mutation","buy":{"total":9}}}');
});

test('keys that mean something to JavaScript are keys like others', async () => {
  const engine = open();
  const done = engine.run('{ me { then: name __proto__: name constructor: name toString: limit } }');
  engine.response(
    ['users', { data: { me: { name: 'Ada', id: 'a' } } }],
    ['orders', { data: { _users: [{ limit: 1, id: 'a' }] } }],
  );
  const { data, text } = await done;
  const expected = '{"me":{"then":"Ada","__proto__":"Ada","constructor":"Ada","toString":1}}';
  expect(text).toBe(`{"data":${expected}}`);
  expect(JSON.stringify(data)).toBe(expected);
});
