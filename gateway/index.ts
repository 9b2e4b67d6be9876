// Public API of the package.
export { type ClientDefinition, defineClient } from './client-views/definition.ts';
export { type Client, loadClients } from './client-views/load-clients.ts';
export { ComposeError } from './compose/compose-error.ts';
export type { Graph } from './compose/graph.ts';
export type { PolicyFunction } from './config/authorization.ts';
export { defineConfig, type GatewayConfig } from './config/config.ts';
export { ConfigError } from './config/config-error.ts';
export type { GatewayContext, Identity, ResolverContext } from './config/context.ts';
export type {
  HookContext,
  HookOperation,
  HookResult,
  HookSubgraphRequest,
  HookSubgraphResponse,
  OnOperation,
  OnResponse,
  OnSubgraphRequest,
  OnSubgraphResponse,
  VaryBy,
} from './config/hooks.ts';
export type { IdentifiedCaller, Identify, IdentifyRequest } from './config/identify.ts';
export { env, file } from './config/secrets.ts';
export type { ErrorCode } from './errors.ts';
export { createGateway } from './gateway.ts';
export type { ConfigFunction, GatewayOptions } from './gateway-options.ts';
export { introspectSchemas } from './introspected-schemas.ts';
export type { Gateway } from './running-gateway.ts';
export {
  createLambdaHandler,
  createLambdaStream,
  type LambdaContext,
  type LambdaEvent,
  type LambdaResult,
} from './server/embedded/aws-lambda.ts';
export type { FetchOptions } from './server/embedded/embedding.ts';
export type { InjectedRequest, InjectedResponse } from './server/embedded/inject.ts';
export { ListenError } from './server/listen-error.ts';
export type { StopOptions } from './shutdown.ts';
