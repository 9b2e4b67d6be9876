// Runtime of the two Hive peers, with nothing reported or logged, and identical requests in flight not joined
// (under load from one query that would measure the joining, and nothing else).

import { createServer } from 'node:http';
import { createGatewayRuntime, type GatewayConfigSupergraph } from '@graphql-hive/gateway-runtime';
import type { PeerArguments } from './arguments.ts';

/** Listens on the loopback interface; `extra` is the difference of one Hive peer from the other. */
export function serveHive({ supergraph, port }: PeerArguments, extra: Partial<GatewayConfigSupergraph>): void {
  const gateway = createGatewayRuntime({
    supergraph,
    logging: false,
    transportEntries: { '*.http': { options: { deduplicateInflightRequests: false } } },
    ...extra,
  });
  createServer(gateway).listen(port, '127.0.0.1');
}
