// Peer: stock schema stitching behind GraphQL Yoga, set up for the fewest upstream requests that its documentation
// offers: type merging by `_entities` with array keys (each key once), and query batching on every executor.
// https://the-guild.dev/graphql/stitching/docs/approaches/type-merging

import { createServer } from 'node:http';
import type { SubschemaConfig } from '@graphql-tools/delegate';
import { buildHTTPExecutor } from '@graphql-tools/executor-http';
import { stitchSchemas } from '@graphql-tools/stitch';
import { createYoga } from 'graphql-yoga';
import { peerArguments } from './arguments.ts';
import { mergeConfig, subschemaOf } from './stitching-config.ts';

const { routing, sdlOf, port } = peerArguments();

const subschemas = Object.entries(routing).map(
  ([name, endpoint]): SubschemaConfig => ({
    schema: subschemaOf(sdlOf(name)),
    merge: mergeConfig(sdlOf(name)),
    executor: buildHTTPExecutor({ endpoint, deduplicateInflightRequests: false }),
    batch: true,
  }),
);

const yoga = createYoga({ schema: stitchSchemas({ subschemas }), logging: false, graphiql: false, landingPage: false });
createServer(yoga).listen(port, '127.0.0.1');
