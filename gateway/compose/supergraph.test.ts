// A supergraph that wants to be guarded by what is not understood is not served.
import { expect, test } from 'vitest';
import { readSupergraph } from './supergraph.ts';

const supergraph = (link: string) => `
  schema @link(url: "https://specs.apollo.dev/link/v1.0") ${link} { query: Query }
  enum join__Graph { A @join__graph(name: "a", url: "http://127.0.0.1:1") }
  type Query { a: Int }
`;
const link = (url: string, more = '') => `@link(url: "https://specs.apollo.dev/${url}"${more}, for: SECURITY)`;

test.each(['authenticated/v0.1', 'requiresScopes/v0.1', 'policy/v0.1'])('%s is understood', (url) => {
  expect(readSupergraph(supergraph(link(url)), 'graph').members).toHaveLength(1);
});

test('a feature of security that is not known is refused with its address', () => {
  expect(() => readSupergraph(supergraph(link('vault/v2.0')), 'graph')).toThrow(
    'graph: it is guarded by https://specs.apollo.dev/vault/v2.0, which is not understood here',
  );
});

test('a directive of security under another name is refused: it would guard nothing', () => {
  expect(() => readSupergraph(supergraph(link('authenticated/v0.1', ', as: "signedIn"')), 'graph')).toThrow(
    'graph: it calls @authenticated @signedIn; leave the directive its own name',
  );
});
