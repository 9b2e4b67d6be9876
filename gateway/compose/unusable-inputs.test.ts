// Inputs that cannot be used: each is a composition error with its coordinate.
import { expect, test } from 'vitest';
import { composeGraph } from './graph.ts';

const compose = (sdl: string) => composeGraph([{ name: 'a', sdl }]);
const types = `enum E { A @inaccessible B } input In { n: Int! = 3 e: E list: [Int!] } input One @oneOf { x: Int y: Int }
  input Hidden @inaccessible { x: Int } scalar Any`;

test.each([
  ['f(x: Int! = "five"): Int', 'Query.f(x:) has the default "five", which is no Int!'],
  ['f(x: Int! = null): Int', 'Query.f(x:) has the default null, which is no Int!'],
  ['f(x: E = C): Int', 'Query.f(x:) has the default C, which is no E'],
  ['f(x: E = "B"): Int', 'Query.f(x:) has the default "B", which is no E'],
  ['f(x: In = { other: 1 }): Int', 'Query.f(x:) has the default {other: 1}, which is no In'],
  ['f(x: [In!] = { list: [1, null] }): Int', 'Query.f(x:) has the default {list: [1, null]}, which is no [In!]'],
  ['f(x: One = { x: 1, y: 2 }): Int', 'Query.f(x:) has the default {x: 1, y: 2}, which is no One'],
  ['f(x: Int! @inaccessible): Int', 'Query.f(x:) is required, and @inaccessible hides it from clients'],
  ['f(x: Hidden!): Int', 'Query.f(x:) is required, and @inaccessible hides it from clients'],
  ['f(x: E = A): Int', 'Query.f(x:) has the default A, in which E.A is @inaccessible'],
  ['f(x: [In] = [{ e: A }]): Int', 'Query.f(x:) has the default [{e: A}], in which E.A is @inaccessible'],
  ['f: Int @cost(weight: 5)', '@cost(weight: 5) on Query.f: 5 is no String!'],
  ['f: Int @rateLimit(limit: "many")', '@rateLimit(limit: "many") on Query.f: "many" is no Int'],
])('%s is rejected', (field, message) => {
  expect(() => compose(`${types} type Query { g: Int ${field} }`)).toThrow(`a: ${message}`);
});

test('valid defaults compose, and so does an input that is inaccessible with its field', () => {
  const { sdl } = compose(`${types} type Query {
    f(a: Int! = 1, b: [In!] = {}, c: One = { y: 2 }, d: Any = { any: [A] }, e: [[Int]] = [1, null], g: Float = 1): Int
    h(x: Int! @inaccessible): Int @inaccessible
    i(x: Int = 3 @inaccessible, y: Hidden): Int
    j(x: Int! = 3 @inaccessible): Int
  }`);
  expect(sdl).toContain('d: Any = {any: [A]}');
  expect(sdl).toContain('i: Int');
  expect(sdl).toContain('j: Int');
});

test('defaults that contain each other are rejected with a message of their own', () => {
  expect(() => compose('input I { j: J! = {} } input J { i: I! = {} } type Query { f(i: I): Int }')).toThrow(
    'a: default values of input types contain each other',
  );
});
