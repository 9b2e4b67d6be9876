// Yoga server, for requests that leave the fast path: GraphiQL, event streams, content negotiation, anything malformed.
import { mapAsyncIterator } from '@graphql-tools/utils';
import { type DocumentNode, type ExecutionArgs, type ExecutionResult, GraphQLError } from 'graphql';
import { createYoga, type Plugin, type YogaServerInstance } from 'graphql-yoga';
import type { CheckedConfig } from '../config/config.ts';
import type { PreparedDocument } from '../engine/prepared-document.ts';
import type { PreparedOperation } from '../engine/prepared-operation.ts';
import { handleMaybePromise } from '../maybe-promise.ts';
import { eventStream, graphqlJson, json, multipart, negotiate } from '../pipeline/accept.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import type { RequestContext } from '../pipeline/request-context.ts';
import type { OperationRequest, Result } from '../pipeline/stages.ts';
import type { RequestLimits } from '../policy/rate-limits/index.ts';
import { Rejection } from '../policy/rejection.ts';
import type { Logger } from '../telemetry/log.ts';
import { batching, batchPlugins } from './batches.ts';
import { eventStreamResponse } from './event-stream-response.ts';
import { graphiqlOptions } from './graphiql.ts';
import type { LongLivedConnections } from './long-lived.ts';
import { maskError } from './mask-error.ts';
import { multipartEventsResponse } from './multipart-events.ts';
import { usePagePolicy } from './page-policy.ts';
import { partsResponse } from './parts-response.ts';
import { exchangeOf, type PluginContext, useRecordedHeaders } from './plugin-context.ts';
import type { Problems } from './problems/problems-handler.ts';
import type { RenderedPage } from './rendered-page.ts';
import { requestParser, requireMethod } from './request-parser.ts';
import { eventsNotAcceptable, notAcceptable, resultResponse } from './result-response.ts';
import type { HttpStatus, SingleResult } from './spec-status.ts';
import { TokenStream } from './token-stream.ts';

export type GatewayYoga = YogaServerInstance<PluginContext, object>;

export interface GatewayYogaOptions {
  config: CheckedConfig;
  log: Logger;
  requestLimits: RequestLimits;
  /** Counts event streams; without it their number is not limited. */
  connections?: LongLivedConnections;
  /** Whether GraphiQL offers to sign in with tokens of the development key. */
  development?: boolean;
  /** Problems of `concierge dev`, which GraphiQL shows. */
  problems?: Problems;
}

export function createGatewayYoga(pipeline: Pipeline, options: GatewayYogaOptions, page: RenderedPage): GatewayYoga {
  const { config, log, requestLimits, connections } = options;
  const pageOptions = graphiqlOptions(config.graphiql, examplesFor(pipeline.engine));
  return createYoga<PluginContext, object>({
    schema: pipeline.engine.clientSchema,
    batching: batching(config.limits),
    // The endpoint of a request has been selected before, by its path or headers.
    graphqlEndpoint: `${config.path}{/:client}?{/}?`,
    landingPage: false,
    graphiql: pageOptions && ((request) => negotiate(request.headers.get('accept') ?? undefined).page && pageOptions),
    renderGraphiQL: page.render,
    // Bodies have been read within their limit before.
    maxRequestBodySize: false,
    // Admission handles CORS, for both HTTP paths.
    cors: false,
    maskedErrors: { maskError: (error) => maskError(error, log) },
    // Unexpected errors are logged where they are masked, with the reference that the client gets.
    logging: false,
    extraParamNames: ['documentId', 'doc_id'],
    // The engine caches documents itself, for both HTTP paths.
    parserAndValidationCache: false,
    plugins: [
      ...(config.plugins.length > 0 ? [useRecordedHeaders()] : []),
      useOperations(pipeline, config.plugins.length > 0, connections, config.httpStatus),
      ...batchPlugins(config.limits, requestLimits),
      ...config.plugins,
      usePagePolicy(page.policy),
    ],
  });
}

/** Examples of the whole graph could reveal on a client's page what its view hides. */
function examplesFor({ clientSchema, schema, documents }: Pipeline['engine']): (query: string) => boolean {
  return clientSchema === schema ? () => true : (query) => documents.isValid(query);
}

