// The same policies on a supergraph: its SDL carries the directives of its services.
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { subgraphs as benchSubgraphs } from '../../bench/subgraphs/graph.ts';
import { createGateway, type Gateway } from '../../gateway/index.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { root } from '../harness/gateway.ts';
import { codesOf, post } from './fixtures.ts';
import { type RecordingService, recordRequests } from './guarded-graph.ts';
import { type Identities, startIdentities } from './identities.ts';

const services: RecordingService[] = [];
const gateways: Gateway[] = [];
let identities: Identities;
let removeFolder = () => {};
const urls: { guarded: string; request: string; open: string } = { guarded: '', request: '', open: '' };

/** Composition by federation leaves the directives in the supergraph as they are in the services. */
function guarded(sdl: string): string {
  const places: [after: RegExp, directive: string][] = [
    [/(type Product\b[^{]*\{[^}]*?\n\s*price: \w+!?)/, '@authenticated'],
    [/(type Product\b[^{]*\{[^}]*?\n\s*inStock: \w+!?)/, '@requiresScopes(scopes: [["stock"], ["admin"]])'],
    [/(type Review\b)/, '@policy(policies: [["critic"]])'],
    [/(type Query\b[^{]*\{[^}]*?\n\s*topProducts\([^)]*\): \[\w+!?\]!?)/, '@rateLimit(limit: 2, duration: 600)'],
  ];
  return places.reduce((text, [after, directive]) => {
    if (!after.test(text)) throw new Error(`There is no ${after}.`);
    return text.replace(after, `$1 ${directive}`);
  }, sdl);
}

beforeAll(async () => {
  identities = await startIdentities();
  for (const { name, schema } of benchSubgraphs) services.push(await recordRequests(name, schema));
  const sdl = readFileSync(`${root}bench/supergraph.graphql`, 'utf8');
  const folder = temporaryFolder({ 'guarded.graphql': guarded(sdl), 'open.graphql': sdl }, (remove) => {
    removeFolder = remove;
  });
  const start = async (supergraph: string, mode: 'field' | 'request') => {
    const gateway = createGateway(
      {
        port: 0,
        log: { level: 'silent' },
        supergraph,
        subgraphs: Object.fromEntries(services.map(({ name, url }) => [name, { url }])),
        authentication: { jwt: [{ issuer: identities.issuer, jwks: identities.jwks }] },
        authorization: { mode, policies: { critic: ({ identity }) => identity?.subject === 'critic' } },
      },
      folder,
    );
    gateways.push(gateway);
    return `${await gateway.start()}/graphql`;
  };
  urls.guarded = await start('guarded.graphql', 'field');
  urls.request = await start('guarded.graphql', 'request');
  urls.open = await start('open.graphql', 'field');
});
afterAll(async () => {
  for (const gateway of gateways) await gateway.stop();
  for (const { stop } of services) await stop();
  await identities.stop();
  removeFolder();
});

const requested = () => services.flatMap(({ requested: received }) => received.splice(0)).join('\n');

test('a denied field is null, and is not fetched', async () => {
  requested();
  const query = '{ me { name reviews { body } } topProducts(first: 1) { name price inStock } }';
  const { response } = await post(urls.guarded, { query });
  expect(response.data).toEqual({
    me: { name: expect.any(String), reviews: null },
    topProducts: [{ name: 'Table', price: null, inStock: null }],
  });
  expect(codesOf(response)).toEqual([
    'me.reviews: UNAUTHENTICATED',
    'topProducts.0.inStock: UNAUTHENTICATED',
    'topProducts.0.price: UNAUTHENTICATED',
  ]);
  expect(requested()).not.toMatch(/reviews|body|price|inStock|_entities/);
});

test('a field that requires a guarded one is denied with it', async () => {
  requested();
  const query = '{ topProducts(first: 1) { name shippingEstimate } }';
  const { response } = await post(urls.guarded, { query });
  expect(response.data).toEqual({ topProducts: [{ name: 'Table', shippingEstimate: null }] });
  expect(codesOf(response)).toEqual(['topProducts.0.shippingEstimate: UNAUTHENTICATED']);
  expect(requested()).not.toMatch(/price|shippingEstimate/);
  const { response: open } = await post(urls.open, { query });
  expect(open.data).toEqual({ topProducts: [{ name: 'Table', shippingEstimate: expect.any(Number) }] });
});

test('allowed fields are as without directives', async () => {
  const query =
    '{ me { name reviews { body product { price } } } topProducts { name price inStock reviews { body } } }';
  const headers = await identities.signedIn('critic', 'stock');
  const { response } = await post(urls.guarded, { query, headers });
  expect(response.errors).toBeUndefined();
  expect(response).toEqual((await post(urls.open, { query })).response);
});

test('field rate limits apply', async () => {
  const headers = await identities.signedIn('frequent');
  const query =
    '{ a: topProducts(first: 1) { name } me { id } b: topProducts(first: 1) { name } c: topProducts { name } }';
  const { response } = await post(urls.guarded, { query, headers });
  expect(response.data).toMatchObject({ a: [{ name: 'Table' }], b: [{ name: 'Table' }], c: null });
  expect(codesOf(response)).toEqual(['c: RATE_LIMIT_EXCEEDED']);
});

test("in mode 'request' the whole request is rejected", async () => {
  requested();
  const query = '{ me { name reviews { body } } }';
  expect((await post(urls.request, { query })).status).toBe(401);
  const headers = await identities.signedIn('reader');
  expect((await post(urls.request, { query, headers })).status).toBe(403);
  expect(requested()).toBe('');
});
