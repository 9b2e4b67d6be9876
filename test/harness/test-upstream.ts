// Upstream of one test: stopped when the test ends; and the scope of a request to it.
import { onTestFinished } from 'vitest';
import { Cancellation } from '../../gateway/transport/cancellation.ts';
import type { SubgraphScope } from '../../gateway/transport/subgraph-client.ts';
import { type Behaviour, startUpstream, type Upstream } from './servers.ts';

export async function upstream(behave: Behaviour): Promise<Upstream> {
  const server = await startUpstream(behave);
  onTestFinished(() => server.stop());
  return server;
}

export function scope(): SubgraphScope & { cancellation: Cancellation } {
  return { requestId: 'r1', cancellation: new Cancellation(), calls: [] };
}
