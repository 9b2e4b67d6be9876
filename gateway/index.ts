// The public surface of the package.
export { ComposeError } from './compose/compose-error.ts';
export type { Graph } from './compose/graph.ts';
export { defineConfig, type GatewayConfig } from './config/config.ts';
export type { GatewayContext, Identity } from './config/context.ts';
export { ConfigError } from './config/mistakes.ts';
export { createGateway, type Gateway } from './gateway.ts';
export { ListenError } from './server/http-server.ts';