/** Replaces Yoga's parsing, validation and execution by the engine's, and records data for the request's log line. */
function useOperations(
  pipeline: Pipeline,
  hasPlugins: boolean,
  connections: LongLivedConnections | undefined,
  httpStatus: HttpStatus,
): Plugin<PluginContext> {
  const { engine } = pipeline;
  const prepared = new WeakMap<DocumentNode, PreparedDocument>();
  /** Documents of a request, which may be a batch. */
  const inRequest = new WeakMap<RequestContext, Map<string, PreparedDocument>>();
  const subscriptions = new WeakSet<RequestContext>();
  const operationIn = (args: ExecutionArgs) => {
    const document = prepared.get(args.document) ?? engine.documents.prepare(args.document);
    return document.operation(args.operationName);
  };
  const contextOf = ({ contextValue }: ExecutionArgs) => exchangeOf(contextValue).context;
  const acceptedBy = ({ contextValue }: ExecutionArgs) => negotiate(exchangeOf(contextValue).request.headers.accept);
  return {
    onRequestParse({ request, setRequestParser, serverContext }) {
      const { request: message, context } = exchangeOf(serverContext);
      requireMethod(message);
      if (context.rejectedBody) throw context.rejectedBody;
      // A plugin may have a type of its own for its results.
      if (!hasPlugins && negotiate(message.headers.accept).result === null) throw notAcceptable();
      setRequestParser(requestParser(request, message));
      return {
        onRequestParseDone({ requestParserResult }) {
          context.isBatch = Array.isArray(requestParserResult);
        },
      };
    },
    onParse({ params, context, setParsedDocument, setParseFn }) {
      const text = params.source.toString();
      const ofRequest = inRequest.get(exchangeOf(context).context);
      // Documents that are too long to be cached are prepared once for each request.
      const document = ofRequest?.get(text) ?? engine.documents.get(text);
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
      // Plugins may add validation rules: then Yoga validates.
      const document = prepared.get(params.documentAST);
      if (document && (document.errors || !hasPlugins)) setResult([...(document.errors ?? [])]);
    },
    async onParams({ params, setParams, context }) {
      // Of a batch, any JSON: Yoga rejects what is no object.
      if (typeof params !== 'object' || params === null || Array.isArray(params)) return;
      const { context: gateway } = exchangeOf(context);
      const found = await pipeline.findDocument(params, gateway);
      if (found instanceof Rejection) {
        gateway.headers.push(...found.headers);
        throw found.errors[0];
      }
      const { documentId: _id, doc_id: _docId, ...others } = params as typeof params & Record<string, unknown>;
      const ofRequest = inRequest.get(gateway) ?? new Map<string, PreparedDocument>();
      inRequest.set(gateway, ofRequest.set(found.text, found.document));
      setParams({ ...others, query: found.text, operationName: params.operationName ?? found.name });
    },
    onExecute({ args, setExecuteFn }) {
      const operation = operationIn(args);
      const context = contextOf(args);
      if (!operation) return;
      // Plugins see responses as a whole.
      const inParts = !hasPlugins && acceptedBy(args).parts !== null;
      setExecuteFn(({ variableValues }: ExecutionArgs) =>
        handleMaybePromise(
          () => pipeline.run({ ...requestOf(operation, variableValues), inParts }, context),
          (outcome) => toResult(outcome as Result | Rejection, hasPlugins),
        ),
      );
    },
    onSubscribe({ args, setSubscribeFn }) {
      const operation = operationIn(args);
      const context = contextOf(args);
      if (!operation) return;
      subscriptions.add(context);
      setSubscribeFn(async ({ variableValues }: ExecutionArgs) => {
        const { request, response } = exchangeOf(args.contextValue);
        if (negotiate(request.headers.accept).events === null) return { errors: [eventsNotAcceptable()] };
        const place = await connections?.open(request, context);
        if (place instanceof GraphQLError) return { errors: [place] };
        const release = () => place?.release();
        response.once('close', release);
        if (response.closed) release();
        const claimed = context.identity && (await place?.claim(context.identity.key));
        if (claimed) {
          release();
          return { errors: [claimed] };
        }
        const events = await pipeline.run(requestOf(operation, variableValues), context);
        if (!(Symbol.asyncIterator in events)) {
          release();
          return toResult(events, hasPlugins);
        }
        const results = new TokenStream(events, context.authenticated, () => {
          release();
          // Fetches for an event that is in progress have no reader any more.
          context.cancellation.cancel();
        });
        response.once('close', () => void results.return());
        place?.onDrain(() => results.disconnect());
        return mapAsyncIterator(results, (result) => {
          if (result.errors) context.recordErrors(result.errors);
          return toResult(result, hasPlugins);
        });
      });
    },
    onResultProcess({ result, serverContext, setResultProcessor }) {
      const { request, context } = exchangeOf(serverContext);
      const accepted = negotiate(request.headers.accept);
      const type = context.isBatch ? accepted.list : accepted.result;
      if (!(Symbol.asyncIterator in result)) {
        // Here, and not where an operation ends: those of requests that have none, and of each operation of a batch.
        const errors = [result].flat().flatMap((one) => one.errors ?? []);
        if (errors.length > 0) context.recordErrors(errors);
        // The validators of a response in JSON are not those of a stream.
        if (type !== json && type !== graphqlJson) context.freshness = null;
        const { later } = context;
        const { parts } = accepted;
        if (later && parts)
          setResultProcessor((first) => partsResponse(first as Result, later, parts, context), parts.type);
        else
          setResultProcessor(
            (single, api) => resultResponse(single as SingleResult, type, api, httpStatus),
            type ?? json,
          );
      } else if (subscriptions.has(context)) {
        const respond = accepted.events === multipart ? multipartEventsResponse : eventStreamResponse;
        setResultProcessor((events) => respond(events as AsyncIterable<Result>), accepted.events ?? eventStream);
      }
    },
    onExecutionResult({ result, context }) {
      const errors = result && 'errors' in result ? (result.errors as readonly GraphQLError[] | undefined) : undefined;
      const { context: gateway } = exchangeOf(context);
      if (errors) {
        // They may be a plugin's, in a response without errors.
        gateway.freshness = null;
      } else if (hasPlugins && gateway.freshness) {
        // Plugins may have changed the response that it identifies.
        gateway.freshness = { ...gateway.freshness, etag: null };
      }
    },
  };
}

/** An operation that Yoga has parsed, with the variables as received: their size in bytes is unknown. */
function requestOf(
  document: PreparedOperation,
  variables: Record<string, unknown> | null | undefined,
): OperationRequest {
  return { document, variables: variables ?? {}, bytes: null, kinds: ['query', 'mutation', 'subscription'] };
}

/** A result for Yoga: text without plugins, plain data with them, since they may change it, copy it, or add to it. */
function toResult(outcome: Result | Rejection, hasPlugins: boolean): ExecutionResult {
  const result: Result = outcome instanceof Rejection ? outcome.result : outcome;
  if (!('stringify' in result)) return result;
  const { errors, extensions } = result;
  if (!errors && !hasPlugins) return { stringify: () => result.stringify() } as ExecutionResult;
  return { data: result.data ?? null, ...(errors && { errors }), ...(extensions && { extensions }) };
}
