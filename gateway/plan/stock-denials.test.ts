// What is denied, in stock execution: over a stitched graph, whose subgraph keeps the requests that it gets.
import { stitchSchemas } from '@graphql-tools/stitch';
import type { ExecutionRequest, ExecutionResult, Executor } from '@graphql-tools/utils';
import {
  buildSchema,
  execute,
  getOperationAST,
  getVariableValues,
  type OperationDefinitionNode,
  parse,
  print,
  subscribe,
  validate,
} from 'graphql';
import { expect, test } from 'vitest';
import { type Denial, Denials } from './denials.ts';
import { withoutDenied } from './stock-denials.ts';

const shop = buildSchema(`
  interface Node { id: ID!  label: String  owner: Node }
  type User implements Node { id: ID!  label: String!  owner: User  email: String  friends: [User!]  boss: User }
  type Order implements Node { id: ID!  label: String  owner: Node  total: Int  rows: [[Item!]!] }
  type Item { id: ID!  price: Int!  seller: Node }
  type Stall implements Node { id: ID!  label: String  owner: Node }
  union Found = User | Order | Item
  type Query { me: User  mine: User!  order: Order  nodes: [Node!]  stalls: [Node]  found: [Found]  strict: [Found!]  nobody: User }
  type Mutation { first: User  second: User!  third: User }
  type Subscription { sold: Order  told: Found! }`);

const user = (id: string): object => ({
  __typename: 'User',
  id,
  label: `user ${id}`,
  owner: () => user('u9'),
  email: `${id}@example.com`,
  friends: () => [user('u2'), user('u3')],
  boss: () => user('u8'),
});
const item = (id: string): object => ({ __typename: 'Item', id, price: 7, seller: () => user('u7') });
const order = {
  __typename: 'Order',
  id: 'o1',
  label: 'order',
  owner: () => user('u1'),
  total: 14,
  rows: [[item('i1'), item('i2')], [item('i3')]],
};
const world = {
  me: () => user('u1'),
  mine: () => user('u1'),
  order,
  nodes: [user('u1'), order],
  stalls: [user('u1'), { __typename: 'Stall', id: 's1', owner: order }],
  found: [user('u1'), order, item('i1')],
  strict: [order, user('u1')],
  nobody: null,
  first: () => user('u1'),
  second: () => user('u2'),
  third: () => user('u3'),
};

async function* events() {
  yield { sold: order, told: order };
  yield { sold: null, told: user('u1') };
}

function openGraph() {
  const requests: string[] = [];
  const executor = ({ document, variables }: ExecutionRequest) => {
    requests.push(print(document));
    const invalid = validate(shop, document);
    if (invalid.length > 0) throw new Error(invalid.join('; '));
    const request = { schema: shop, document, variableValues: variables ?? {} };
    const subscription = getOperationAST(document)?.operation === 'subscription';
    return subscription
      ? subscribe({ ...request, rootValue: rootOfEvents })
      : execute({ ...request, rootValue: world });
  };
  const rootOfEvents = { sold: events, told: events };
  return { requests, schema: stitchSchemas({ subschemas: [{ schema: shop, executor: executor as Executor }] }) };
}

interface Given {
  fields?: string[];
  types?: string[];
  variables?: Record<string, unknown>;
  operationName?: string;
}

function prepare(text: string, { fields = [], types = [], variables = {}, operationName }: Given) {
  const { schema, requests } = openGraph();
  const document = parse(text);
  const invalid = validate(schema, document).filter(({ message }) => !message.includes('"@defer"'));
  if (invalid.length > 0) throw new Error(`A bad test: ${invalid.join('; ')}`);
  const operation = getOperationAST(document, operationName) as OperationDefinitionNode;
  const { coerced = {} } = getVariableValues(schema, operation.variableDefinitions ?? [], variables);
  const denial = (what: string): [string, Denial] => [
    what,
    { message: `No ${what}.`, extensions: { code: 'FORBIDDEN' } },
  ];
  const denials = new Denials({ fields: new Map(fields.map(denial)), types: new Map(types.map(denial)) });
  const outcome = withoutDenied({ schema, document, operation, variables: coerced, denials });
  return { schema, requests, document, outcome };
}

