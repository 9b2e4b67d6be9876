// JSON request to an issuer: bounded in time and in bytes, without following redirects.
import { type Agent, request } from 'undici';
import { parsePlainJson } from '../../json/parse-json.ts';
import { decodeUtf8, withoutByteOrderMark } from '../../json/utf8.ts';

export interface JsonRequest {
  url: string;
  method: 'GET' | 'POST';
  headers: Record<string, string>;
  body?: string;
  /** Milliseconds from sending the request to the end of the response. */
  timeout: number;
  maxBytes: number;
}

/**
 * The parsed response; numbers that JavaScript would round are strings.
 * @throws Error with the reason why there is none: no connection, a time-out, a status other than 200, too long, not
 *   UTF-8, not JSON.
 */
export async function requestJson(
  agent: Agent,
  { url, method, headers, body = '', timeout, maxBytes }: JsonRequest,
): Promise<unknown> {
  const signal = AbortSignal.timeout(timeout);
  const response = await request(url, {
    dispatcher: agent,
    method,
    headers: { accept: 'application/json', ...headers },
    body: method === 'GET' ? null : body,
    signal,
  });
  if (response.statusCode !== 200) {
    await response.body.dump({ limit: maxBytes, signal });
    throw new Error(`the response has status ${response.statusCode}`);
  }
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response.body) {
    length += (chunk as Buffer).length;
    // Leaving the loop destroys the body and with it the connection.
    if (length > maxBytes) throw new Error(`the response is longer than ${maxBytes} bytes`);
    chunks.push(chunk as Buffer);
  }
  const text = decodeUtf8(Buffer.concat(chunks));
  if (text === null) throw new Error('the response is not UTF-8');
  return parsePlainJson(withoutByteOrderMark(text));
}

/** Reason of a failure, for the log. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { code } = error as NodeJS.ErrnoException;
  return error.message || code || error.name;
}
