// Views that cannot be made, and the messages for their author.
import { expect, test } from 'vitest';
import { problems } from '../../test/clients/shop.ts';
import type { ClientDefinition } from './definition.ts';

test.each<[string, ClientDefinition, string[]]>([
  [
    'a pattern for what is not there',
    { exclude: ['User.emial'] },
    ['client web: exclude: User.emial is not in the graph; did you mean User.email?'],
  ],
  ['a tag that is nowhere', { exclude: ['#secret'] }, ['client web: exclude: no subgraph has #secret on anything']],
  [
    'an include of a type that nothing gives',
    { include: ['Query.user', 'User.name', 'Line'] },
    ['client web: include: Line has no effect: no included field leads to it'],
  ],
  [
    'an include of a field of an empty type',
    { include: ['Query.user', 'User.name', 'User.orders'] },
    [
      'client web: include: User.orders returns Order, of which nothing is included; include "Order" or some of its fields',
    ],
  ],
  [
    'nothing left of Query',
    { include: ['User'] },
    [
      'client web: include: User has no effect: no included field leads to it',
      'client web: nothing is left of Query; include some of its fields, such as "Query.*"',
    ],
  ],
  ['Query excluded', { exclude: ['Query'] }, ['client web: nothing is left of Query; exclude less']],
  [
    'a required argument',
    { exclude: ['Query.user(id:)'] },
    ['client web: Query.user(id:) is hidden, but Query.user requires it; exclude Query.user'],
  ],
  [
    'the type of a required argument',
    { exclude: ['Date'] },
    ['client web: Query.audit(since:) is hidden, but Query.audit requires it; exclude Query.audit'],
  ],
  [
    'a required field of an input',
    { exclude: ['RenameInput.id'] },
    ['client web: RenameInput.id is hidden, but RenameInput requires it; exclude RenameInput'],
  ],
  [
    'a value that is a default, also inside of one',
    { exclude: ['Tier.GOLD'] },
    [
      'client web: Tier.GOLD is hidden, but it is in the default of Query.users(tier:); hide that as well',
      'client web: Tier.GOLD is hidden, but it is in the default of Mutation.purge(filter:); hide that as well',
    ],
  ],
  [
    'a field of an input that is in a default',
    { exclude: ['Filter.old'] },
    ['client web: Filter.old is hidden, but it is in the default of Mutation.purge(filter:); hide that as well'],
  ],
  [
    'a field that an interface promises',
    { exclude: ['User.id'] },
    [
      'client web: User.id is hidden and Node.id is not, though User implements Node; ' +
        'hide both, such as with "*.id", or exclude Node',
    ],
  ],
  [
    'a field of an interface alone',
    { exclude: ['Node.id', 'Entry', 'Order'] },
    [
      'client web: Node.id is hidden and User.id is not, though User implements Node; ' +
        'hide both, such as with "*.id", or exclude Node',
    ],
  ],
  [
    'a new name for what is not there',
    {
      rename: {
        types: { Usr: 'Customer' },
        fields: { 'User.nam': 'fullName' },
        arguments: { 'User.orders(state:)': 'status' },
      },
    },
    [
      'client web: rename.types: Usr is not in the graph; did you mean User?',
      'client web: rename.fields: User.nam is not in the graph; did you mean User.name?',
      'client web: rename.arguments: User.orders(state:) is not in the graph; did you mean User.orders(status:)?',
    ],
  ],
  [
    'a type with the name of another',
    { rename: { types: { User: 'Order', Order: 'Purchase' } } },
    ['client web: rename: User cannot be called Order, which is the name of another type in the graph'],
  ],
  [
    'a type with a name of GraphQL',
    { rename: { types: { User: 'Float' } } },
    ['client web: rename: User cannot be called Float, which is the name of another type in the graph'],
  ],
  [
    'two types with one name',
    { rename: { types: { User: 'Thing', Order: 'Thing' } } },
    ['client web: rename: Order and User would both be called Thing'],
  ],
  [
    'two fields with one name',
    { rename: { fields: { 'User.name': 'email' } } },
    ['client web: rename: User.email and User.name would both be called email'],
  ],
  [
    'two arguments with one name',
    { rename: { arguments: { 'User.orders(first:)': 'status' } } },
    ['client web: rename: User.orders(status:) and User.orders(first:) would both be called status'],
  ],
  [
    'a field that an interface names',
    { rename: { fields: { 'User.id': 'key' } } },
    ['client web: rename: User.id comes from Node.id; rename that, and it is renamed in every type'],
  ],
  [
    'a name for a field of an input or a value of an enum',
    { rename: { fields: { 'RenameInput.nick': 'short', 'Tier.GOLD': 'BEST' } } },
    [
      'client web: rename.fields: RenameInput.nick belongs under rename.inputFields',
      'client web: rename.fields: Tier.GOLD belongs under rename.values',
    ],
  ],
  [
    'a name for a root type',
    { rename: { types: { Query: 'Root' } } },
    ['client web: rename.types: Query is a root type, which cannot be renamed'],
  ],
])('rejected: %s', (_what, definition, reasons) => {
  expect(problems(definition)).toEqual(reasons);
});

test('all errors are reported at once', () => {
  expect(problems({ exclude: ['Usr', 'Ordr'], rename: { types: { Lne: 'Item' } } })).toHaveLength(3);
});
