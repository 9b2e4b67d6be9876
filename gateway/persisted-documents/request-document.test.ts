// Document of a request: trusted documents and automatic persisted queries, with the messages and codes of the
// protocols.
import { GraphQLError, Kind } from 'graphql';
import { describe, expect, it } from 'vitest';
import { defaultAutomaticBounds } from '../config/documents.ts';
import { type AutomaticDocuments, MemoryDocuments } from './automatic-documents.ts';
import { noDeclaration } from './document-declaration.ts';
import { documentId } from './document-text.ts';
import { type DocumentParameters, requestDocument } from './request-document.ts';
import { TrustedDocuments } from './trusted-documents.ts';

const text = 'query Product {\n  product(id: "p1") {\n    name\n  }\n}';
const id = documentId(text);
const relayText = 'query Relay { product(id: "p2") { name } }';
const relayId = '5d41402abc4b2a76b9719d911017c592';
const place = { file: '/documents.json', line: 1, column: 1 };
const document = { kind: Kind.DOCUMENT, definitions: [] } as const;
const entry = { type: undefined, document, placedIn: 'body', place, declaration: noDeclaration } as const;
const trusted = new TrustedDocuments({
  documents: [
    { ...entry, id, name: 'Product', body: text },
    { ...entry, id: relayId, name: 'Relay', body: relayText },
  ],
});
const free = '{ products { totalCount } }';
const freeHash = documentId(free);

interface Settings {
  only?: boolean;
  automatic?: AutomaticDocuments | null;
}

const send = async (parameters: DocumentParameters, { only = false, automatic = null }: Settings = {}) => {
  const found = await requestDocument(parameters, { trusted, only, automatic });
  if (!(found instanceof GraphQLError)) return found;
  const { code, http } = found.extensions as { code: string; http: { status: number } };
  return { message: found.message, code, status: http.status };
};

const persisted = (sha256Hash: unknown, version: unknown = 1) => ({
  extensions: { persistedQuery: { version, sha256Hash } },
});

describe('a trusted document', () => {
  const found = { text, trusted: true, name: 'Product' };

  it.each([
    ['documentId', { documentId: id }],
    ['documentId with the algorithm before it', { documentId: `sha256:${id}` }],
    ['doc_id', { doc_id: id }],
    ["Apollo's hash", persisted(id)],
    ['its text', { query: text }],
    ['its id and its text', { documentId: id, query: text }],
    ['its hash and its text', { ...persisted(id), query: text }],
    ['one id by two names', { documentId: id, ...persisted(id) }],
  ])('is found by %s', async (_how, parameters) => {
    expect(await send(parameters)).toEqual(found);
    expect(await send(parameters, { only: true })).toEqual(found);
  });

  it('is found at once, without a promise', () => {
    expect(requestDocument({ documentId: id }, { trusted, only: true, automatic: null })).not.toBeInstanceOf(Promise);
    expect(requestDocument({ query: free }, { trusted, only: false, automatic: null })).not.toBeInstanceOf(Promise);
  });

  it('may have an id that is no SHA-256, as Relay gives them', async () => {
    const relay = { text: relayText, trusted: true, name: 'Relay' };
    expect(await send({ doc_id: relayId })).toEqual(relay);
    expect(await send({ doc_id: relayId, query: relayText }, { only: true })).toEqual(relay);
  });
});

describe('where only trusted documents are allowed', () => {
  it('an unregistered query is rejected', async () => {
    expect(await send({ query: free }, { only: true })).toMatchObject({
      code: 'PERSISTED_QUERY_ID_REQUIRED',
      status: 400,
    });
  });

  it.each([
    ['an unregistered id', { documentId: freeHash }],
    ['an unregistered hash', persisted(freeHash)],
    ['a query with its own hash', { ...persisted(freeHash), query: free }],
  ])('%s is rejected, whatever is registered automatically', async (_what, parameters) => {
    const automatic = new MemoryDocuments(defaultAutomaticBounds);
    automatic.set(freeHash, free, 'caller');
    const rejected = { code: 'PERSISTED_QUERY_NOT_IN_LIST', status: 400 };
    expect(await send(parameters, { only: true, automatic })).toMatchObject(rejected);
  });
});

