// Views of a small graph: what they show and what they hide.
import { getIntrospectionQuery, graphqlSync, parse, validate } from 'graphql';
import { describe, expect, test } from 'vitest';
import { graphOf, viewOf } from '../../test/clients/shop.ts';
import { clientSchema } from './definition.ts';
import { buildView, type View } from './view.ts';

/** `Type: member member` for every type of the view but those that always are there. */
function shown({ schema }: View): Record<string, string> {
  const types = Object.values(schema.getTypeMap()).filter(
    ({ name, astNode }) => !name.startsWith('__') && astNode?.kind !== undefined,
  );
  return Object.fromEntries(
    types.map((type) => {
      const members = 'getFields' in type ? Object.keys(type.getFields()) : [];
      if ('getValues' in type) members.push(...type.getValues().map(({ name }) => name));
      if ('getTypes' in type) members.push(...type.getTypes().map(({ name }) => name));
      return [type.name, members.join(' ')];
    }),
  );
}

describe('a view with an include', () => {
  test.each<[string, string[], Record<string, string>]>([
    [
      'one field brings its type, and a type brings all its fields that lead somewhere',
      ['Query.user', 'User'],
      { Query: 'user', User: 'id name email tier notes', Tier: 'GOLD SILVER' },
    ],
    ['fields of a type, one by one', ['Query.user', 'User.name', 'User.email'], { Query: 'user', User: 'name email' }],
    ['a field with one of its arguments', ['Query.users(first:)', 'User.name'], { Query: 'users', User: 'name' }],
    [
      'values of an enum, one by one',
      ['Query.user', 'User.tier', 'Tier.GOLD'],
      { Query: 'user', User: 'tier', Tier: 'GOLD' },
    ],
    [
      'an interface brings its fields in the types that are there anyway',
      ['Query.node', 'Node', 'User.name'],
      { Query: 'node', Node: 'id', User: 'id name' },
    ],
    [
      'a union has the members that are there anyway',
      ['Query.found', 'User.name', 'Order.id'],
      { Query: 'found', Found: 'User Order', User: 'name', Order: 'id' },
    ],
    [
      'a mutation brings its input',
      ['Query.user', 'User.name', 'Mutation.rename'],
      { Query: 'user', Mutation: 'rename', User: 'name', RenameInput: 'id name nick' },
    ],
    [
      'an input with some of its fields has those that it requires',
      ['Query.user', 'User.name', 'Mutation.rename', 'RenameInput.nick'],
      { Query: 'user', Mutation: 'rename', User: 'name', RenameInput: 'id nick' },
    ],
    [
      'a pattern for every type takes nothing from inputs',
      ['Query.user', '*.name', 'Mutation.rename'],
      { Query: 'user', Mutation: 'rename', User: 'name', RenameInput: 'id name nick' },
    ],
  ])('%s', (_what, include, types) => {
    expect(shown(viewOf({ include }))).toEqual(types);
  });

  test('includes the required arguments beside those it names', () => {
    const view = viewOf({ include: ['Query.users(first:)', 'Query.user', 'User.name'] });
    expect(view.sdl).toContain('users(first: Int = 10): [User!]!');
    expect(view.sdl).toContain('user(id: ID!): User');
  });
});