function shown({ data, errors }: ExecutionResult) {
  const told = errors?.map(({ message, path }) => (path ? `${path.join('.')}: ${message}` : message));
  return { ...(data !== undefined && { data: JSON.parse(JSON.stringify(data)) }), ...(told && { errors: told }) };
}

/** The answer, and all that the subgraph was asked for it, without line breaks. */
async function ask(text: string, given: Given = {}) {
  const { schema, requests, outcome } = prepare(text, given);
  if ('refused' in outcome) return { ...shown(outcome.refused), asked: '', stripped: '' };
  expect(validate(schema, outcome.document)).toEqual([]);
  const { variables: variableValues = {}, operationName } = given;
  const result = await execute({ schema, document: outcome.document, variableValues, operationName, contextValue: {} });
  const plain = (written: string) => written.replace(/\s+/g, ' ');
  return {
    ...shown(outcome.restore(result)),
    asked: plain(requests.join(' ')),
    stripped: plain(print(outcome.document)),
  };
}

test('an operation in which nothing is denied is executed as it is', () => {
  for (const fields of [[], ['User.email'], ['Item.price']]) {
    const { document, outcome } = prepare('{ me { label } ... on Query @skip(if: true) { me { email } } }', { fields });
    if ('refused' in outcome) throw new Error('refused');
    expect(outcome.document).toBe(document);
    const result = { data: { me: null } };
    expect(outcome.restore(result)).toBe(result);
  }
});

test('a denied field is null in each object of a list, with an error for each, and nothing is asked for it', async () => {
  const { asked, data, errors } = await ask('{ me { id friends { id mail: email label } email } }', {
    fields: ['User.email'],
  });
  expect(JSON.stringify(data)).toBe(
    '{"me":{"id":"u1","friends":[{"id":"u2","mail":null,"label":"user u2"},{"id":"u3","mail":null,"label":"user u3"}],"email":null}}',
  );
  expect(errors).toEqual([
    'me.friends.0.mail: No User.email.',
    'me.friends.1.mail: No User.email.',
    'me.email: No User.email.',
  ]);
  expect(asked).toContain('friends');
  expect(asked).not.toContain('mail');
});

test('the error carries the denial’s extensions and the places where the field is asked', () => {
  const { outcome } = prepare('{ me { email } }', { fields: ['User.email'] });
  if ('refused' in outcome) throw new Error('refused');
  const [error] = outcome.restore({ data: { me: {} } }).errors ?? [];
  expect(error?.extensions).toEqual({ code: 'FORBIDDEN' });
  expect(error?.locations).toEqual([{ line: 1, column: 8 }]);
});

test('a null that is not allowed is carried up to where it is, out of lists of lists', async () => {
  const { asked, ...answer } = await ask('{ order { total rows { id price } } }', { fields: ['Item.price'] });
  expect(answer).toMatchObject({
    data: { order: { total: 14, rows: null } },
    errors: [
      'order.rows.0.0.price: No Item.price.',
      'order.rows.0.1.price: No Item.price.',
      'order.rows.1.0.price: No Item.price.',
    ],
  });
  expect(asked).not.toContain('price');
});

test('a null that is allowed nowhere leaves no data, and a query is not even asked then', async () => {
  expect(await ask('{ me { id } mine { id } found { __typename } }', { fields: ['Query.mine'] })).toMatchObject({
    data: null,
    errors: ['mine: No Query.mine.'],
    asked: '',
  });
  expect(await ask('{ me { id } mine { label id } }', { fields: ['User.label'] })).toMatchObject({
    data: null,
    errors: ['mine.label: No User.label.'],
  });
});

test('below what the subgraph has nothing of, nothing is denied', async () => {
  expect(await ask('{ nobody { email } me { id } }', { fields: ['User.email'] })).toMatchObject({
    data: { nobody: null, me: { id: 'u1' } },
  });
  expect((await ask('{ nobody { email } }', { fields: ['User.email'] })).errors).toBeUndefined();
});

test('an operation of which nothing is left is answered without asking', async () => {
  const { asked, ...answer } = await ask('{ me { id } order { id } }', { fields: ['Query.me', 'Query.order'] });
  expect(answer).toMatchObject({ data: { me: null, order: null } });
  expect(asked).toBe('');
  expect(await ask('{ me { email } }', { fields: ['User.email'] })).toMatchObject({ data: { me: { email: null } } });
});

