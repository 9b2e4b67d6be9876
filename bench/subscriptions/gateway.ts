// Gateway of the benchmark of subscriptions. Arguments: URL of the service, protocol of its subscriptions, `unshared` for
// one of its own for each client.
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGateway } from '../../gateway/index.ts';
import type { GatewayReport } from './messages.ts';

const [, , url = '', protocol, sharing] = process.argv;
const folder = mkdtempSync(join(tmpdir(), 'concierge-bench-'));
writeFileSync(
  join(folder, 'stock.graphql'),
  `type Query { stock: Int }
   type Subscription { stockChanged: Product }
   type Product { id: ID! inStock: Int at: Float }`,
);
writeFileSync(
  join(folder, 'names.graphql'),
  `type Query { names: Int _products(ids: [ID!]!): [Product]! @merge(keyField: "id") }
   type Product { id: ID! name: String }`,
);
const gateway = createGateway(
  {
    port: 0,
    log: { level: 'warn' },
    overload: false,
    unreachable: 'warn',
    connections: { perAddress: false },
    websocket: { connections: 20_000 },
    subgraphs: {
      stock: {
        url,
        schema: 'stock.graphql',
        subscriptions: { protocol: protocol === 'websocket' ? 'websocket' : 'sse', share: sharing !== 'unshared' },
      },
      names: { url, schema: 'names.graphql' },
    },
  },
  folder,
);
process.send?.(await gateway.start());
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  const report: GatewayReport = {
    time: performance.now(),
    cpu: user + system,
    memory: Math.round(process.memoryUsage().rss / 1024 / 1024),
  };
  process.send?.(report);
});
