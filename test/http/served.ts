// Services with queries, mutations and subscriptions behind two gateways: with the fast path and without it.
import type { ClientDefinition } from '../../gateway/client-views/definition.ts';
import type { GatewayConfig } from '../../gateway/index.ts';
import type { BothPaths } from '../fast-path/both-paths.ts';
import { Shop } from '../websocket/shop.ts';

export interface Served {
  shop: Shop;
  httpPaths: Pick<BothPaths, 'short' | 'yoga'>;
  /** Of both gateways. */
  origins: readonly string[];
}

/** Starts them until the test is over. CSRF protection is off, unless the configuration has it. */
export async function serveShop(
  config: Partial<GatewayConfig> = {},
  clients: Record<string, ClientDefinition> = {},
): Promise<Served> {
  const shop = await Shop.start();
  const started = await Promise.all(
    [true, false].map((fastPath) => shop.gateway({ csrf: false, ...config, fastPath }, clients)),
  );
  const [short, yoga] = started.map(({ http }) => ({ origin: new URL(http).origin, url: http }));
  if (!short || !yoga) throw new Error('There are two gateways.');
  return { shop, httpPaths: { short, yoga }, origins: [short.origin, yoga.origin] };
}