test('where a field is denied to one of several types, the others have it', async () => {
  const { asked, stripped, ...answer } = await ask('{ nodes { label id owner { id } } }', { fields: ['Order.label'] });
  expect(answer).toEqual({
    data: {
      nodes: [
        { label: 'user u1', id: 'u1', owner: { id: 'u9' } },
        { label: null, id: 'o1', owner: { id: 'u1' } },
      ],
    },
    errors: ['nodes.1.label: No Order.label.'],
  });
  // What is asked alike of all stays said once.
  expect(stripped).toBe(
    '{ nodes { _typename: __typename id owner { id } ... on User { ... on Node { label } } ... on Stall { label } } }',
  );
  expect(asked).not.toMatch(/on Order \{[^}]*label/);
});

test('objects of a denied type are null where others may stand, and are asked nothing', async () => {
  const text = '{ found { __typename ... on Node { id } ... on User { email } ... on Item { price } } me { id } }';
  const { asked, ...answer } = await ask(text, { types: ['User'] });
  expect(answer).toMatchObject({
    data: { found: [null, { __typename: 'Order', id: 'o1' }, { __typename: 'Item', price: 7 }], me: { id: 'u1' } },
    errors: ['found.0: No User.'],
  });
  expect(asked).not.toContain('email');
  expect(await ask('{ strict { __typename } }', { types: ['User'] })).toMatchObject({
    data: { strict: null },
    errors: ['strict.1: No User.'],
  });
});

test('types of which less is asked do not take from others what they are asked', async () => {
  const text = '{ nodes { id owner { id } ... on Order { owner { ... on User { email } } total } } }';
  expect(await ask(text, { fields: ['Order.total'] })).toMatchObject({
    data: {
      nodes: [
        { id: 'u1', owner: { id: 'u9' } },
        { id: 'o1', owner: { id: 'u1', email: 'u1@example.com' }, total: null },
      ],
    },
  });
});

test('a type whose field gives less than its interface’s field takes nothing from the others', async () => {
  const text = '{ stalls { owner { id ... on Order { total } ... on User { email } } } }';
  expect(await ask(text, { fields: ['Order.total', 'User.email'] })).toMatchObject({
    data: { stalls: [{ owner: { id: 'u9', email: null } }, { owner: { id: 'o1', total: null } }] },
    errors: ['stalls.0.owner.email: No User.email.', 'stalls.1.owner.total: No Order.total.'],
  });
});

test('a fragment that is spread twice may be denied at one place and allowed at the other', async () => {
  const text = '{ me { boss { ...Mail } owner { ...Mail } } } fragment Mail on User { id email }';
  const { asked, ...answer } = await ask(text, { fields: ['User.email me.owner.email'] });
  expect(answer).toMatchObject({
    data: { me: { boss: { id: 'u8', email: 'u8@example.com' }, owner: { id: 'u9', email: null } } },
    errors: ['me.owner.email: No User.email me.owner.email.'],
  });
  expect(asked.match(/email/g)).toHaveLength(1);
});

test('a response key of several mentions is denied once, where it is first mentioned', async () => {
  const text =
    '{ me { email ...More id email } me { label } } fragment More on Node { id ... on User { email owner { email } } }';
  const { data, errors } = await ask(text, { fields: ['User.email'] });
  expect(JSON.stringify(data)).toBe('{"me":{"email":null,"id":"u1","owner":{"email":null},"label":"user u1"}}');
  expect(errors).toEqual(['me.email: No User.email.', 'me.owner.email: No User.email.']);
});

test('a key that the client has chosen stays the client’s', async () => {
  const text = '{ found { _typename_: __typename ... on User { _typename: email boss { id } } } }';
  const { data } = await ask(text, { fields: ['User.boss'] });
  expect(data.found[0]).toEqual({ _typename_: 'User', _typename: 'u1@example.com', boss: null });
});

test('what is skipped is not denied, and variables that only it used are gone', async () => {
  const text = `query ($yes: Boolean! = true, $no: Boolean! = false, $show: Boolean!) {
    me { id mail: email @skip(if: $yes) ... @include(if: $no) { email } other: email @include(if: $show) }
    order @include(if: $show) { id }
  }`;
  const { stripped, ...answer } = await ask(text, { fields: ['User.email'], variables: { show: true } });
  expect(answer).toMatchObject({
    data: { me: { id: 'u1', other: null }, order: { id: 'o1' } },
    errors: ['me.other: No User.email.'],
  });
  expect(stripped).toMatch(/^query \(\$show: Boolean!\) /);
});

