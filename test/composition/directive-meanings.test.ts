// Directives of services with the name of one of the gateway's own and another definition.
import { afterAll, describe, expect, test } from 'vitest';
import { composeGraph } from '../../gateway/compose/graph.ts';
import { ownDefinitions } from '../../gateway/compose/sdl.ts';
import { ownDirectiveNames } from '../../gateway/config/subgraphs.ts';
import { startCachingGateway, startService } from '../caching/services.ts';

const undo: (() => unknown)[] = [];
afterAll(async () => {
  for (const step of undo.reverse()) await step();
});

const compose = (sdl: string, directives = {}) => composeGraph([{ name: 'shop', sdl, directives }]);

describe('another definition is another directive', () => {
  const foreign: [name: string, sdl: string, difference: string][] = [
    [
      'rateLimit',
      'directive @rateLimit(max: Int, per: String) on FIELD_DEFINITION type Query { a: Int @rateLimit(max: 500, per: "1s") }',
      'the gateway\'s has no argument "max"',
    ],
    [
      'cost',
      'directive @cost(complexity: Int) on FIELD_DEFINITION type Query { a: Int @cost(complexity: 3) }',
      'the gateway\'s has no argument "complexity"',
    ],
    [
      'cacheControl',
      'directive @cacheControl(maxAge: String) on FIELD_DEFINITION | OBJECT type Query { a: Int @cacheControl(maxAge: "1h") }',
      '"maxAge" is String and not Int',
    ],
    [
      'computed',
      'directive @computed(value: String) on FIELD_DEFINITION type Query { a: Int @computed(value: "$b $c") }',
      'the gateway\'s has no argument "value"',
    ],
    [
      'key',
      'directive @key(fields: String!) repeatable on OBJECT type A @key(fields: "id") @key(fields: "b") { id: ID b: Int } type Query { a: A }',
      'the gateway\'s has no argument "fields"',
    ],
    [
      'merge',
      'directive @merge(strategy: String) on FIELD_DEFINITION type Query { a: Int @merge(strategy: "x") }',
      'the gateway\'s has no argument "strategy"',
    ],
    ['tag', 'directive @tag on FIELD_DEFINITION type Query { a: Int @tag }', 'the argument "name" is missing'],
  ];
  test.each(foreign)('@%s', (name, sdl, difference) => {
    const { warnings, rules } = compose(sdl);
    expect(warnings).toEqual([
      `shop: @${name} differs from the gateway's definition (${difference}): it is treated as the service's own and has no effect here; ` +
        `subgraphs.shop.directives: { ${name}: 'ignore' } confirms that`,
    ]);
    expect([...rules.rateLimits, ...rules.fieldHints, ...rules.fieldRequirements]).toEqual([]);
    expect(compose(sdl, { [name]: 'ignore' }).warnings).toEqual([]);
  });

  test('an access directive has to be configured', () => {
    const sdl = `directive @authenticated(role: String) on FIELD_DEFINITION
      directive @signedIn on FIELD_DEFINITION | OBJECT
      type Query { a: Int @authenticated(role: "ADMIN")  b: Int @signedIn }`;
    expect(() => compose(sdl)).toThrow(
      'shop: @authenticated differs from the gateway\'s definition (the gateway\'s has no argument "role"). Configure its meaning: ' +
        "subgraphs.shop.directives: { authenticated: 'ignore' } leaves it to the service",
    );
    expect([...compose(sdl, { authenticated: 'ignore' }).rules.fieldRequirements.keys()]).toEqual([]);
    expect([...compose(sdl, { authenticated: { is: 'signedIn' } }).rules.fieldRequirements.keys()]).toEqual([
      'Query.b',
    ]);
    expect(() => compose(sdl, { requiresScopes: { is: 'authenticated' }, authenticated: 'ignore' })).toThrow(
      'shop: @authenticated cannot be @requiresScopes',
    );
    for (const guard of ['requiresScopes', 'policy', 'inaccessible']) {
      expect(() =>
        compose(`directive @${guard}(name: String) on FIELD_DEFINITION type Query { a: Int @${guard}(name: "x") }`),
      ).toThrow(`shop: @${guard} differs from the gateway's definition`);
    }
  });

  test('a definition that is as strict or stricter is the gateway’s own', () => {
    const { warnings, rules } = compose(`
      scalar federation__Scope
      directive @requiresScopes(scopes: [[federation__Scope!]!]!) on OBJECT | FIELD_DEFINITION
      directive @rateLimit(limit: Int!, duration: Int!) on FIELD_DEFINITION
      directive @cost(weight: Int!) on FIELD_DEFINITION
      type Query { a: Int @requiresScopes(scopes: [["x"]]) @rateLimit(limit: 5, duration: 10) @cost(weight: 5) }`);
    expect(warnings).toEqual([]);
    expect(rules.fieldRequirements.get('Query.a')?.scopes).toEqual([[['x']]]);
    expect(rules.rateLimits.get('Query.a')).toEqual([{ limit: 5, duration: 10 }]);
  });
});

