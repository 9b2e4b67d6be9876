// Peer: Hive Gateway's runtime with its default, JavaScript query planner, on Node's own HTTP server.
// https://the-guild.dev/graphql/hive/docs/gateway/deployment/runtimes/nodejs

import { peerArguments } from './arguments.ts';
import { serveHive } from './hive-runtime.ts';

serveHive(peerArguments(), {});
