// Fetch of a supergraph: from a URL with conditional requests (RFC 9110, section 13.1.2), or from Apollo Uplink, whose
// ids do the same.
import type { RemoteSupergraph } from '../config/remote-supergraph.ts';
import { milliseconds } from '../config/values.ts';

export interface FetchedSupergraph {
  sdl: string;
  /** ETag, or Uplink's id; null where there is none. */
  version: string | null;
}

/** A supergraph that cannot be fetched; the message names the address without credentials. */
export class SupergraphUnavailable extends Error {
  override readonly name = 'SupergraphUnavailable';
}

const MAX_BYTES = 64 * 1024 * 1024;
const MAX_REDIRECTS = 3;

/**
 * @param version of what is known already; null for none.
 * @returns null where the version is still the current one.
 * @throws SupergraphUnavailable
 */
export async function fetchSupergraph(
  source: RemoteSupergraph,
  version: string | null = null,
): Promise<FetchedSupergraph | null> {
  const signal = AbortSignal.timeout(milliseconds(source.timeout));
  if ('url' in source) return reported(source.url, () => fetchFromUrl(source, version, signal));
  const failures: string[] = [];
  for (const endpoint of source.endpoints) {
    try {
      return await reported(endpoint, () => fetchFromUplink(endpoint, source, version, signal));
    } catch (error) {
      if (!(error instanceof SupergraphUnavailable)) throw error;
      failures.push(error.message);
    }
  }
  throw new SupergraphUnavailable(failures.join('; '));
}

/** Without credentials, which may be in the query as well. */
export function shownSource(source: RemoteSupergraph): string {
  return 'url' in source ? shownUrl(source.url) : `Apollo Uplink (${source.graphRef})`;
}

function shownUrl(text: string): string {
  const { origin, pathname } = new URL(text);
  return origin + pathname;
}

async function reported<Value>(url: string, work: () => Promise<Value>): Promise<Value> {
  try {
    return await work();
  } catch (error) {
    const { name, message, cause } = error as Error;
    const reason =
      name === 'TimeoutError' ? 'it did not respond in time' : cause instanceof Error ? cause.message : message;
    throw new SupergraphUnavailable(`${shownUrl(url)}: ${reason}`, { cause: error });
  }
}

async function fetchFromUrl(
  { url, headers }: Extract<RemoteSupergraph, { url: string }>,
  version: string | null,
  signal: AbortSignal,
): Promise<FetchedSupergraph | null> {
  let target = new URL(url);
  let fields: Record<string, string> = { ...headers, ...(version !== null && { 'if-none-match': version }) };
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const response = await fetch(target, { headers: fields, redirect: 'manual', signal });
    const location = response.headers.get('location');
    if (response.status >= 300 && response.status < 400 && response.status !== 304 && location) {
      await response.body?.cancel();
      const next = new URL(location, target);
      // Another origin gets no keys.
      if (next.origin !== target.origin) fields = {};
      target = next;
      continue;
    }
    if (response.status === 304) return null;
    if (!response.ok) {
      await response.body?.cancel();
      throw new Error(`it responded with status ${response.status}`);
    }
    return { sdl: await bounded(response), version: response.headers.get('etag') };
  }
  throw new Error(`there were more than ${MAX_REDIRECTS} redirects`);
}

const uplinkQuery = `query SupergraphSdl($apiKey: String!, $ref: String!, $ifAfterId: ID) {
  routerConfig(ref: $ref, apiKey: $apiKey, ifAfterId: $ifAfterId) {
    __typename
    ... on RouterConfigResult { id supergraphSdl: supergraphSDL }
    ... on Unchanged { id }
    ... on FetchError { code message }
  }
}`;

interface UplinkResponse {
  data?: {
    routerConfig?: { __typename?: string; id?: string; supergraphSdl?: string; code?: string; message?: string };
  };
}

async function fetchFromUplink(
  endpoint: string,
  { graphRef: ref, key: apiKey }: Extract<RemoteSupergraph, { graphRef: string }>,
  ifAfterId: string | null,
  signal: AbortSignal,
): Promise<FetchedSupergraph | null> {
  const body = JSON.stringify({ query: uplinkQuery, variables: { apiKey, ref, ifAfterId } });
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const response = await fetch(endpoint, { method: 'POST', headers, body, redirect: 'error', signal });
  const text = await bounded(response);
  if (!response.ok) throw new Error(`it responded with status ${response.status}`);
  const {
    __typename: kind,
    id,
    supergraphSdl,
    code,
    message,
  } = (JSON.parse(text) as UplinkResponse).data?.routerConfig ?? {};
  if (kind === 'Unchanged') return null;
  if (kind === 'RouterConfigResult' && typeof supergraphSdl === 'string') {
    return { sdl: supergraphSdl, version: id ?? null };
  }
  throw new Error(kind === 'FetchError' ? `${code}: ${message}` : 'it sent no supergraph');
}

async function bounded(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of response.body ?? []) {
    length += chunk.length;
    if (length > MAX_BYTES) throw new Error(`it sent more than ${MAX_BYTES} bytes`);
    chunks.push(chunk);
  }
  return new TextDecoder('utf-8', { fatal: true }).decode(Buffer.concat(chunks));
}
