// Names of JavaScript objects' members for types, fields, arguments and keys, in every form of lookup.
import { expect, test } from 'vitest';
import { composeGraph } from './graph.ts';

const names = ['toString', 'valueOf', 'constructor', 'hasOwnProperty'];

/** SDL of services that share the type, with keys of these fields. */
const forms: Record<string, (type: string, one: string, other: string) => string[]> = {
  'a key in one argument': (type, one, other) => [
    `type Query { x: ${type} _a(${other}: [ID!]!): [${type}]! @merge(keyField: "${one}") } type ${type} { ${one}: ID! own: Int }`,
    `type Query { ${one}(${one}: ID!): ${type} @merge(keyField: "${one}") } type ${type} { ${one}: ID! ${other}: Int }`,
  ],
  'a compound key': (type, one, other) =>
    ['a', 'b'].map(
      (
        name,
      ) => `type Query { ${name}: ${type} _${name}(keys: [K!]!): [${type}]! @merge } input K { ${one}: ID! ${other}: ID! }
        type ${type} @key(selectionSet: "{ ${one} ${other} }") { ${one}: ID! ${other}: ID! ${name}: Int }`,
    ),
  'an expression': (type, one, other) => [
    `type Query { _a(${one}: [K!]!): [${type}]! @merge(argsExpr: "${one}: [[{ ${one}: $key.${one}, ${other}: $key.${other} }]]") }
     input K { ${one}: ID! ${other}: ID! }
     type ${type} @key(selectionSet: "{ ${one} ${other} }") { ${one}: ID! ${other}: ID! own: Int }`,
    `type Query { y: ${type} } type ${type} { ${one}: ID! ${other}: ID! }`,
  ],
  'a computed field': (type, one, other) => [
    `type Query { x: ${type} _a(keys: [K!]!): [${type}]! @merge } input K { id: ID! ${one}: ID }
     type ${type} @key(selectionSet: "{ id }") { id: ID! ${other}: Int @computed(selectionSet: "{ ${one} }") }`,
    `type Query { _b(ids: [ID!]!): [${type}]! @merge(keyField: "id") } type ${type} { id: ID! ${one}: ID }`,
  ],
  'two keys': (type, one, other) => [
    `type Query { _a(k: [ID!]!): [${type}]! @merge(keyField: "${one}") _b(k: [ID!]!): [${type}]! @merge(keyField: "${other}") }
     type ${type} { ${one}: ID! ${other}: ID! own: Int }`,
    `type Query { y: ${type} _c(k: [ID!]!): [${type}]! @merge(keyField: "${one}") } type ${type} { ${one}: ID! more: Int }`,
    `type Query { z: ${type} _d(k: [ID!]!): [${type}]! @merge(keyField: "${other}") } type ${type} { ${other}: ID! most: Int }`,
  ],
  'an interface': (type, one, other) =>
    ['a', 'b'].map(
      (name) => `type Query { ${name}: ${other}_ _${name}(k: [ID!]!): [${type}]! @merge(keyField: "${one}") }
        interface ${type} { ${one}: ID! } type ${other}_ implements ${type} { ${one}: ID! ${name}: Int }`,
    ),
  'all other definitions': (type, one, other) => [
    `type Query { x(${one}: ${type} = ${other}): ${one} y(${other}: In = { ${one}: 2 }): Int @deprecated }
     enum ${type} { ${one} ${other} } input In { ${one}: Int = 1 ${other}: ${type} = ${one} }
     scalar ${other} union ${one} = Item type Item { ${type}(${type}: ${other} = { ${one}: [1] }): Int }
     directive @${type}(${one}: In = {}) on FIELD`,
    `type Query { z(${one}: In): ${type} } enum ${type} { ${one} ${other} } input In { ${one}: Int = 1 ${other}: ${type} = ${one} }`,
  ],
};

test.each(Object.entries(forms))('%s may have any names', (form, sdls) => {
  for (const [at, type] of names.entries()) {
    for (const shift of form === 'all other definitions' ? [1] : [0, 1]) {
      const [one = '', other = ''] = [names[(at + shift) % 4], names[(at + shift + 1) % 4]];
      const sources = (type_: string, one_: string, other_: string) =>
        sdls(type_, one_, other_).map((sdl, index) => ({ name: `s${index}`, sdl }));
      // As with other names, in everything but these.
      const placeholders = { T_: type, O_: one, P_: other };
      const plain = composeGraph(sources('T_', 'O_', 'P_')).sdl;
      const lines = (sdl: string) => sdl.split(/[\s,(){}]+/).sort();
      expect(lines(composeGraph(sources(type, one, other)).sdl)).toEqual(
        lines(plain.replaceAll(/(?<!\w)(?:T_|O_|P_)/g, (name) => placeholders[name as keyof typeof placeholders])),
      );
    }
  }
});

test('a key that the stitching directives would leave incomplete is rejected with what to write', () => {
  const service = (key: string, input: string) => ({
    name: 's',
    sdl: `type Query { x: T _a(keys: [K!]!): [T]! @merge(keyArg: "keys", key: ${key}) } input K { ${input} } scalar Any
      type T @key(selectionSet: "{ constructor valueOf }") { constructor: ID! valueOf: ID! }`,
  });
  const compose = (key: string, input: string) => () => composeGraph([service(key, input)]);
  expect(compose('["valueOf", "maker:constructor"]', 'valueOf: ID maker: ID')).not.toThrow();
  expect(compose('["valueOf", "constructor"]', 'valueOf: ID constructor: ID')).toThrow(
    's: Query._a cannot pick "constructor" by key; write argsExpr: "keys: [[{ constructor: $key.constructor }]]" in its place',
  );
  expect(compose('["valueOf.valueOf:valueOf"]', 'valueOf: Any')).toThrow('cannot pick "valueOf" by key');
});
