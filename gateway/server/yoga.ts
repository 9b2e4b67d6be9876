// Yoga serves the edges of GraphQL over HTTP: GraphiQL, GET, content negotiation, whatever is malformed.
import { type GraphQLError, getOperationAST } from 'graphql';
import { createYoga, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import type { Graph } from '../compose/graph.ts';
import type { CheckedConfig } from '../config/config.ts';
import type { Logger } from '../telemetry/log.ts';
import { graphiqlOptions, renderGraphiql } from './graphiql.ts';
import { maskError } from './mask-error.ts';
import type { RequestContext } from './request-context.ts';

export interface YogaServerContext {
  gateway: RequestContext;
}

export type GatewayYoga = YogaServerInstance<YogaServerContext, RequestContext>;

export function createGatewayYoga(graph: Graph, config: CheckedConfig, log: Logger): GatewayYoga {
  return createYoga<YogaServerContext, RequestContext>({
    schema: graph.schema,
    graphqlEndpoint: '/graphql',
    landingPage: false,
    healthCheckEndpoint: '/healthcheck',
    graphiql: graphiqlOptions(config.graphiql),
    renderGraphiQL: renderGraphiql,
    maxRequestBodySize: config.maxBodyBytes,
    maskedErrors: { maskError: (error) => maskError(error, log) },
    // Unexpected errors are logged where they are masked, with the reference that the client gets.
    logging: false,
    context: ({ gateway }) => gateway,
    plugins: [tellLog(), ...config.plugins],
  });
}

/** Notes on the request's context what its log line says: the operation's name, the codes of its errors. */
function tellLog(): Plugin<YogaServerContext> {
  return {
    onExecute({ args }) {
      const { gateway } = args.contextValue as YogaServerContext;
      gateway.operation = getOperationAST(args.document, args.operationName)?.name?.value;
    },
    onExecutionResult({ result, context }) {
      const errors = result && 'errors' in result ? result.errors : undefined;
      if (!errors) return;
      const codes = errors.map((error: GraphQLError) => String(error.extensions?.code ?? 'UNKNOWN'));
      (context as unknown as YogaServerContext).gateway.errorCodes = [...new Set(codes)];
    },
  };
}
