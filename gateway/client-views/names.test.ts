// Names of a view: in its schema, in documents on their way to the graph, and back.
import { MapperKind, mapSchema } from '@graphql-tools/utils';
import { execute, parse, validate } from 'graphql';
import { describe, expect, test, vi } from 'vitest';
import { graphOf, problems, viewOf } from '../../test/clients/shop.ts';

describe('names', () => {
  const view = viewOf({
    exclude: ['Entry'],
    rename: {
      types: {
        User: 'Customer',
        Order: 'Purchase',
        Found: 'Hit',
        Status: 'State',
        RenameInput: 'NewName',
        Node: 'Thing',
      },
      fields: {
        'User.name': 'fullName',
        'User.email': 'name',
        'User.orders': 'purchases',
        'Order.buyer': 'constructor',
        'Query.found': 'search',
        'Mutation.rename': 'renameCustomer',
        'Node.id': 'key',
      },
      arguments: { 'User.orders(status:)': 'state', 'Query.user(id:)': 'key', 'Mutation.rename(input:)': 'to' },
    },
  });

  test.each<[string, string, string]>([
    [
      'nested, in lists, with response keys of the view',
      '{ user(key: 1) { fullName name key purchases { constructor { fullName } } } }',
      '{ user(id: 1) { fullName: name name: email key: id purchases: orders { constructor: buyer { fullName: name } } } }',
    ],
    ["under the client's own aliases", '{ a: user(key: 1) { b: fullName } }', '{ a: user(id: 1) { b: name } }'],
    [
      'fragments on objects, interfaces and unions',
      `{ search(text: "a") { ... on Customer { fullName } ... on Thing { key } ...P } }
       fragment P on Purchase { ... { key } ... on Hit { __typename } }`,
      `{ search: found(text: "a") { ... on User { fullName: name } ... on Node { key: id } ...P } }
       fragment P on Order { ... { key: id } ... on Found { __typename } }`,
    ],
    [
      'variables of renamed inputs and enums',
      `mutation ($to: NewName!, $state: State = PAID, $states: [State!]) {
         renameCustomer(to: $to) { purchases(state: $state) @include(if: true) { key } } }`,
      `mutation ($to: RenameInput!, $state: Status = PAID, $states: [Status!]) {
         renameCustomer: rename(input: $to) { purchases: orders(status: $state) @include(if: true) { key: id } } }`,
    ],
    [
      'introspection left alone',
      '{ __schema { types { name fields { name } } } __type(name: "Customer") { name } __typename }',
      '{ __schema { types { name fields { name } } } __type(name: "Customer") { name } __typename }',
    ],
    [
      'fields that merge',
      '{ user(key: 1) { fullName a: fullName fullName } user(key: 1) { a: fullName } }',
      '{ user(id: 1) { fullName: name a: name fullName: name } user(id: 1) { a: name } }',
    ],
  ])('are mapped: %s', (_what, ofView, ofGraph) => {
    const document = parse(ofView, { noLocation: true });
    expect(validate(view.schema, document).filter(({ message }) => !message.includes('never used'))).toEqual([]);
    expect(view.mapDocument(document)).toEqual(parse(ofGraph, { noLocation: true }));
  });

  test('go both ways', () => {
    expect(view.typeName('User')).toBe('Customer');
    expect(view.typeName('String')).toBe('String');
    expect(view.fieldName('User', 'name')).toBe('Customer.fullName');
    expect(view.fieldName('Order', 'id')).toBe('Purchase.key');
    expect(view.graphCoordinate('Customer.name')).toBe('User.email');
    expect(view.graphCoordinate('Customer.purchases(state:)')).toBe('User.orders(status:)');
    expect(view.graphCoordinate('State.PAID')).toBe('Status.PAID');
    expect(view.viewCoordinate('User.orders(first:)')).toBe('Customer.purchases(first:)');
    expect(view.graphCoordinate('User')).toBeNull();
    expect(view.graphCoordinate('constructor')).toBeNull();
  });

  test('stand in the schema, in the types of an interface too', () => {
    expect(view.sdl).toContain('type Purchase implements Thing {');
    expect(view.sdl).toContain('union Hit = Customer | Purchase');
    expect(view.sdl).toContain('renameCustomer(to: NewName!): Customer');
    expect(view.sdl.match(/ {2}key: ID!/g)).toHaveLength(3);
  });

  test('of a hidden type can be given to another', () => {
    const reused = viewOf({ exclude: ['Entry'], rename: { types: { Line: 'Entry' } } });
    expect(reused.sdl).toContain('type Entry {\n  product: String!');
    expect(reused.typeName('Entry')).toBeNull();
    expect(reused.graphCoordinate('Entry')).toBe('Line');
  });

  test("point errors to the client's document", () => {
    const text = '{ user(key: 1) { purchases { key } } }';
    const { schema } = graphOf();
    const rootValue = { user: { orders: () => Promise.reject(new Error('no orders today')) } };
    const plain = mapSchema(schema, { [MapperKind.OBJECT_FIELD]: (field) => ({ ...field, resolve: undefined }) });
    const response = execute({ schema: plain, document: view.mapDocument(parse(text)), rootValue });
    return expect(response).resolves.toMatchObject({
      errors: [{ path: ['user', 'purchases'], locations: [{ line: 1, column: text.indexOf('purchases') + 1 }] }],
    });
  });

  test('that are taken are rejected, and nothing is printed by a library', () => {
    const printed = (['warn', 'log', 'error'] as const).map((method) => vi.spyOn(console, method));
    expect(problems({ rename: { types: { User: 'Order', Status: 'Tier', Line: 'User' } } })).toEqual([
      'client web: rename: User cannot be called Order, which is the name of another type in the graph',
      'client web: rename: Line cannot be called User, which is the name of another type in the graph',
      'client web: rename: Status cannot be called Tier, which is the name of another type in the graph',
    ]);
    expect(problems({ rename: { values: { 'Tier.GOLD': 'SILVER' }, inputFields: { 'Filter.old': 'tier' } } })).toEqual([
      'client web: rename: Tier.SILVER and Tier.GOLD would both be called SILVER',
      'client web: rename: Filter.old and Filter.tier would both be called tier',
    ]);
    for (const spy of printed) {
      expect(spy).not.toHaveBeenCalled();
      spy.mockRestore();
    }
  });

  test("are none where the view has the graph's: documents stay as they are", () => {
    const document = parse('{ user(id: 1) { name } }');
    expect(viewOf({ exclude: ['Entry'] }).mapDocument(document)).toBe(document);
  });
});
