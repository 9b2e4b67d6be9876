// Isolation of clients over one graph: their names stay apart, and the graph's rules apply to all: in cached responses,
// in requests in flight, and in authorization.
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { ClientDefinition } from '../../gateway/client-views/definition.ts';
import { RedisServer } from '../harness/redis-server.ts';
import { startUpstream, type UpstreamRequest } from '../harness/servers.ts';
import { Shop, type ShopGateway, send } from './shop.ts';

let shop: Shop;
beforeAll(async () => {
  shop = await Shop.start();
});
afterEach(() => shop.reset());
afterAll(() => shop.stop());

/** Two views in which one text has different meanings. */
const oneWay: ClientDefinition = {
  rename: { fields: { 'InnerUser.innerName': 'label', 'Query.innerCached': 'cached' } },
};
const otherWay: ClientDefinition = {
  rename: {
    types: { InnerUser: 'Human' },
    fields: { 'InnerUser.id': 'label', 'InnerNode.id': 'label', 'Query.innerCached': 'cached' },
  },
};
const text = '{ cached { __typename label } }';
const one = { data: { cached: { __typename: 'InnerUser', label: 'Name of u1' } } };
const other = { data: { cached: { __typename: 'Human', label: 'u1' } } };

async function sendRequest(
  { origin }: ShopGateway,
  path: string,
  body: unknown = text,
  headers = {},
): Promise<unknown> {
  return (await send(origin, { path, body, headers })).body;
}

/** Sends requests until none reaches the services: nothing is cached before Redis is connected. */
async function storing(gateway: ShopGateway, query: string): Promise<void> {
  for (let requested = -1; shop.people.queries.length > requested; ) {
    requested = shop.people.queries.length;
    await sendRequest(gateway, '/graphql/web', query);
  }
}

describe('one text through several views', () => {
  test.each([true, false])('has a response of its own in each, also when cached (fast path: %s)', async (fastPath) => {
    const clients = { one: { definition: oneWay }, other: { definition: otherWay } };
    const gateway = await shop.gateway(clients, { fastPath });
    for (let round = 0; round < 3; round += 1) {
      expect(await sendRequest(gateway, '/graphql/one')).toEqual(one);
      expect(await sendRequest(gateway, '/graphql/other')).toEqual(other);
      expect(await sendRequest(gateway, '/graphql', text, { 'graphql-client-name': 'one' })).toEqual(one);
      expect(await sendRequest(gateway, '/graphql')).toMatchObject({ errors: [expect.anything()] });
    }
    expect(shop.people.queries).toHaveLength(2);
  });

  test('is not served from the cache of a view before its change', async () => {
    const redis = new RedisServer();
    await redis.start();
    try {
      const options = { redis: { url: redis.socket } };
      const before = await shop.gateway({ web: { definition: oneWay } }, options);
      await storing(before, text);
      const after = await shop.gateway({ web: { definition: otherWay } }, options);
      await storing(after, '{ cached { __typename } }');
      expect(await sendRequest(after, '/graphql/web')).toEqual(other);
      expect(await sendRequest(before, '/graphql/web')).toEqual(one);
      await Promise.all([before.stop(), after.stop()]);
    } finally {
      await redis.close();
    }
  });

  test('nor where two fields swapped their names and the SDL is the same', async () => {
    const swapped: ClientDefinition = {
      rename: { fields: { 'InnerUser.secretNotes': 'innerNote', 'InnerUser.innerNote': 'secretNotes' } },
    };
    const { buildView } = await import('../../gateway/client-views/view.ts');
    const { checkClient } = await import('../../gateway/client-views/load-clients.ts');
    const { composeGraph } = await import('../../gateway/compose/graph.ts');
    const sdl = 'type Query { user: InnerUser } type InnerUser { secretNotes: String innerNote: String }';
    const graph = composeGraph([{ name: 'people', sdl }]);
    const [plain, changed] = [{}, swapped].map((definition) => buildView(graph, checkClient(definition), 'web'));
    expect(changed?.sdl).toBe(plain?.sdl);
    expect(changed?.digest).not.toBe(plain?.digest);
  });
});

