// The public surface of the package.
export { type ClientDefinition, defineClient } from './clients/definition.ts';
export { type Client, loadClients } from './clients/load-clients.ts';
export { ComposeError } from './compose/compose-error.ts';
export type { Graph } from './compose/graph.ts';
export { defineConfig, type GatewayConfig, type PolicyFunction } from './config/config.ts';
export type { GatewayContext, Identity, ResolverContext } from './config/context.ts';
export { ConfigError } from './config/mistakes.ts';
export { createGateway, type Gateway, type GatewayOptions } from './gateway.ts';
export { ListenError } from './server/listen-error.ts';
