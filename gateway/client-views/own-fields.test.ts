// Own fields of one client.
import { describe, expect, test } from 'vitest';
import { problems, viewOf } from '../../test/clients/shop.ts';

describe('fields of its own', () => {
  const fields = {
    schema: `
      type Query { greeting(name: String): Greeting!  featured: User }
      type Greeting { text: String! }
      type User { id: ID! }`,
    resolvers: { Query: { greeting: () => ({ text: 'Hello' }), featured: () => ({ id: '1' }) } },
  };

  test('are in the view without being included, as are their types', () => {
    const view = viewOf({ include: ['Query.user', 'User.name'], fields });
    expect(view.sdl).toMatch(/type Query \{\n {2}featured: User\n {2}greeting\(name: String\): Greeting!\n {2}user/);
    expect(view.sdl).toContain('type Greeting {\n  text: String!\n}');
    expect(view.sdl).toContain('type User {\n  name: String\n}');
  });

  test('are renamed and hidden by their names in the graph', () => {
    const view = viewOf({ fields, exclude: ['Query.featured'], rename: { fields: { 'Query.greeting': 'hello' } } });
    expect(view.sdl).toContain('hello(name: String): Greeting!');
    expect(view.sdl).not.toContain('featured');
  });

  test.each<[string, string, string]>([
    [
      'a type of the graph',
      'type Query { best: Order }',
      'declare the fields of it that they return, such as type Order { id: ID! }',
    ],
    ['a type that is nowhere', 'type Query { best: Odrer }', 'Odrer, which is not in the graph; did you mean Order'],
    [
      'an extension of nothing',
      'type Query { a: Int } extend type Usr { b: Int }',
      'Usr, which is not in the graph; did you mean User?',
    ],
  ])('that refer to %s without its definition are rejected', (_what, schema, reason) => {
    const [first = ''] = problems({ fields: { schema, resolvers: {} } });
    expect(first).toContain('client web: fields use ');
    expect(first).toContain(reason);
  });
});
