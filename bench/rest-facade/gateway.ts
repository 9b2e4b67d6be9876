// The gateway of the comparison, in a process of its own: one service, one client with one trusted document. Its parent gives
// the service's address, and gets the gateway's port and what it has used of the processor.
import { checkClient } from '../../gateway/client-views/load-clients.ts';
import { createGateway } from '../../gateway/index.ts';

const folder = import.meta.dirname;
const web = { reference: 'web', name: 'web', version: null, folder, definition: checkClient({}) };
const gateway = createGateway(
  {
    port: 0,
    log: { level: 'silent' },
    csrf: true,
    subgraphs: { shop: { url: process.argv[2] ?? '', schema: 'shop.graphql' } },
  },
  { folder, clients: [web] },
);
const url = await gateway.start();
process.on('message', () => process.send?.({ cpu: process.cpuUsage() }));
process.on('disconnect', () => process.exit());
process.send?.({ port: Number(new URL(url).port) });
