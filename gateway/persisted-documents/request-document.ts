// Document of a request: found by its text, by the id of a trusted document, or by the hash of an automatic persisted
// query. The first stage that reads the document.
import { GraphQLError } from 'graphql';
import { requestError } from '../errors.ts';
import type { AutomaticDocuments } from './automatic-documents.ts';
import { documentId, plainId } from './document-text.ts';
import type { TrustedDocument, TrustedDocuments } from './trusted-documents.ts';

/** Parameters of a GraphQL-over-HTTP request that identify the document, unchecked. */
export interface DocumentParameters {
  query?: unknown;
  /** GraphQL over HTTP, appendix A, https://github.com/graphql/graphql-over-http. */
  documentId?: unknown;
  /** Relay's name for `documentId`. */
  doc_id?: unknown;
  /** With Apollo's `persistedQuery: { version: 1, sha256Hash }`. */
  extensions?: unknown;
}

export interface DocumentSettings {
  trusted: TrustedDocuments;
  /** Whether all but trusted documents are rejected. */
  only: boolean;
  /** Store of automatic persisted queries; null if they are disabled. */
  automatic: AutomaticDocuments | null;
}

export interface RequestedDocument {
  text: string;
  /** Whether it is one of the client's trusted documents. */
  trusted: boolean;
  /** Operation name of a trusted document. */
  name?: string | undefined;
  /** The hash under which it is to be registered, once it has been found to be valid. */
  registersAs?: string;
}

interface DocumentIds {
  /** From `documentId` or `doc_id`. */
  id: string | undefined;
  /** From `extensions.persistedQuery`. */
  hash: string | undefined;
}

/**
 * Finds the document. A promise only where a hash has to be fetched from the store; other requests are synchronous.
 * Errors are returned: each has its code, and its HTTP status in `extensions.http`.
 */
export function requestDocument(
  parameters: DocumentParameters,
  settings: DocumentSettings,
): RequestedDocument | GraphQLError | Promise<RequestedDocument | GraphQLError> {
  const text = parameters.query ?? undefined;
  if (text !== undefined && typeof text !== 'string') return badRequest('The parameter "query" is not a text.');
  const ids = readIds(parameters);
  if (ids instanceof GraphQLError) return ids;
  const id = ids.id ?? ids.hash;
  if (id === undefined) return text ? byText(text, settings) : noDocumentRequested();
  if (ids.id !== undefined && ids.hash !== undefined && plainId(ids.id) !== ids.hash) return twoDocuments();
  const byHash = ids.hash !== undefined;
  return text ? byIdAndText(id, text, byHash, settings) : byId(id, byHash, settings);
}

function byText(text: string, { trusted, only }: DocumentSettings): RequestedDocument | GraphQLError {
  const document = trusted.size > 0 ? trusted.find(text) : undefined;
  if (document) return take(document);
  if (!only) return { text, trusted: false };
  return requestError('PERSISTED_QUERY_ID_REQUIRED');
}

function byId(
  id: string,
  byHash: boolean,
  { trusted, only, automatic }: DocumentSettings,
): RequestedDocument | GraphQLError | Promise<RequestedDocument | GraphQLError> {
  const document = trusted.get(id);
  if (document) return take(document);
  if (only) return notInList();
  if (automatic && isHash(id)) {
    return automatic.get(plainId(id)).then((text) => (text === undefined ? notFound() : { text, trusted: false }));
  }
  return byHash && !automatic ? notSupported() : notFound();
}

function byIdAndText(
  id: string,
  text: string,
  byHash: boolean,
  { trusted, only, automatic }: DocumentSettings,
): RequestedDocument | GraphQLError {
  const document = trusted.get(id);
  if (document?.text === text) return take(document);
  if (documentId(text) !== plainId(id)) return byHash ? wrongHash() : twoDocuments();
  if (document) return take(document);
  if (only) return notInList();
  return { text, trusted: false, ...(automatic && { registersAs: plainId(id) }) };
}

function take({ text, name }: TrustedDocument): RequestedDocument {
  return { text, trusted: true, name };
}

function readIds({ documentId, doc_id, extensions }: DocumentParameters): DocumentIds | GraphQLError {
  const given = documentId ?? doc_id ?? undefined;
  if (given !== undefined && (typeof given !== 'string' || given === '')) {
    return badRequest('The parameter "documentId" is not the id of a document.');
  }
  if (typeof documentId === 'string' && doc_id != null && doc_id !== documentId) return twoDocuments();
  const { persistedQuery } = (extensions ?? {}) as { persistedQuery?: unknown };
  if (persistedQuery == null) return { id: given, hash: undefined };
  const { version, sha256Hash } = persistedQuery as { version?: unknown; sha256Hash?: unknown };
  // Some clients' GET requests send the version as text.
  if (version !== 1 && version !== '1') return badRequest('Unsupported persisted query version');
  if (typeof sha256Hash !== 'string' || sha256Hash === '') {
    return badRequest('The parameter "extensions.persistedQuery.sha256Hash" is not a text.');
  }
  return { id: given, hash: plainId(sha256Hash) };
}

/** The store is queried only with possible keys. */
function isHash(id: string): boolean {
  return /^[0-9a-f]{64}$/.test(plainId(id));
}

/**
 * Apollo's clients check the message, and with `application/json` expect status 200; then they send the text with the
 * hash.
 */
const notFound = () => requestError('PERSISTED_QUERY_NOT_FOUND');

/** Apollo's clients check the message, and with `application/json` expect status 200; from then on they send texts. */
const notSupported = () => requestError('PERSISTED_QUERY_NOT_SUPPORTED');

const notInList = () => requestError('PERSISTED_QUERY_NOT_IN_LIST');

const twoDocuments = () => requestError('CANNOT_SEND_PQ_ID_AND_BODY');

/** The same message as Apollo Server's. */
const wrongHash = () => badRequest('provided sha does not match query');

const noDocumentRequested = () => badRequest('The request names no document: send "query", or "documentId".');

const badRequest = (message: string) => requestError('BAD_REQUEST', { message });
