// Yoga serves the edges of GraphQL over HTTP: GraphiQL, GET, content negotiation, whatever is malformed.
import { type DocumentNode, type ExecutionArgs, type ExecutionResult, GraphQLError } from 'graphql';
import { createYoga, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import type { CheckedConfig } from '../config/config.ts';
import type { Answer } from '../execute/answer.ts';
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
    plugins: [useEngine(engine, config.plugins.length > 0), ...config.plugins],
  });
}

/** Lets the engine parse, validate and execute, and notes on the request what its log line says. */
function useEngine(engine: Engine, hasPlugins: boolean): Plugin<YogaServerContext> {
  const prepared = new WeakMap<DocumentNode, PreparedDocument>();
  return {
    onRequestParse({ requestParser, setRequestParser }) {
      if (requestParser) setRequestParser((request) => parseParameters(requestParser, request));
    },
    onParse({ params, setParsedDocument, setParseFn }) {
      const document = engine.documents.get(params.source.toString());
      if (document.document) {
        prepared.set(document.document, document);
        setParsedDocument(document.document);
        return;
      }
      // Not thrown from here: only an error of the parse function gets its code and status from Yoga.
      setParseFn(() => {
        throw document.errors?.[0];
      });
    },
    onValidate({ params, setResult }) {
      // Plugins of the user's own may bring rules: then Yoga validates.
      const document = prepared.get(params.documentAST);
      if (document && !hasPlugins) setResult([...(document.errors ?? [])]);
    },
    onExecute({ args, setExecuteFn }) {
      const document = prepared.get(args.document) ?? engine.documents.prepare(args.document);
      const operation = document.operation(args.operationName);
      const context = args.contextValue as unknown as YogaServerContext & SubgraphScope;
      context.gateway.operation = operation?.name;
      if (!operation) return;
      setExecuteFn(
        ({ variableValues }: ExecutionArgs) =>
          new Promise((resolve) => {
            engine.execute(operation, variableValues ?? {}, context, (answer) => resolve(toResult(answer, hasPlugins)));
          }),
      );
    },
    onExecutionResult({ result, context }) {
      const errors = result && 'errors' in result ? (result.errors as readonly GraphQLError[] | undefined) : undefined;
      if (errors) (context as unknown as YogaServerContext).gateway.noteErrors(errors);
    },
  };
}

/**
 * An answer as Yoga takes it: text where nobody looks inside, plain data for plugins, who may change it, copy it, or put
 * something beside it.
 */
function toResult(answer: Answer | ExecutionResult, hasPlugins: boolean): ExecutionResult {
  if (!('stringify' in answer)) return answer;
  if (answer.errors) return { data: answer.data, errors: answer.errors };
  return hasPlugins ? { data: answer.data } : ({ stringify: () => answer.stringify() } as ExecutionResult);
}

/** Reads a request's parameters; `variables` in an address or a form that are no JSON are the client's mistake. */
async function parseParameters<Parsed>(
  parse: (request: Request) => Parsed,
  request: Request,
): Promise<Awaited<Parsed>> {
  try {
    return await parse(request);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new GraphQLError(`The request has parameters that are no JSON: ${error.message}`, {
      extensions: { code: 'BAD_REQUEST', http: { status: 400 } },
    });
  }
}
