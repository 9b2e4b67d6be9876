// Peer: Apollo Gateway behind Apollo Server's standalone server, as documented; no key, so nothing is reported.
// https://www.apollographql.com/docs/apollo-server/using-federation/apollo-gateway-setup

import { ApolloGateway } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';
import { peerArguments } from './arguments.ts';

const { supergraph, port } = peerArguments();
const silent = { debug() {}, info() {}, warn: console.warn, error: console.error };

const gateway = new ApolloGateway({ supergraphSdl: supergraph, logger: silent });
const server = new ApolloServer({ gateway, logger: silent });
await startStandaloneServer(server, { listen: { host: '127.0.0.1', port } });
