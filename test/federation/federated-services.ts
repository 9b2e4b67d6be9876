// Federation subgraphs that end with the test.
import { onTestFinished } from 'vitest';
import { type FederatedService, type ServedSubgraph, startSubgraph } from './subgraph-server.ts';

export type { FederatedService, Representation, ServedSubgraph } from './subgraph-server.ts';

/** Starts subgraphs, by name. */
export async function serveSubgraphs<Name extends string>(
  services: Record<Name, FederatedService>,
): Promise<Record<Name, ServedSubgraph>> {
  const served = {} as Record<Name, ServedSubgraph>;
  for (const name of Object.keys(services) as Name[]) {
    const subgraph = await startSubgraph(services[name]);
    onTestFinished(subgraph.stop);
    served[name] = subgraph;
  }
  return served;
}
