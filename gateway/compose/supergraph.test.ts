// Linked features of supergraphs: access directives apply under any name, and an unsupported feature stops the start.
import { expect, test } from 'vitest';
import { composeSupergraph, readSupergraph } from './supergraph.ts';

const join = `
  directive @join__graph(name: String!, url: String!) on ENUM_VALUE
  directive @join__type(graph: join__Graph!, key: String) repeatable on OBJECT | ENUM | SCALAR | INPUT_OBJECT
  directive @join__field(graph: join__Graph) repeatable on FIELD_DEFINITION
  directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
  scalar link__Import
  enum link__Purpose { SECURITY EXECUTION }
  enum join__Graph { A @join__graph(name: "a", url: "http://127.0.0.1:1") }`;

const supergraph = (links: string, fields: string, more = '') => `
  schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION) ${links} { query: Query }
  ${join}
  type Query @join__type(graph: A) { open: Int ${fields} }
  ${more}`;

const compose = (links: string, fields: string, more = '') =>
  composeSupergraph(readSupergraph(supergraph(links, fields, more), 'graph'));

const link = (url: string, more = '', purpose = 'SECURITY') =>
  `@link(url: "https://specs.apollo.dev/${url}"${more}, for: ${purpose})`;

test.each([
  ['link', 'v1.0'],
  ['core', 'v0.2'],
  ['join', 'v0.1'],
  ['join', 'v0.5'],
  ['inaccessible', 'v0.1'],
  ['inaccessible', 'v0.2'],
  ['tag', 'v0.3'],
  ['authenticated', 'v0.1'],
  ['requiresScopes', 'v0.1'],
  ['policy', 'v0.1'],
  ['cost', 'v0.1'],
  ['context', 'v0.1'],
])('%s/%s is supported, whatever its purpose', (name, version) => {
  for (const purpose of ['SECURITY', 'EXECUTION']) {
    expect(readSupergraph(supergraph(link(`${name}/${version}`, '', purpose), ''), 'graph').members).toHaveLength(1);
  }
});

test.each([
  [link('vault/v2.0'), 'it is guarded by https://specs.apollo.dev/vault/v2.0 (for: SECURITY), which is not supported'],
  [
    link('connect/v0.3', '', 'EXECUTION'),
    'it is executed by https://specs.apollo.dev/connect/v0.3 (for: EXECUTION), which is not supported',
  ],
  [
    link('authenticated/v7.0'),
    'it is guarded by https://specs.apollo.dev/authenticated/v7.0 (for: SECURITY), of which v0.1 are supported',
  ],
  [
    '@link(url: "https://specs.example.com/authenticated/v0.1", for: SECURITY)',
    'it is guarded by https://specs.example.com/authenticated/v0.1 (for: SECURITY), which is not supported',
  ],
  [
    link('join/v0.3', ', as: "j"', 'EXECUTION'),
    'it calls https://specs.apollo.dev/join/v0.3 "j"; leave the feature its own name',
  ],
])('%s is rejected', (links, problem) => {
  expect(() => readSupergraph(supergraph(links, ''), 'graph')).toThrow(`graph: ${problem}`);
});

test('a feature linked without a purpose need not be supported', () => {
  const sdl = supergraph('@link(url: "https://specs.example.com/ui/v1.0")', '');
  expect(readSupergraph(sdl, 'graph').members).toHaveLength(1);
});

const definition = (name: string, args = '') => `directive @${name}${args} on FIELD_DEFINITION | OBJECT | ENUM_VALUE`;
const scopes = '(scopes: [[String!]!]!)';
const policies = '(policies: [[String!]!]!)';

test.each<[form: string, links: string, called: string]>([
  ['its own name', link('authenticated/v0.1'), 'authenticated'],
  ['as', link('authenticated/v0.1', ', as: "signedIn"'), 'signedIn'],
  ['import as', link('authenticated/v0.1', ', import: [{ name: "@authenticated", as: "@signedIn" }]'), 'signedIn'],
  ['import and as', link('authenticated/v0.1', ', as: "auth", import: ["@authenticated"]'), 'authenticated'],
  ['a prefix of federation', '', 'federation__authenticated'],
  [
    'imported from federation',
    '@link(url: "https://specs.apollo.dev/federation/v2.9", import: ["@key", { name: "@authenticated", as: "@signedIn" }])',
    'signedIn',
  ],
  [
    'federation under another name',
    '@link(url: "https://specs.apollo.dev/federation/v2.9", as: "fed")',
    'fed__authenticated',
  ],
  [
    'a linking directive of another name',
    '@lnk(url: "https://specs.apollo.dev/link/v1.0", as: "lnk") @lnk(url: "https://specs.apollo.dev/authenticated/v0.1", as: "signedIn", for: SECURITY)',
    'signedIn',
  ],
  ['an address that ends in a slash', link('authenticated/v0.1/', ', as: "signedIn"'), 'signedIn'],
  ['an address without a version', '@link(url: "https://specs.apollo.dev/authenticated", as: "signedIn")', 'signedIn'],
  [
    'an address in capitals',
    '@link(url: "HTTPS://Specs.Apollo.Dev/authenticated/v0.1", as: "signedIn", for: SECURITY)',
    'signedIn',
  ],
])('@authenticated guards: %s', (_form, links, called) => {
  const { rules, schema } = compose(links, `secret: Int @${called}`, definition(called));
  expect(rules.fieldRequirements.get('Query.secret')?.authenticated).toBe(true);
  expect(rules.fieldRequirements.has('Query.open')).toBe(false);
  expect(schema.getDirective(called) && called !== 'authenticated').toBeFalsy();
});

test('@requiresScopes, @policy and @inaccessible apply under other names', () => {
  const { rules, sdl } = compose(
    `${link('requiresScopes/v0.1', ', as: "needs"')} ${link('policy/v0.1', ', import: [{ name: "@policy", as: "@rule" }]')} ${link('inaccessible/v0.2', ', as: "hidden"')} ${link('cost/v0.1', ', as: "price"', 'EXECUTION')}`,
    'scoped: Int @needs(scopes: [["x"]]) ruled: Int @rule(policies: [["p"]]) gone: Int @hidden e: E @price(weight: 5) s: S',
    `${definition('needs', scopes)} ${definition('rule', policies)} ${definition('hidden')} ${definition('price', '(weight: Int!)')}
     enum E @join__type(graph: A) { SHOWN HIDDEN @hidden } type S @join__type(graph: A) @hidden { a: Int }`,
  );
  expect(rules.fieldRequirements.get('Query.scoped')?.scopes).toEqual([[['x']]]);
  expect(rules.fieldRequirements.get('Query.ruled')?.policies).toEqual([[['p']]]);
  expect(sdl).not.toMatch(/gone|HIDDEN|type S|s: S/);
});

test('a directive of the services with the name of a renamed access directive guards nothing', () => {
  const { rules } = compose(
    link('authenticated/v0.1', ', as: "signedIn"'),
    'mine: Int @authenticated(by: "hand") secret: Int @signedIn',
    `${definition('signedIn')} ${definition('authenticated', '(by: String)')}`,
  );
  expect([...rules.fieldRequirements.keys()]).toEqual(['Query.secret']);
});
