// REST façade of one client: a request becomes the operation of a trusted document, with the same pipeline as every other
// transport, and its data the response. Errors are problems; a response with errors at fields is one too, since in
// plain data a value that is missing and a null look the same.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { GraphQLError } from 'graphql';
import { rejectedResponse, requestError } from '../../errors.ts';
import { handleMaybePromise, type MaybePromise } from '../../maybe-promise.ts';
import { json, negotiate } from '../../pipeline/accept.ts';
import { isJson } from '../../pipeline/content-type.ts';
import type { ApiResource, ClientApi } from '../../pipeline/endpoints.ts';
import type { Pipeline } from '../../pipeline/pipeline.ts';
import type { RequestContext } from '../../pipeline/request-context.ts';
import type { Result } from '../../pipeline/stages.ts';
import { Rejection } from '../../policy/rejection.ts';
import { readBody } from '../body-reader.ts';
import type { BodySender, Head } from '../compression/body-sender.ts';
import { noSniff } from '../guarded-response.ts';
import { fieldsOf, problemOf, sendProblem } from '../problem-response.ts';
import { notFound, reject, rejectMethod, sendRejection } from '../rejected-response.ts';
import { dataText } from './data-text.ts';
import { requestVariables } from './request-variables.ts';
import type { RestRoute } from './rest-route.ts';
import { RestRouter, type RouteMatch } from './rest-router.ts';

export interface RestHandlerOptions {
  pipeline: Pipeline;
  routes: readonly RestRoute[];
  bodies: BodySender;
  /** Maximum bytes of a request's body. */
  maxBodyBytes: number;
  /** Whether errors name what there is in place of what is unknown. */
  suggests: boolean;
  /** What describes the façade; null for other paths. */
  describe(path: string): ApiResource | null;
}

/** A request for a route. */
interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  context: RequestContext;
  route: RestRoute;
}

const kinds = ['query', 'mutation'] as const;

export function createRestApi(options: RestHandlerOptions): ClientApi {
  const router = new RestRouter(options.routes);
  return {
    at(path): ApiResource {
      const described = options.describe(path);
      if (described) return described;
      const match = router.match(path);
      if (match === null || match === 'malformed') return nothing(match);
      const allow = allowOf(match);
      return {
        allow,
        isOpen: false,
        handle: (request, response, context) => {
          const route = match.routes.get(request.method as never);
          if (!route) return rejectMethod(response, context, request.method, allow);
          return serve({ request, response, context, route }, match.parts, options);
        },
      };
    },
  };
}

function nothing(match: 'malformed' | null): ApiResource {
  const handle: ApiResource['handle'] = (_request, response, context) => {
    if (match === null) return notFound(response, context, 'There is nothing at this path.');
    const message = 'The path is not encoded as UTF-8 with percent signs (RFC 3986, section 2.1).';
    return reject(response, context, rejectedResponse('BAD_REQUEST', { message }));
  };
  return { allow: 'OPTIONS', isOpen: false, handle };
}

function allowOf({ routes }: RouteMatch<RestRoute>): string {
  return [...[...routes.keys()].flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])), 'OPTIONS'].join(
    ', ',
  );
}

function serve(exchange: Exchange, parts: readonly string[], options: RestHandlerOptions): MaybePromise<void> {
  const { request, response, context } = exchange;
  if (!negotiate(request.headers.accept).json) {
    const message = `Accept "${json}": the responses of this path have no other type.`;
    return reject(response, context, rejectedResponse('BAD_REQUEST', { message, status: 406 }));
  }
  if (options.bodies.cannotSatisfy(request)) {
    const message = 'Accept the encoding "identity", or one that is offered here.';
    return reject(response, context, rejectedResponse('BAD_REQUEST', { message, status: 406 }));
  }
  if (request.method === 'GET') return execute(exchange, parts, null, options);
  return new Promise((resolve, fail) => {
    readBody(request, options.maxBodyBytes, (body) => {
      // Incomplete: the client has disconnected.
      if (body === null) return resolve();
      if (body instanceof GraphQLError) {
        request.resume();
        sendRejection(response, context, new Rejection([body], { part: 'request' }));
        return resolve();
      }
      handleMaybePromise(() => execute(exchange, parts, body, options), resolve, fail);
    });
  });
}

function execute(
  exchange: Exchange,
  parts: readonly string[],
  body: Buffer | null,
  { pipeline, bodies, suggests }: RestHandlerOptions,
): MaybePromise<void> {
  const { request, response, context, route } = exchange;
  const { url = '' } = request;
  const start = url.indexOf('?');
  const query = start === -1 ? '' : url.slice(start + 1);
  const variables =
    body !== null && body.length > 0 && !isJson(request.headers['content-type'])
      ? requestError('BAD_REQUEST', { message: 'Send the body as "application/json".', status: 415 })
      : requestVariables(route, parts, query, body, suggests);
  if (variables instanceof GraphQLError) {
    return sendRejection(response, context, new Rejection([variables], { part: 'request' }));
  }
  const { id, name } = route.document;
  const operation = {
    document: { documentId: id },
    operationName: name,
    variables,
    // An escaped character takes up to six bytes as JSON, and at least one here.
    bytes: 6 * (url.length + (body?.length ?? 0)),
    kinds,
  };
  return handleMaybePromise(
    () => pipeline.run(operation, context),
    (outcome) => {
      if (outcome instanceof Rejection) return sendRejection(response, context, outcome);
      return send(outcome as Result, exchange, bodies);
    },
  );
}

function send(result: Result, { request, response, context, route }: Exchange, bodies: BodySender): MaybePromise<void> {
  const { errors } = result;
  if (errors && errors.length > 0) {
    context.recordErrors(errors);
    return sendProblem(response, context, problemOf(errors, undefined, result.data), fieldsOf(errors));
  }
  if (response.destroyed) return;
  const text = dataText(result, route.unwrappedKey);
  // Before the validators: If-None-Match holds for what there is (RFC 9110, section 13.1.2).
  if (text === null) return notFound(response, context, 'There is no such object.');
  const head: Head = {};
  for (const [name, value] of context.responseHeaders) head[name] = value;
  for (const [name, value] of context.receivedHeaders) head[name] = value;
  const { freshness } = context;
  const etag = bodies.validatedTag(request, freshness?.etag);
  if (etag !== null) {
    bodies.sendNotModified(response, head, etag);
    return;
  }
  // Node encodes a head that it writes together with a text as UTF-8, which fields of services must not be.
  const body = typeof text === 'string' && context.received ? Buffer.from(text) : text;
  head[noSniff] = 'nosniff';
  head['content-type'] = json;
  return bodies.send(request, response, { status: 200, head, body, key: freshness?.etag ?? null });
}
