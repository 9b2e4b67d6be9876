// Peer of `npm run bench:resilience`: Hive Gateway with what it has against failures of services, which is off by default:
// three retries with the default delays, and a time-out of each request.
// https://the-guild.dev/graphql/hive/docs/gateway/other-features/upstream-reliability

import { peerArguments } from './arguments.ts';
import { serveHive } from './hive-runtime.ts';

serveHive(peerArguments(), { upstreamRetry: { maxRetries: 3 }, upstreamTimeout: 30_000 });