describe('automatic persisted queries', () => {
  it('are requested by hash, to be registered once they are valid, and found from then on', async () => {
    const automatic = new MemoryDocuments(defaultAutomaticBounds);
    const unknown = { message: 'PersistedQueryNotFound', code: 'PERSISTED_QUERY_NOT_FOUND', status: 404 };
    expect(await send(persisted(freeHash), { automatic })).toEqual(unknown);
    const given = await send({ ...persisted(freeHash), query: free }, { automatic });
    expect(given).toEqual({ text: free, trusted: false, registersAs: freeHash });
    expect(await send(persisted(freeHash), { automatic })).toEqual(unknown);
    automatic.set(freeHash, free, 'caller');
    expect(await send(persisted(freeHash), { automatic })).toEqual({ text: free, trusted: false });
  });

  it('are not registered under another hash', async () => {
    const automatic = new MemoryDocuments(defaultAutomaticBounds);
    const wrong = await send({ ...persisted(id.replace(/./, 'x')), query: free }, { automatic });
    expect(wrong).toEqual({ message: 'provided sha does not match query', code: 'BAD_REQUEST', status: 400 });
    expect(await send({ ...persisted(id), query: free }, { automatic })).toEqual(wrong);
  });

  it('are declined in the words that make a client send texts, where they are off', async () => {
    const unsupported = { message: 'PersistedQueryNotSupported', code: 'PERSISTED_QUERY_NOT_SUPPORTED', status: 400 };
    expect(await send(persisted(freeHash))).toEqual(unsupported);
    expect(await send({ ...persisted(freeHash), query: free })).toEqual({ text: free, trusted: false });
  });

  it('read nothing but hashes from a store', async () => {
    const requested: string[] = [];
    const automatic = { get: async (hash: string) => void requested.push(hash) as undefined, set: () => {} };
    expect(await send({ documentId: 'x'.repeat(100_000) }, { automatic })).toMatchObject({
      code: 'PERSISTED_QUERY_NOT_FOUND',
    });
    await send(persisted(freeHash), { automatic });
    expect(requested).toEqual([freeHash]);
  });

  it('evict each other from memory, are bounded in length, and of each caller in rate', async () => {
    const clock = { now: 0 };
    const bounds = { maxBytes: 8_000, maxEntryBytes: 2_000, perMinute: 60 };
    const automatic = new MemoryDocuments(bounds, () => clock.now);
    const isStored = async (hash: string) => (await automatic.get(hash)) !== undefined;
    automatic.set('long', `# ${'\u00fc'.repeat(1_000)}\n${free}`, 'one');
    expect(await isStored('long')).toBe(false);
    for (let index = 0; index < 61; index++) automatic.set(`hash ${index}`, free, 'one');
    // The same text again is not counted, and too many of one caller do not concern another.
    automatic.set('hash 59', free, 'one');
    automatic.set('hash', free, 'other');
    const stored = async () => Promise.all(['hash 0', 'hash 59', 'hash 60', 'hash'].map(isStored));
    expect(await stored()).toEqual([false, true, false, true]);
    clock.now += 60_000;
    automatic.set('hash 60', free, 'one');
    expect(await isStored('hash 60')).toBe(true);
  });
});

describe('a request that contradicts itself or has no document', () => {
  const two = { code: 'CANNOT_SEND_PQ_ID_AND_BODY', status: 400 };
  const bad = { code: 'BAD_REQUEST', status: 400 };

  it.each([
    ['an id and the text of another document', { documentId: id, query: free }, two],
    ["Relay's id and another text", { doc_id: relayId, query: free }, two],
    ['two ids', { documentId: id, doc_id: relayId }, two],
    ['an id and the hash of another document', { documentId: id, ...persisted(freeHash) }, two],
    ['neither text nor id', {}, bad],
    ['an empty text', { query: '' }, bad],
    ['a text that is none', { query: 1 }, bad],
    ['an id that is none', { documentId: { $ne: null } }, bad],
    ['an unknown version', persisted(id, 2), { ...bad, message: 'Unsupported persisted query version' }],
    ['a hash that is none', persisted(['x']), bad],
    ['extensions that are none', { extensions: 'x' }, bad],
  ])('is rejected: %s', async (_what, parameters, rejection) => {
    expect(await send(parameters, { automatic: new MemoryDocuments(defaultAutomaticBounds) })).toMatchObject(rejection);
  });
});
