// Request parsers: GraphQL parameters of an HTTP request (GraphQL over HTTP, section 5), in the formats that Yoga
// accepts, with the text of numbers preserved, and in UTF-8 only.
import type { IncomingMessage } from 'node:http';
import { GraphQLError } from 'graphql';
import type { GraphQLParams } from 'graphql-yoga';
import { requestError } from '../errors.ts';
import { charsetOf, isUtf8Type, listElements, parseMediaType } from '../json/media-type.ts';
import { parseClientJson } from '../json/parse-json.ts';
import { decodeUtf8, readParameters } from '../json/utf8.ts';
import { graphMethods } from './methods.ts';

/** @throws GraphQLError 405 */
export function requireMethod({ method = '' }: IncomingMessage): void {
  if (method === 'GET' || method === 'POST') return;
  const message = `GraphQL has no method ${method}. Use GET or POST.`;
  throw requestError('BAD_REQUEST', { message, status: 405, headers: { allow: graphMethods } });
}

/** Parameters are validated where they are used. */
export type Parameters = GraphQLParams | GraphQLParams[];

type Parser = (request: Request) => Promise<Parameters>;

/** By media type. */
const bodyParsers: Readonly<Record<string, Parser>> = {
  'application/json': async (request) => parametersIn(await bodyText(request)),
  'application/graphql+json': async (request) => parametersIn(await bodyText(request)),
  'application/graphql': async (request) => ({ query: await bodyText(request) }),
  'application/x-www-form-urlencoded': async (request) => {
    const text = (await readBody(request)).toString('latin1');
    return namedParameters(readParameters(text), 'body');
  },
};

/**
 * The parser for a request; it throws 415 for a body of another format or charset.
 * @param message the same request as received by Node: a URL may contain bytes that are not ASCII.
 */
export function requestParser(request: Request, message: IncomingMessage): Parser {
  if (request.method === 'GET') return async () => parametersOfUrl(message.url ?? '');
  // A list of types is invalid, but sent by some clients.
  const [contentType = ''] = listElements(request.headers.get('content-type') ?? '');
  const type = parseMediaType(contentType);
  const parser = type && Object.hasOwn(bodyParsers, type.essence) ? bodyParsers[type.essence] : undefined;
  if (!type || !parser) return () => rejectType(contentType);
  return isUtf8Type(type) ? parser : () => rejectCharset(charsetOf(type));
}

async function rejectType(contentType: string): Promise<never> {
  const found =
    contentType === '' ? 'The request has no content type' : 'The content type of the request is not accepted';
  throw requestError('BAD_REQUEST', { message: `${found}. Send "content-type: application/json".`, status: 415 });
}

async function rejectCharset(charset: string | null): Promise<never> {
  const message = `The charset of the request is ${charset}. Send utf-8, the only one that is accepted.`;
  throw requestError('BAD_REQUEST', { message, status: 415 });
}

async function readBody(request: Request): Promise<Buffer> {
  try {
    return Buffer.from(await request.arrayBuffer());
  } catch (error) {
    // A body that is too long has an error of its own; any other failure is an incomplete body of a client that has
    // left.
    throw error instanceof GraphQLError ? error : unreadable('The body of the request broke off.');
  }
}

async function bodyText(request: Request): Promise<string> {
  const text = decodeUtf8(await readBody(request));
  if (text === null) throw notUtf8('body');
  return text;
}

/** Parameters in a body. */
function parametersIn(text: string): Parameters {
  const value = parsed(text, 'The body');
  if (typeof value === 'object' && value !== null) return value as Parameters;
  const found = value === null ? 'null' : typeof value;
  throw requestError('BAD_REQUEST', { message: `POST body is expected to be object but received ${found}` });
}

function parametersOfUrl(url: string): Parameters {
  const start = url.indexOf('?');
  return namedParameters(readParameters(start === -1 ? '' : url.slice(start + 1)), 'URL');
}

function namedParameters(named: URLSearchParams | null, place: string): Parameters {
  if (!named) throw notUtf8(place);
  const parameters: Record<string, unknown> = {};
  for (const name of ['query', 'operationName', 'documentId', 'doc_id']) {
    const value = named.get(name);
    if (value) parameters[name] = value;
  }
  for (const name of ['variables', 'extensions']) {
    const text = named.get(name);
    if (text) parameters[name] = parsed(text, `The parameter "${name}"`);
  }
  return parameters;
}

function parsed(text: string, what: string): unknown {
  try {
    return parseClientJson(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw unreadable(`${what} cannot be read as JSON: ${error.message}`);
  }
}

function notUtf8(place: string): GraphQLError {
  return unreadable(`The ${place} of the request is not valid UTF-8.`);
}

function unreadable(message: string): GraphQLError {
  return requestError('BAD_REQUEST', { message, isUnreadable: true });
}
