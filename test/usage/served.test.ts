// Usage of served requests: counted, saved when the gateway ends, and reported: from a file, and from Redis.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { outcomeOf } from '../harness/command.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { concierge } from '../harness/gateway.ts';
import type { TestProcess } from '../harness/process.ts';
import { RedisServer } from '../harness/redis-server.ts';
import { startGraphqlServer } from './service.ts';

const sdl = `type Query { product(id: ID!): Product }
type Product { id: ID! rating: Float @deprecated(reason: "Ask for stars.") stars: Float name: String }
`;

const redis = new RedisServer();
let service: Awaited<ReturnType<typeof startGraphqlServer>>;
beforeAll(async () => {
  [service] = await Promise.all([
    startGraphqlServer(sdl, { product: { id: 'p1', rating: 4.5, stars: 4.5, name: 'Lamp' } }),
    redis.start(),
  ]);
});
afterAll(() => Promise.all([service.stop(), redis.close()]));

function project(redisUrl?: string) {
  const config = {
    port: 0,
    subgraphs: { products: { url: service.url, schema: 'products.graphql' } },
    ...(redisUrl && { redis: { url: redisUrl } }),
  };
  const folder = temporaryFolder({
    'products.graphql': sdl,
    'gateway.config.mjs': `export default ${JSON.stringify(config)};`,
    'clients/shop/client.mjs': `export default { rename: { fields: { 'Product.rating': 'score' } } };`,
  });
  return `${folder}/gateway.config.mjs`;
}

async function serve(config: string, requests: (url: string, gateway: TestProcess) => Promise<unknown>): Promise<void> {
  const gateway = concierge(['start', '--config', config]);
  const { url } = await gateway.line(({ msg }) => msg === 'listening');
  await requests(String(url), gateway);
  await gateway.stop();
}

async function send(url: string, query: string, headers: Record<string, string>): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
  return response.json();
}

test.each([
  ['a file', () => undefined],
  ['Redis', () => redis.socket],
])('usage is saved in %s, by client, version and operation, with the names of the graph', async (_where, redisUrl) => {
  const config = project(redisUrl());
  await serve(config, async (url) => {
    const page = 'query Page { product(id: "p1") { score name } }';
    const shop = { 'graphql-client-version': '7.1' };
    expect(await send(`${url}/shop`, page, shop)).toEqual({ data: { product: { score: 4.5, name: 'Lamp' } } });
    await send(`${url}/shop`, page, shop);
    await send(url, 'query Stars { product(id: "p1") { stars } }', { 'graphql-client-name': 'kiosk' });
    // An invalid document uses nothing of the graph.
    await send(url, 'query Wrong { product(id: "p1") { rating nothing } }', { 'graphql-client-name': 'kiosk' });
  });
  const usage = async (coordinate: string) => {
    const { code, output } = await outcomeOf(['usage', coordinate, '--json', '--config', config]);
    expect(code).toBe(0);
    return JSON.parse(output);
  };
  expect((await usage('Product.rating')).usedBy).toMatchObject([
    { client: 'shop', version: '7.1', operation: 'Page', count: 2 },
  ]);
  expect((await usage('Product.stars')).usedBy).toMatchObject([
    { client: 'kiosk', version: '(none)', operation: 'Stars', count: 1 },
  ]);

  await serve(config, async (_url, gateway) => {
    const reported = await gateway.line(({ msg }) => msg === 'Product.rating is deprecated and still in use');
    expect(reported).toMatchObject({ reason: 'Ask for stars.', clients: ['shop'] });
  });
});

test('where nothing can be written there is one warning, nothing is counted, and requests are served', async () => {
  const folder = temporaryFolder({
    'products.graphql': sdl,
    'gateway.config.mjs': `export default ${JSON.stringify({
      port: 0,
      subgraphs: { products: { url: service.url, schema: 'products.graphql' } },
    })};`,
    // In place of the folder: a user of all rights could write to one that is read-only.
    '.concierge': '',
  });
  await serve(`${folder}/gateway.config.mjs`, async (url, gateway) => {
    const warned = await gateway.line(({ msg }) => String(msg).startsWith('usage is not counted'));
    expect(warned).toMatchObject({ level: 40, file: `${folder}/.concierge/usage.json` });
    expect(warned.msg).toContain('make its folder writable, give `redis`, or set `usage` to false');
    expect(await send(url, '{ product(id: "p1") { name } }', {})).toEqual({ data: { product: { name: 'Lamp' } } });
    await gateway.stop();
    expect(gateway.output()).not.toContain('cannot be saved: it is retried');
  });
});