test('the directives that can be configured are those that the gateway defines', () => {
  expect(new Set(ownDirectiveNames.map((name) => `@${name}`))).toEqual(
    new Set([...ownDefinitions].filter((name) => name.startsWith('@'))),
  );
});

describe('each rule ends at a coordinate of the graph', () => {
  test('a rule on a lookup field has no effect and stops composition', () => {
    expect(() =>
      compose(`type Query { a: A  _as(ids: [ID!]!): [A]! @merge(keyField: "id") @authenticated } type A { id: ID! }`),
    ).toThrow(
      'shop: @authenticated on Query._as has no effect: the field is for the gateway, and clients never send it; put the directive on the type that it returns, or on its fields',
    );
  });

  test('an access directive where the gateway enforces none stops composition', () => {
    expect(() =>
      compose(`directive @authenticated on FIELD_DEFINITION | ARGUMENT_DEFINITION | ENUM_VALUE | INPUT_FIELD_DEFINITION
        type Query { a(secret: Int @authenticated): Int  b: E }  enum E { A @authenticated }`),
    ).toThrow(
      /@authenticated on Query\.a\(secret:\) would not be enforced.*\n.*@authenticated on E\.A would not be enforced/,
    );
  });
});

test('a value that is inaccessible in one service is not in the graph, and null where a service returns it', async () => {
  const one = await startService({
    name: 'one',
    sdl: `type Query { things(all: Boolean @inaccessible): [Thing]  hidden: Int @inaccessible  secrets: [Secret] }
      type Thing { id: ID! state: State internal: Int }
      type Secret @inaccessible { id: ID! }
      enum State { ON OFF STANDBY @inaccessible }
      input I { a: Int b: Int @inaccessible }
      extend type Query { take(i: I): Int }`,
    resolvers: { Query: { things: () => [{ id: '1', state: 'ON', internal: 1 }] } },
  });
  const two = await startService({
    name: 'two',
    sdl: `type Query { _things(ids: [ID!]!): [Thing]! @merge(keyField: "id") }
      type Thing { id: ID! internal: Int @inaccessible stock: Int }`,
    resolvers: { Query: { _things: (_: unknown, { ids }: { ids: string[] }) => ids.map((id) => ({ id, stock: 7 })) } },
  });
  const gateway = await startCachingGateway([one, two]);
  undo.push(one.stop, two.stop, gateway.stop);
  expect(gateway.gateway.graph.sdl).not.toMatch(/internal|hidden|Secret|STANDBY|all:|b: Int/);
  expect((await gateway.send('{ things { state stock } }')).data).toEqual({ things: [{ state: 'ON', stock: 7 }] });
  for (const query of [
    '{ things { internal } }',
    '{ hidden }',
    '{ things(all: true) { id } }',
    '{ take(i: { b: 1 }) }',
  ]) {
    expect((await gateway.send(query)).errors?.[0]?.extensions.code).toBe('GRAPHQL_VALIDATION_FAILED');
  }
});
