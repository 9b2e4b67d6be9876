// Yoga serves the edges of GraphQL over HTTP: GraphiQL, GET, content negotiation, whatever is malformed.
import type { DocumentNode, ExecutionArgs, GraphQLError } from 'graphql';
import { createYoga, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import type { CheckedConfig } from '../config/config.ts';
import type { PreparedDocument } from '../plan/document-store.ts';
import type { Engine } from '../plan/engine.ts';
import type { Logger } from '../telemetry/log.ts';
import type { SubgraphScope } from '../transport/subgraph-client.ts';
import { graphiqlOptions, renderGraphiql } from './graphiql.ts';
import { maskError } from './mask-error.ts';
import type { RequestContext } from './request-context.ts';

export interface YogaServerContext {
  gateway: RequestContext;
}

export type GatewayYoga = YogaServerInstance<YogaServerContext, object>;

export function createGatewayYoga(engine: Engine, config: CheckedConfig, log: Logger): GatewayYoga {
  return createYoga<YogaServerContext, object>({
    schema: engine.schema,
    graphqlEndpoint: '/graphql',
    landingPage: false,
    graphiql: graphiqlOptions(config.graphiql),
    renderGraphiQL: renderGraphiql,
    maxRequestBodySize: config.maxBodyBytes,
    cors: config.cors ?? false,
    maskedErrors: { maskError: (error) => maskError(error, log) },
    // Unexpected errors are logged where they are masked, with the reference that the client gets.
    logging: false,
    // The engine keeps documents itself, for both lanes.
    parserAndValidationCache: false,
    context: ({ gateway }) => ({ ...gateway, signal: gateway.signal }),
    plugins: [useEngine(engine, config.plugins.length === 0), ...config.plugins],
  });
}

/** Lets the engine parse, validate and execute, and notes on the request what its log line says. */
function useEngine(engine: Engine, ownsValidation: boolean): Plugin<YogaServerContext> {
  const prepared = new WeakMap<DocumentNode, PreparedDocument>();
  return {
    onParse({ params, setParsedDocument }) {
      const document = engine.documents.get(params.source.toString());
      if (!document.document) throw document.errors?.[0];
      prepared.set(document.document, document);
      setParsedDocument(document.document);
    },
    onValidate({ params, setResult }) {
      // Plugins of the user's own may bring rules: then Yoga validates.
      const document = prepared.get(params.documentAST);
      if (document && ownsValidation) setResult([...(document.errors ?? [])]);
    },
    onExecute({ args, setExecuteFn }) {
      const document = prepared.get(args.document) ?? engine.documents.prepare(args.document);
      const operation = document.operation(args.operationName);
      const context = args.contextValue as unknown as YogaServerContext & SubgraphScope;
      context.gateway.operation = operation?.name;
      if (!operation) return;
      setExecuteFn(
        ({ variableValues }: ExecutionArgs) =>
          new Promise((resolve) => engine.execute(operation, variableValues ?? {}, context, resolve)),
      );
    },
    onExecutionResult({ result, context }) {
      const errors = result && 'errors' in result ? (result.errors as readonly GraphQLError[] | undefined) : undefined;
      if (errors) (context as unknown as YogaServerContext).gateway.noteErrors(errors);
    },
  };
}
