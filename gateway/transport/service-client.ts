// Client of a service, whatever protocol it speaks: what the gateway uses of it.
import type { SubgraphClient } from './subgraph-client.ts';

export type ServiceClient = Pick<
  SubgraphClient,
  'name' | 'execute' | 'send' | 'subscribe' | 'prepare' | 'countLeftOut' | 'countDegraded' | 'state' | 'close'
>;
