// Peer: Hive Gateway's runtime with Hive Router's query planner, written in Rust, in place of its own.
// https://the-guild.dev/graphql/hive/docs/gateway/other-features/router-runtime

import { unifiedGraphHandler } from '@graphql-hive/router-runtime';
import { peerArguments } from './arguments.ts';
import { serveHive } from './hive-runtime.ts';

serveHive(peerArguments(), { unifiedGraphHandler });
