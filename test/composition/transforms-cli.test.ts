// `concierge compose` with transforms, as a process: against files alone, and against a running service whose schema
// changes.

import { readFileSync } from 'node:fs';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { buildSchema, graphqlSync } from 'graphql';
import { expect, onTestFinished, test } from 'vitest';
import { outcomeOf } from '../harness/command.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { startUpstream } from '../harness/servers.ts';

const shop = `# A comment.
scalar Long
type Query {
  search(text: String!, by: Filter = { state: OLD, above: 12 }): [Address!]! @cacheControl(maxAge: 60)
  internal: String
}
type Address { id: ID!  state: State }
input Filter { state: State = NEW  above: Long }
enum State { NEW OLD }
`;
const transforms = {
  prefix: { types: 'Shop', rootFields: 'shop_' },
  rename: {
    arguments: { 'Query.search(text:)': 'term' },
    inputFields: { 'Filter.above': 'min' },
    values: { 'State.OLD': 'PAST' },
  },
  exclude: ['Query.internal'],
};

const composed = `input ShopFilter {
  min: ShopLong
  state: ShopState = NEW
}

scalar ShopLong
`;

interface Project {
  read(file: string): string;
  compose(...args: string[]): Promise<{ code: number | null; output: string }>;
}

/** @param live the running service's SDL; null for a service that is down. */
async function project(live: string | null, changes: object = {}): Promise<Project> {
  let url = 'http://127.0.0.1:9/graphql';
  if (live !== null) {
    const schema = makeExecutableSchema({ typeDefs: live.replace(' @cacheControl(maxAge: 60)', '') });
    const server = await startUpstream((response, { body }) => {
      response.end(JSON.stringify(graphqlSync({ schema, source: body.query })));
    });
    onTestFinished(() => server.stop());
    url = server.url;
  }
  const subgraphs = { shop: { url, schema: 'shop.graphql', transforms: { ...transforms, ...changes } } };
  const config = { subgraphs, graph: 'graph.graphql' };
  const folder = temporaryFolder({
    'gateway.config.mjs': `export default ${JSON.stringify(config)};`,
    'shop.graphql': shop,
  });
  return {
    read: (file) => readFileSync(`${folder}/${file}`, 'utf8'),
    compose: (...args) => outcomeOf(['compose', '--config', `${folder}/gateway.config.mjs`, ...args]),
  };
}

test('files alone: the graph has the names of the transforms, and the file those of the service', async () => {
  const { compose, read } = await project(null);
  expect(await compose('--offline')).toMatchObject({
    code: 0,
    output: expect.stringContaining('shop: its file is used'),
  });
  const sdl = read('graph.graphql');
  expect(sdl).toContain(composed);
  expect(sdl).toContain('shop_search(by: ShopFilter = {min: 12, state: PAST}, term: String!): [ShopAddress!]!');
  expect(Object.keys(buildSchema(sdl).getQueryType()?.getFields() ?? {})).toEqual(['shop_search']);
  expect(read('shop.graphql')).toBe(shop);
});

test('a running service is compared with its file in its own names, and additions are written in them', async () => {
  const live = shop.replace('NEW OLD', 'NEW OLD GONE').replace('id: ID!', 'id: ID!  zip(in: State = OLD): String');
  const { compose, read } = await project(live);
  const shown = await compose();
  expect(shown.code).toBe(0);
  expect(shown.output).toContain('shop: checked by introspection; the service has 2 additions');
  expect(shown.output).toContain('  State.GONE: ');
  expect(shown.output).toContain('  Address.zip: ');
  expect(read('shop.graphql')).toBe(shop);
  expect(read('graph.graphql')).not.toContain('zip');

  expect((await compose('--write')).code).toBe(0);
  expect(read('shop.graphql')).toContain('# A comment.');
  expect(read('shop.graphql')).toContain('@cacheControl(maxAge: 60)');
  expect(read('shop.graphql')).toContain('zip(in: State = OLD): String');
  expect(read('graph.graphql')).toContain('zip(in: ShopState = PAST): String');
  expect(read('graph.graphql')).toMatch(/enum ShopState \{\s+GONE\s+NEW\s+PAST\s+\}/);
  expect(await compose()).toMatchObject({
    code: 0,
    output: expect.stringContaining('shop: checked by introspection\n'),
  });
});

test.each([
  ['an argument that is gone', 'text: String!, ', '', 'Query.search(text:)'],
  ['another default', 'state: OLD', 'state: NEW', 'Query.search(by:)'],
  ['a `!` that is gone', '[Address!]!', '[Address!]', 'Query.search'],
])(
  '%s in the running service ends compose with the coordinate that the service has',
  async (_, from, to, coordinate) => {
    const { compose, read } = await project(shop.replace(from, to));
    const { code, output } = await compose('--write');
    expect(code).toBe(1);
    expect(output).toContain(`shop: the running service differs from its schema file at ${coordinate}: `);
    expect(read('shop.graphql')).toBe(shop);
  },
);

test('a transform of a name that the service does not have ends compose with the nearest names', async () => {
  const { compose } = await project(null, { exclude: ['Query.internl'] });
  const { code, output } = await compose('--offline');
  expect(code).toBe(1);
  expect(output).toContain('subgraphs.shop.transforms: exclude: ');
  expect(output).toContain('did you mean Query.internal?');
});
