// A small graph for tests of hooks: two services that have an entity together, a gateway with the fast path and one
// without.
import { expect, onTestFinished } from 'vitest';
import { checkClient } from '../../gateway/client-views/load-clients.ts';
import type { GatewayConfig } from '../../gateway/index.ts';
import { type CachingGateway, type Service, startCachingGateway, startService } from '../caching/services.ts';
import { PlainClient } from '../websocket/shop.ts';

export type Hooks = NonNullable<GatewayConfig['hooks']>;

const directives = `
  directive @cacheControl(maxAge: Int, scope: CacheControlScope) on FIELD_DEFINITION | OBJECT
  enum CacheControlScope { PUBLIC PRIVATE }
  directive @merge(keyField: String) on FIELD_DEFINITION
`;
const namesSdl = `${directives}
  type Query { item(id: ID!): Item @cacheControl(maxAge: 60) greeting: String @cacheControl(maxAge: 60) big: Float }
  type Mutation { rename(id: ID!, name: String!): Item }
  type Item @cacheControl(maxAge: 60) { id: ID! name: String }
`;
const pricesSdl = `${directives}
  type Query { _items(ids: [ID!]!): [Item]! @merge(keyField: "id") }
  type Item @cacheControl(maxAge: 60) { id: ID! price: Int }
`;

export interface HookedShop {
  names: Service;
  prices: Service;
  /** With the fast path, and without it. */
  gateways: readonly CachingGateway[];
}

/** Both services return the header field `x-tenant` of the request that they got where a name or greeting is. */
export async function startShop(
  hooks: Hooks,
  options: Partial<GatewayConfig> = {},
  sdls: { view?: Parameters<typeof checkClient>[0] } = {},
): Promise<HookedShop> {
  const tenant = (headers: Record<string, unknown>) => String(headers['x-tenant'] ?? 'none');
  const names = await startService({
    name: 'names',
    sdl: namesSdl,
    resolvers: {
      Query: {
        item: (_: unknown, { id }: { id: string }, { headers }) => ({ id, name: `item ${id} of ${tenant(headers)}` }),
        greeting: (_: unknown, __: unknown, { headers }) => `Hello ${tenant(headers)}`,
      },
      Mutation: { rename: (_: unknown, { id, name }: { id: string; name: string }) => ({ id, name }) },
    },
  });
  const prices = await startService({
    name: 'prices',
    sdl: pricesSdl,
    resolvers: { Query: { _items: (_: unknown, { ids }: { ids: string[] }) => ids.map((id) => ({ id, price: 7 })) } },
  });
  onTestFinished(async () => {
    await Promise.all([names.stop(), prices.stop()]);
  });
  const clients = sdls.view
    ? [{ reference: 'web', name: 'web', version: null, folder: '.', definition: checkClient(sdls.view) }]
    : [];
  const gateways: CachingGateway[] = [];
  for (const fastPath of [true, false]) {
    const gateway = await startCachingGateway([names, prices], { hooks, fastPath, ...options }, undefined, clients);
    gateways.push(gateway);
    onTestFinished(async () => {
      await gateway.stop();
    });
  }
  return { names, prices, gateways };
}

/** The payload of the one response to a query over a WebSocket. */
export async function overWebSocket(
  { origin }: CachingGateway,
  query: string,
  headers: Record<string, string> = {},
): Promise<unknown> {
  const client = await PlainClient.open(`${origin.replace('http', 'ws')}/graphql`, undefined, { headers });
  const { payload } = await client.query('1', query);
  client.socket.close();
  return payload;
}

/** Expects a masked error, with nothing of its cause. */
export function expectMasked(errors: readonly { message: string; extensions?: object }[] | undefined): void {
  expect(errors).toHaveLength(1);
  expect(errors?.[0]?.message).toMatch(/^Unexpected error\. The gateway's log has it under [0-9a-f-]{36}\.$/);
  expect(errors?.[0]?.extensions).toMatchObject({ code: 'INTERNAL_SERVER_ERROR' });
}
