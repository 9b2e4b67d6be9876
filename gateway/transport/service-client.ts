// Client of a service, whatever protocol it speaks: what the gateway uses of it.
import type { SubgraphClient } from './subgraph-client.ts';

export interface ServiceClient
  extends Pick<
    SubgraphClient,
    'name' | 'execute' | 'send' | 'subscribe' | 'prepare' | 'countLeftOut' | 'countDegraded' | 'state' | 'close'
  > {
  /** What is sent in place of a document, one line for each kind of request: of services that do not speak GraphQL. */
  requestsFor?(document: string): readonly string[];
}
