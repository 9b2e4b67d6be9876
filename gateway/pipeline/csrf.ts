// CSRF protection: a web page of another origin can make a visitor's browser send some requests with the visitor's
// cookies, without a preflight. Those "simple" requests are rejected; a client proves that its request is not one by
// its content type, or by a header that a page of another origin cannot set without a preflight. The browser's own
// report (`Sec-Fetch-Site`) counts as well: requests of a page whose origin is not allowed are rejected, with or
// without such a proof.
import type { IncomingMessage } from 'node:http';
import type { GraphQLError } from 'graphql';
import { type CsrfConfig, canBeSetByOthers } from '../config/limits.ts';
import { requestError } from '../errors.ts';
import { negotiate } from './accept.ts';
import type { Protocol } from './api.ts';
import { essenceOf } from './content-type.ts';
import type { Cors } from './cors.ts';

/** Headers of Yoga's and Apollo's CSRF protection, and those that name a client. */
const usualHeaders = [
  'graphql-require-preflight',
  'apollo-require-preflight',
  'x-graphql-yoga-csrf',
  'x-apollo-operation-name',
  'graphql-client-name',
  'x-graphql-client-name',
  'apollographql-client-name',
];

/** Browsers attach Basic, Negotiate and NTLM credentials automatically, but never a bearer token. */
const bearerScheme = /^bearer +\S/i;

/** Fetch standard, "CORS-safelisted request-header". */
const simpleTypes = ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'];

export interface CsrfOptions {
  config: CsrfConfig;
  /**
   * Whether GraphiQL is served. A browser that opens it gets a page, whatever its URL contains; nothing is executed.
   */
  graphiql: boolean;
  /** Name of the header of API keys, in lower case, if configured. */
  apiKeyHeader?: string | undefined;
}

/** Returns the error for a rejected request, else null. `cors` is that of the endpoint; `protocol` the request's. */
export type CsrfGuard = (
  request: IncomingMessage,
  cors: Pick<Cors, 'allows'> | null,
  protocol?: Protocol,
) => GraphQLError | null;

export function createCsrfGuard({ config, graphiql, apiKeyHeader }: CsrfOptions): CsrfGuard {
  if (config === false) return () => null;
  const { headers = usualHeaders, bearer = true } = config === true ? {} : config;
  const own = apiKeyHeader === undefined || canBeSetByOthers(apiKeyHeader) ? [] : [apiKeyHeader];
  const headerNames = [...headers, ...own];
  const error = withoutProof(headerNames, bearer);
  return (request, cors, protocol = 'graphql') => {
    const site = request.headers['sec-fetch-site'];
    const isOfApi = protocol !== 'graphql' && isSafe(request);
    if (protocol === 'mcp' && site === undefined && isOfOtherPage(request, cors)) return otherOrigin();
    if (site === undefined && (isOfApi || isPreflighted(request, headerNames))) return null;
    if (isOfApi ? isNavigation(request) : protocol === 'graphql' && opensPage(request, graphiql)) return null;
    if ((site === 'cross-site' || site === 'same-site') && !cors?.allows(request.headers.origin)) return otherOrigin();
    if (isOfApi || site === 'same-origin' || site === 'none') return null;
    if (bearer && bearerScheme.test(request.headers.authorization ?? '')) return null;
    return isPreflighted(request, headerNames) ? null : error();
  };
}

/**
 * Whether a page sends this request that CORS does not allow; without the browser's report, none counts as the gateway's
 * own: `Host` is that of the page where a name was bound to this address meanwhile (DNS rebinding), which browsers can
 * report of secure contexts alone. The Model Context Protocol requires the check ("Streamable HTTP", security warning).
 */
function isOfOtherPage({ headers: { origin } }: IncomingMessage, cors: Pick<Cors, 'allows'> | null): boolean {
  return origin !== undefined && !cors?.allows(origin);
}

/** By these methods the REST façade serves queries alone, which change nothing, and MCP nothing at all. */
function isSafe({ method }: IncomingMessage): boolean {
  return method === 'GET' || method === 'HEAD';
}

/** Whether a browser shows the response in a window of its own, where no page can read it. */
function isNavigation({ headers }: IncomingMessage): boolean {
  return headers['sec-fetch-mode'] === 'navigate' && headers['sec-fetch-dest'] === 'document';
}

/**
 * Whether a browser would have sent a preflight before sending this request for a page of another origin.
 * @param headerNames in lower case.
 */
function isPreflighted(request: IncomingMessage, headerNames: readonly string[]): boolean {
  const { method, headers } = request;
  if (method !== 'GET' && method !== 'HEAD' && method !== 'POST') return true;
  // The ordinary request.
  if (method === 'POST' && headers['content-type'] === 'application/json') return true;
  // Of several Content-Type headers Node takes the first, as do all readers of the body; browsers send one.
  const type = headers['content-type'];
  if (type !== undefined && (method === 'POST' ? isPreflightedType(type) : isJsonType(type))) return true;
  return headerNames.some((name) => headers[name] !== undefined && headers[name] !== '');
}

/** Some clients send a list of content types; then each of them is checked. A malformed type counts as simple. */
function isPreflightedType(contentType: string): boolean {
  return contentType.split(',').every((part) => {
    const type = essenceOf(part);
    return type !== null && !simpleTypes.includes(type);
  });
}

/**
 * A GET has no body to which a content type applies. Apollo's clients send that of JSON; others are not trusted, since
 * a browser used to send some of them without a preflight (GHSA-9q82-xgwf-vj6h).
 */
function isJsonType(contentType: string): boolean {
  return essenceOf(contentType) === 'application/json';
}

/** Navigation of a browser to the URL. Without GraphiQL, the URL must not contain anything to execute. */
function opensPage({ method, headers, url = '' }: IncomingMessage, graphiql: boolean): boolean {
  if (method !== 'GET' || !negotiate(headers.accept).page) return false;
  const search = url.indexOf('?');
  return graphiql || search === -1 || search === url.length - 1;
}

function withoutProof(headerNames: readonly string[], bearer: boolean): () => GraphQLError {
  const message =
    `A web page of another origin could have sent this request without a preflight. ` +
    `Send the content type "application/json", ${bearer ? 'a bearer token, ' : ''}` +
    `or one of these headers with any value: ${headerNames.join(', ')}.`;
  return () => rejection(message);
}

function otherOrigin(): GraphQLError {
  return rejection('Pages of this origin may not send requests here. To let them, add it to cors.origin.');
}

function rejection(message: string): GraphQLError {
  return requestError('CSRF_PREVENTION_FAILED', { message });
}