test('a mutation of one client applies to all: no later request joins one in flight from before it', async () => {
  const requested: UpstreamRequest[] = [];
  const waiting: (() => void)[] = [];
  let reported: () => void = () => {};
  const upstream = await startUpstream((response, request) => {
    requested.push(request);
    const result = () => {
      response.writeHead(200, { 'content-type': 'application/json' });
      const data = request.body.query.startsWith('mutation')
        ? { innerRename: { id: 'u1' } }
        : { innerCached: { id: 'u1' } };
      response.end(JSON.stringify({ data }));
    };
    if (request.body.query.startsWith('mutation')) result();
    else waiting.push(result);
    reported();
  });
  const people = async (count: number) => {
    while (requested.length < count) {
      await new Promise<void>((resolve) => {
        reported = resolve;
      });
    }
  };
  const url = shop.people.url;
  shop.people.url = upstream.url;
  const gateway = await shop.gateway(
    { one: { definition: oneWay }, other: { definition: {} } },
    { deduplicateInFlight: true, cache: { responses: false } },
  );
  shop.people.url = url;
  const before = sendRequest(gateway, '/graphql/one', '{ cached { id } }');
  await people(1);
  // The same request to the service, through another view: it joins.
  const joined = sendRequest(gateway, '/graphql/other', '{ innerCached { id } }');
  await sendRequest(gateway, '/graphql/other', 'mutation { innerRename(innerInput: { id: "u1", name: "x" }) { id } }');
  await people(2);
  const after = sendRequest(gateway, '/graphql/one', '{ cached { id } }');
  await people(3);
  expect(requested.map(({ body }) => body.query.split(' ')[0])).toEqual(['query', 'mutation', 'query']);
  for (const response of waiting) response();
  expect(await before).toEqual({ data: { cached: { id: 'u1' } } });
  expect(await joined).toEqual({ data: { innerCached: { id: 'u1' } } });
  expect(await after).toEqual({ data: { cached: { id: 'u1' } } });
  await upstream.stop();
});

describe("the graph's rules apply to every view", () => {
  const query = '{ guarded scoped { name } cached { name } }';

  test.each([true, false])(
    'for anonymous callers, and callers without and with the scope (fast path: %s)',
    async (fastPath) => {
      const gateway = await shop.gateway(undefined, { fastPath });
      const codes = async (headers = {}) => {
        const { data, errors = [] } = (await sendRequest(gateway, '/graphql/web', query, headers)) as {
          data: unknown;
          errors?: { path: unknown; extensions: { code: string } }[];
        };
        return { data, codes: errors.map(({ path, extensions }) => [path, extensions.code]) };
      };
      const stored = { name: 'Name of u1' };
      expect(await codes()).toEqual({
        data: { guarded: null, scoped: null, cached: stored },
        codes: [
          [['guarded'], 'UNAUTHENTICATED'],
          [['scoped'], 'UNAUTHENTICATED'],
        ],
      });
      expect(shop.people.queries.join()).not.toMatch(/innerGuarded|innerScoped/);
      expect(await codes({ 'x-user-id': 'kim' })).toEqual({
        data: { guarded: 'guarded', scoped: null, cached: stored },
        codes: [[['scoped'], 'FORBIDDEN']],
      });
    },
  );

  test('also where fields are selected under the names of others', async () => {
    const swapped: ClientDefinition = {
      rename: { fields: { 'Query.innerGuarded': 'counted2', 'Query.counted': 'plain' } },
    };
    const gateway = await shop.gateway({ web: { definition: swapped } });
    const response = await sendRequest(gateway, '/graphql/web', '{ plain: counted2 innerGuarded: plain }');
    expect(response).toMatchObject({
      data: { plain: null, innerGuarded: '{"name":"all"}' },
      errors: [{ path: ['plain'] }],
    });
  });
});
