// CSRF protection: a web page of another origin can have a visitor's browser send some requests with the visitor's cookies,
// without a preflight. Those "simple" requests are rejected; a client proves that its request is none by its content type, or
// by a header that a page of another origin cannot set without a preflight. What browsers report of themselves
// (`Sec-Fetch-Site`) counts besides: a page whose origin is not allowed sends nothing, whatever it proves.
import type { IncomingMessage } from 'node:http';
import { GraphQLError } from 'graphql';
import { type CsrfConfig, provesNothing } from '../config/limits.ts';
import { essenceOf } from './content-type.ts';
import type { Cors } from './cors.ts';

/** Those that Yoga and Apollo's clients know, and those that name a client. */
const usualHeaders = [
  'graphql-require-preflight',
  'apollo-require-preflight',
  'x-graphql-yoga-csrf',
  'x-apollo-operation-name',
  'graphql-client-name',
  'x-graphql-client-name',
  'apollographql-client-name',
];

/** Browsers attach Basic, Negotiate and NTLM by themselves, and this never. */
const bearerScheme = /^bearer +\S/i;

/** Fetch standard, "CORS-safelisted request-header". */
const simpleTypes = ['application/x-www-form-urlencoded', 'multipart/form-data', 'text/plain'];

export interface CsrfOptions {
  config: CsrfConfig;
  /** Whether GraphiQL is served. A browser that opens it gets a page, whatever its address says; nothing is executed. */
  graphiql: boolean;
  /** The header of API keys, in lower case, if there are any. */
  apiKeyHeader?: string | undefined;
}

/** Why a request is rejected; null for one that is served. `cors` is that of the endpoint. */
export type CsrfGuard = (request: IncomingMessage, cors: Pick<Cors, 'allows'> | null) => GraphQLError | null;

export function createCsrfGuard({ config, graphiql, apiKeyHeader }: CsrfOptions): CsrfGuard {
  if (config === false) return () => null;
  const { headers = usualHeaders, bearer = true } = config === true ? {} : config;
  const own = apiKeyHeader === undefined || provesNothing(apiKeyHeader) ? [] : [apiKeyHeader];
  const headerNames = [...headers, ...own];
  const error = withoutProof(headerNames, bearer);
  return (request, cors) => {
    const site = request.headers['sec-fetch-site'];
    if (site === undefined && isPreflighted(request, headerNames)) return null;
    if (opensPage(request, graphiql)) return null;
    if ((site === 'cross-site' || site === 'same-site') && !cors?.allows(request.headers.origin)) return otherOrigin();
    if (site === 'same-origin' || site === 'none') return null;
    if (bearer && bearerScheme.test(request.headers.authorization ?? '')) return null;
    return isPreflighted(request, headerNames) ? null : error();
  };
}

/**
 * Whether a browser would have sent a preflight before it sent this for a page of another origin.
 * @param headerNames in lower case.
 */
function isPreflighted(request: IncomingMessage, headerNames: readonly string[]): boolean {
  const { method, headers } = request;
  if (method !== 'GET' && method !== 'HEAD' && method !== 'POST') return true;
  // The ordinary request.
  if (method === 'POST' && headers['content-type'] === 'application/json') return true;
  // Of several content types Node keeps the first, as do all who read the body; browsers send one.
  const type = headers['content-type'];
  if (type !== undefined && (method === 'POST' ? isPreflightedType(type) : isJsonType(type))) return true;
  return headerNames.some((name) => headers[name] !== undefined && headers[name] !== '');
}

/** Some clients send a list of content types; then each of them counts. What cannot be read is taken for simple. */
function isPreflightedType(contentType: string): boolean {
  return contentType.split(',').every((part) => {
    const type = essenceOf(part);
    return type !== null && !simpleTypes.includes(type);
  });
}

/**
 * A GET has no body that a type could be of. Apollo's clients send that of JSON; others are not trusted, since there was
 * a browser that sent some of them unasked (GHSA-9q82-xgwf-vj6h).
 */
function isJsonType(contentType: string): boolean {
  return essenceOf(contentType) === 'application/json';
}

/** A person's browser opening the address. Without GraphiQL, there must be nothing in it that could be executed. */
function opensPage({ method, headers, url = '' }: IncomingMessage, graphiql: boolean): boolean {
  if (method !== 'GET' || !headers.accept?.includes('text/html')) return false;
  const search = url.indexOf('?');
  return graphiql || search === -1 || search === url.length - 1;
}

function withoutProof(headerNames: readonly string[], bearer: boolean): () => GraphQLError {
  const message =
    `A web page of another origin could have sent this unasked. Send the content type "application/json", ` +
    `${bearer ? 'a bearer token, ' : ''}or one of these headers with any value: ${headerNames.join(', ')}.`;
  return () => rejection(message);
}

function otherOrigin(): GraphQLError {
  return rejection('Pages of this origin may not send requests here. To let them, add it to cors.origin.');
}

function rejection(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'CSRF_PREVENTION_FAILED', http: { status: 403 } } });
}