test('the document’s other operations do not matter', async () => {
  const text = 'query A { me { email } } query B { me { ...F @defer } } fragment F on User { id email }';
  expect(await ask(text, { fields: ['User.email'], operationName: 'A' })).toMatchObject({
    data: { me: { email: null } },
    stripped: 'query A { me { _typename: __typename } }',
  });
});

test('mutations before one that takes all data with it are executed, those after it are not', async () => {
  const text = 'mutation { first { id } second { label } third { id } }';
  for (const denied of ['Mutation.second', 'User.label']) {
    const { asked, ...answer } = await ask(text, { fields: [denied] });
    expect(answer).toMatchObject({ data: null, errors: [expect.stringContaining(`No ${denied}.`)] });
    expect(asked).toContain('first');
    expect(asked).not.toContain('third');
  }
  expect(await ask('mutation { first { id } third { id } }', { fields: ['Mutation.first'] })).toMatchObject({
    data: { first: null, third: { id: 'u3' } },
    asked: expect.not.stringContaining('first'),
  });
});

test('a subscription whose event is denied is refused', () => {
  const { outcome } = prepare('subscription { sale: sold { id } }', { fields: ['Subscription.sold'] });
  if (!('refused' in outcome)) throw new Error('not refused');
  expect(shown(outcome.refused)).toEqual({ errors: ['sale: No Subscription.sold.'] });
});

test('events come without what is denied in them', async () => {
  const received = async (text: string, given: Given) => {
    const { schema, outcome, requests } = prepare(text, given);
    if ('refused' in outcome) throw new Error('refused');
    const stream = await subscribe({ schema, document: outcome.document, contextValue: {} });
    if (!(Symbol.asyncIterator in stream)) throw new Error(String(stream.errors));
    const results = [];
    for await (const event of stream) results.push(shown(outcome.restore(event)));
    return { results, asked: requests.join() };
  };
  const { results, asked } = await received('subscription { sold { total id } }', { fields: ['Order.total'] });
  expect(results).toEqual([
    { data: { sold: { total: null, id: 'o1' } }, errors: ['sold.total: No Order.total.'] },
    { data: { sold: null } },
  ]);
  expect(asked).not.toContain('total');
  const told = await received('subscription { told { ... on Node { id } } }', { types: ['User'] });
  expect(told.results).toEqual([{ data: { told: { id: 'o1' } } }, { data: null, errors: ['told: No User.'] }]);
});

test('an operation that wants parts of its answer later is refused if any part is denied, each denial told once', () => {
  const text = '{ me { ... @defer { email } friends { email } } nodes { id } }';
  const { outcome } = prepare(text, { fields: ['User.email'], types: ['Order'] });
  if (!('refused' in outcome)) throw new Error('not refused');
  expect(shown(outcome.refused)).toEqual({ errors: ['No User.email.', 'No Order.'] });
  expect(prepare(text, { fields: ['Item.price'] }).outcome).not.toHaveProperty('refused');
});

test('an operation whose fragments multiply beyond measure is refused', () => {
  let text = '{ nodes { ...F0 } }';
  for (let depth = 0; depth < 20; depth += 1) {
    const next = `F${depth + 1}`;
    text += ` fragment F${depth} on Node { x: owner { ...${next} ...on User { id } } ...on Order { y: owner { ...${next} } } ...on User { z: owner { ...${next} } } }`;
  }
  const deep = `{ nodes ${'{ owner '.repeat(20)}{ label }${' }'.repeat(21)}`;
  const refusals = [
    prepare(`${text} fragment F20 on Node { label }`, { fields: ['Order.label'] }),
    // One selection for each type that is not denied, at each depth.
    prepare(deep, { fields: ['User.owner'] }),
  ];
  for (const { outcome } of refusals) {
    if (!('refused' in outcome)) throw new Error('not refused');
    expect(outcome.refused.errors?.[0]?.extensions).toEqual({ code: 'COST_LIMIT_EXCEEDED' });
  }
});
