// Schemas of services in the forms in which teams have them.
import { buildSchema, introspectionFromSchema } from 'graphql';
import { afterAll, expect, test } from 'vitest';
import { createGateway, type GatewayConfig } from '../../gateway/index.ts';
import { temporaryFolder } from '../harness/folder.ts';

type Schema = NonNullable<GatewayConfig['subgraphs']>[string]['schema'];

const whole = 'type B {\n  c: Int\n}\n\ntype Query {\n  a: Int\n  b(first: Int = 7): B\n}\n';
const introspection = introspectionFromSchema(buildSchema(whole));

const folder = temporaryFolder(
  {
    'whole.graphql': whole,
    'parts/a.graphql': 'extend type Query { a: Int }',
    'parts/b.graphql': 'extend type Query { b(first: Int = 7): B }',
    'types/b.graphqls': 'type B { c: Int }',
    'data.json': JSON.stringify({ data: introspection }),
    'bare.json': `\uFEFF${JSON.stringify(introspection)}`,
    'other.json': '{ "name": "shop" }',
    'broken/a.graphql': 'type A { a: Int }',
    'broken/b.graphql': 'type Query {\n  a Int\n}',
  },
  afterAll,
);

function sdlWith(schema: Schema): string {
  const { graph } = createGateway(
    { log: { level: 'silent' }, subgraphs: { a: { url: 'http://127.0.0.1:1', schema } } },
    folder,
  );
  return graph.sdl;
}

test.each<[string, Schema]>([
  ['a file', 'whole.graphql'],
  ['SDL', whole],
  ['a glob', '{parts,types}/*.{graphql,graphqls}'],
  ['a list of files', ['parts/a.graphql', 'parts/b.graphql', 'types/b.graphqls']],
  ['a list with a glob that repeats a file', ['parts/a.graphql', 'parts/*.graphql', 'types/*']],
  ['the JSON of an introspection', 'data.json'],
  ['what is in its `data`, with a byte order mark', 'bare.json'],
])('%s', (_form, schema) => {
  const own = 'directive @defer(if: Boolean! = true, label: String) on FRAGMENT_SPREAD | INLINE_FRAGMENT\n\n';
  expect(sdlWith(schema)).toBe(own + whole);
});

test.each<[string, Schema, string]>([
  ['a glob without files', 'none/*.graphql', `subgraphs.a.schema: no file in ${folder} is named none/*.graphql`],
  ['a missing file of a list', ['whole.graphql', 'none.graphql'], 'none.graphql does not exist'],
  ['a syntax error in one of several files', 'broken/*.graphql', 'broken/b.graphql:2:5: Syntax Error'],
  ['JSON of something else', 'other.json', 'other.json is no introspection of a schema'],
  [
    'an empty list',
    [],
    'subgraphs.a.schema is []: give a file path, relative to the configuration file, a list of them',
  ],
  [
    'a number',
    7 as never,
    'subgraphs.a.schema is 7: give a file path, relative to the configuration file, a list of them',
  ],
])('%s is an error', (_form, schema, message) => {
  expect(() => sdlWith(schema)).toThrow(message);
});
