// Root fields of services as they are written: names that begin with `_`, and root types that are only extended.
import { expect, test } from 'vitest';
import { composeGraph } from '../../gateway/compose/graph.ts';
import { type Service, serveGraph } from '../values/served-graph.ts';

const sources = (...sdls: string[]) => sdls.map((sdl, index) => ({ name: `s${index}`, sdl }));

test('a root field that begins with `_` is for clients, unless it is a lookup field or describes the service', async () => {
  const { query, services } = await serveGraph({
    services: {
      first: `
        type Query {
          pools: [Pool] _meta(block: Int): Meta _site: String _sdl: String!
          _pools(ids: [ID!]!): [Pool]! @merge(keyField: "id")
        }
        type Mutation { _reset: Boolean }
        type Pool @key(selectionSet: "{ id }") { id: ID! }
        type Meta { block: Int! }
      `,
    },
  });
  (services.first as Service).returns = () => ({ data: { _meta: { block: 7 }, site: 'S', _site: 'S', _reset: true } });
  expect((await query('{ _meta(block: 7) { block } site: _site }')).data).toEqual({ _meta: { block: 7 }, site: 'S' });
  expect((await query('mutation { _reset }')).data).toEqual({ _reset: true });
  for (const hidden of ['_pools(ids: [1]) { id }', '_sdl']) {
    const { errors } = await query(`{ ${hidden} }`);
    expect(errors?.[0]?.message).toMatch(/^Cannot query field "_(pools|sdl)" on type "Query"\./);
  }
});

test("Federation's `_entities` and `_service` are hidden in any case", () => {
  const { schema } = composeGraph(
    sources(
      'scalar _Any type _Service { sdl: String } type Query { a: Int _service: _Service! _entities(r: [_Any!]!): [Int]! }',
    ),
  );
  expect(Object.keys(schema.getQueryType()?.getFields() ?? {})).toEqual(['a']);
});

test('such fields of two services are in conflict as others are, and take a prefix', () => {
  const meta = 'type Query { _meta: Int }';
  expect(() => composeGraph(sources(meta, meta))).toThrow('Query._meta is served by s0 and s1');
});

test('a service may have nothing but extensions of its root types', async () => {
  const { query, services } = await serveGraph({
    services: {
      first: `
        extend type Query { a: Int }
        extend type Query { b: Int }
        extend type Mutation { set: Int }
      `,
    },
  });
  (services.first as Service).returns = () => ({ data: { a: 1, b: 2, set: 3 } });
  expect((await query('{ a b }')).data).toEqual({ a: 1, b: 2 });
  expect((await query('mutation { set }')).data).toEqual({ set: 3 });
});

test('a type of another name that is only extended is an error', () => {
  expect(() => composeGraph(sources('type Query { a: Int } extend type Other { b: Int }'))).toThrow(
    'Cannot extend type "Other" because it is not defined.',
  );
});
