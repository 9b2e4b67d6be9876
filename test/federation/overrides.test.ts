// Progressive overrides: a field moves from one subgraph to another, for a share of the callers or for those with a
// label.
// https://www.apollographql.com/docs/graphos/schema-design/federated-schemas/entities/migrate-fields#incremental-migration-with-progressive-override
import { expect, test } from 'vitest';
import type { GatewayConfig } from '../../gateway/index.ts';
import { supergraphOf } from '../values/federated.ts';
import type { Representation } from './federated-services.ts';
import { link, type ServedFederation, serveFederation } from './served-federation.ts';

type Names = 'old' | 'new';

/** `feed` stands in both subgraphs; `createdAt` in both types. */
const supergraph = (feedLabel: string, fieldLabel: string) =>
  supergraphOf(
    ['old', 'new'],
    `type Query @join__type(graph: OLD) @join__type(graph: NEW) {
       feed: [Post] @cacheControl(maxAge: 60) @join__field(graph: OLD, overrideLabel: "${feedLabel}") @join__field(graph: NEW, override: "old", overrideLabel: "${feedLabel}")
       posts: [Post] @join__field(graph: OLD)
     }
     type Post @join__type(graph: OLD, key: "id") @join__type(graph: NEW, key: "id") {
       id: ID!
       createdAt: String @join__field(graph: OLD, overrideLabel: "${fieldLabel}") @join__field(graph: NEW, override: "old", overrideLabel: "${fieldLabel}")
     }
     directive @cacheControl(maxAge: Int) on FIELD_DEFINITION`,
  ).replace(
    'override: String, usedOverridden: Boolean)',
    'override: String, usedOverridden: Boolean, overrideLabel: String)',
  );

const serve = (
  feedLabel: string,
  fieldLabel: string,
  overrides?: GatewayConfig['overrides'],
): Promise<ServedFederation<Names>> => {
  const service = (name: string) => ({
    sdl: `${link} type Query { feed: [Post] posts: [Post] } type Post @key(fields: "id") { id: ID! createdAt: String }`,
    resolvers: {
      Query: {
        feed: () => [{ id: `${name} 1`, createdAt: name }],
        posts: () => [{ id: `${name} 1`, createdAt: name }],
      },
    },
    entities: { Post: ({ id }: Representation) => ({ id, createdAt: name }) },
  });
  return serveFederation(
    { old: service('old'), new: service('new') },
    { supergraph: supergraph(feedLabel, fieldLabel), ...(overrides && { overrides }) },
  );
};

const created = (name: string) => ({ posts: [{ createdAt: name }] });

test('a label that does not hold leaves the field where it was; one that holds moves it', async () => {
  const { receive } = await serve('feed-moved', 'created-moved', {
    labels: (request) => (request.header('x-labels') ?? '').split(','),
  });
  const query = '{ posts { createdAt } }';
  expect(await receive(query)).toEqual({ data: created('old'), errors: {}, requests: { old: 1 } });
  const headers = { 'x-labels': 'created-moved,unknown' };
  expect(await receive(query, { headers })).toEqual({ data: created('new'), errors: {}, requests: { old: 1, new: 1 } });
});

test('responses are cached apart for each choice of labels', async () => {
  const { receive } = await serve('feed-moved', 'created-moved', {
    labels: (request) => (request.header('x-labels') ?? '').split(','),
  });
  for (const labels of ['', 'feed-moved', '', 'feed-moved']) {
    const { data } = await receive('{ feed { id } }', { headers: { 'x-labels': labels } });
    expect(data).toEqual({ feed: [{ id: labels === '' ? 'old 1' : 'new 1' }] });
  }
});

test.each([
  ['percent(0)', 'old'],
  ['percent(100)', 'new'],
])('%s is served by the %s subgraph', async (label, name) => {
  const { receive } = await serve(label, label);
  expect((await receive('{ posts { createdAt } }')).data).toEqual(created(name));
});

test('percent(n) holds for about that share of the values of a header, and always for the same ones', async () => {
  const { receive } = await serve('percent(30)', 'percent(30)', { percentBy: 'x-session' });
  const moved: number[] = [];
  for (let session = 0; session < 60; session += 1) {
    const headers = { 'x-session': `session ${session}` };
    const { data } = await receive('{ posts { createdAt } }', { headers });
    expect((await receive('{ posts { createdAt } }', { headers })).data).toEqual(data);
    if (JSON.stringify(data) === JSON.stringify(created('new'))) moved.push(session);
  }
  expect(moved.length).toBeGreaterThan(8);
  expect(moved.length).toBeLessThan(30);
});