describe('a view with an exclude', () => {
  test.each<[string, string[], string[]]>([
    ['a type goes with the fields that give it', ['Order'], ['Order', 'User.orders', 'Line', 'Status']],
    ['a type goes when all its fields do', ['Line.*'], ['Line', 'Order.lines']],
    ['what has a tag', ['#internal'], ['Query.audit', 'User.notes', 'Status.LOST', 'Date']],
    ['an interface leaves its types their fields', ['Node'], ['Node', 'Query.node']],
    ['a field in every type', ['*.id', 'Mutation'], ['User.id', 'Order.id', 'Node']],
    ['an optional argument', ['User.orders(status:)'], ['User.orders(status:)']],
    ['an optional field of an input', ['RenameInput.nick'], ['RenameInput.nick']],
    ['a scalar goes with what gives it and what needs it', ['Date', 'Query.audit'], ['Date', 'Query.audit']],
    ['every mutation', ['Mutation.*'], ['Mutation', 'RenameInput', 'Filter']],
  ])('%s', (_what, exclude, gone) => {
    const view = viewOf({ exclude });
    for (const coordinate of gone) expect(view.viewCoordinate(coordinate), coordinate).toBeNull();
    expect(view.viewCoordinate('User.name')).toBe('User.name');
  });

  test('has nothing hidden left in its schema', () => {
    const { sdl } = viewOf({ exclude: ['#internal', 'Order', 'Tier.SILVER'], mutations: false });
    expect(sdl).not.toMatch(/audit|notes|LOST|Status|Order|Line|SILVER|Date|Mutation|RenameInput|@tag/);
  });

  test('has the hidden objects and values that services may return all the same', () => {
    const view = viewOf({ exclude: ['Entry', 'Status.LOST', 'Tier.SILVER'] });
    expect([...view.hiddenTypes]).toEqual(['Entry']);
    expect([...view.hiddenEnumValues]).toEqual([
      ['Tier', new Set(['SILVER'])],
      ['Status', new Set(['LOST'])],
    ]);
  });

  test('excludes every mutation where mutations are off', () => {
    expect(viewOf({ mutations: false }).schema.getMutationType()).toBeUndefined();
  });
});

test('a view of everything is the graph', () => {
  const graph = graphOf();
  const { sdl } = buildView(graph, clientSchema.parse({}), 'admin');
  expect(sdl).toBe(graph.sdl.replace(/directive @tag.*\n\n/, ''));
});

describe('what is hidden', () => {
  const view = viewOf({ exclude: ['#internal', 'Entry', 'Tier.SILVER', 'User.orders(status:)', 'RenameInput.nick'] });
  const errorsOf = (text: string) => validate(view.schema, parse(text)).map(({ message }) => message);

  test.each<[string, string, string]>([
    ['a field', '{ user(id: 1) { notes } }', 'Cannot query field "notes" on type "User".'],
    ['a field close to one that is shown', '{ user(id: 1) { note } }', 'Did you mean'],
    ['a member by a fragment', '{ found(text: "") { ... on Entry { id } } }', 'Unknown type "Entry".'],
    ['an implementation by a fragment', '{ node(id: 1) { ... on Entry { what } } }', 'Unknown type "Entry".'],
    ['a type by a fragment of its own', 'fragment A on Entry { id } { node(id: 1) { ...A } }', 'Unknown type "Entry".'],
    [
      'an argument',
      '{ user(id: 1) { orders(status: PAID) { id } } }',
      'Unknown argument "status" on field "User.orders".',
    ],
    ['a value', '{ users(tier: SILVER) { id } }', 'Value "SILVER" does not exist in "Tier" enum.'],
    [
      'a field of an input',
      'mutation { rename(input: { id: 1, nick: "a" }) { id } }',
      'Field "nick" is not defined by type "RenameInput".',
    ],
    ['a type of a variable', 'query ($date: Date) { __typename @skip(if: false) }', 'Unknown type "Date".'],
    ['a field of the root', '{ audit(since: 1) { id } }', 'Cannot query field "audit" on type "Query".'],
  ])('cannot be reached: %s', (_what, text, message) => {
    const [first = '', ...rest] = errorsOf(text);
    if (message === 'Did you mean') expect(first).not.toContain('notes');
    else expect(first).toContain(message);
    expect(first + rest).not.toMatch(/did you mean[^?]*(notes|Entry|status|SILVER|nick|Date|audit)/i);
  });

  test('is not in introspection', () => {
    const response = JSON.stringify(graphqlSync({ schema: view.schema, source: getIntrospectionQuery() }));
    expect(response).not.toMatch(/"(notes|Entry|LOST|SILVER|nick|Date|audit|tag)"/);
    expect(response).toContain('"Found"');
    const requested = graphqlSync({ schema: view.schema, source: '{ __type(name: "Entry") { name } }' });
    expect(requested).toEqual({ data: { __type: null } });
  });

  test('has no name in the view', () => {
    expect(view.typeName('Entry')).toBeNull();
    expect(view.fieldName('User', 'notes')).toBeNull();
    expect(view.graphCoordinate('User.notes')).toBeNull();
  });
});
