// Parts of responses over HTTP, one by one as they come.
import { type Part, parsePart } from './merged-parts.ts';

export const forms = {
  'multipart, deferSpec=20220824': 'multipart/mixed;deferSpec=20220824, application/json',
  'multipart, incrementalSpec=v0.2': 'multipart/mixed;incrementalSpec=v0.2, application/json',
  'server-sent events': 'text/event-stream;incrementalSpec=v0.2, application/json;q=0.9',
} as const;

export interface PartsRequest {
  query: string;
  variables?: Record<string, unknown>;
  accept: string;
  headers?: Record<string, string>;
  path?: string;
  signal?: AbortSignal;
}

export async function requestParts(origin: string, request: PartsRequest): Promise<Response> {
  const { query, variables, accept, headers, path = '/graphql', signal = null } = request;
  return fetch(`${origin}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept, ...headers },
    body: JSON.stringify({ query, variables }),
    signal,
  });
}

/** Each part as soon as its end has come; a response in one part is one part. */
export async function* partsOf(response: Response): AsyncGenerator<Part, void> {
  const type = response.headers.get('content-type') ?? '';
  const boundary = /boundary="?([^;"]+)"?/.exec(type)?.[1];
  if (!boundary && !type.startsWith('text/event-stream')) {
    yield parsePart(await response.text());
    return;
  }
  const separator = boundary ? `\r\n--${boundary}` : '\n\n';
  let rest = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
    rest += decoder.decode(chunk, { stream: true });
    const pieces = rest.split(separator);
    rest = pieces.pop() ?? '';
    for (const piece of pieces) {
      const text = boundary ? piece.slice(piece.indexOf('\r\n\r\n')) : /^event: next\ndata: (.*)$/.exec(piece)?.[1];
      if (text?.trim()) yield parsePart(text.trim());
    }
  }
  const end = boundary ? '--\r\n' : '';
  if (rest !== end) throw new Error(`the body does not end with its last part: ${JSON.stringify(rest)}`);
}

export async function collect(parts: AsyncIterable<Part>): Promise<Part[]> {
  const collected: Part[] = [];
  for await (const part of parts) collected.push(part);
  return collected;
}

export async function allParts(origin: string, request: PartsRequest): Promise<Part[]> {
  return collect(partsOf(await requestParts(origin, request)));
}
