// A running service that a command line names by its URL, with header fields for requests to it.
import { fixedHeaders } from '../config/headers.ts';
import { isHttpUrl } from '../config/values.ts';
import { SubgraphClient } from '../transport/subgraph-client.ts';
import { wrongUsage } from './wrong-usage.ts';

/** Milliseconds that the requests for one schema may take together. */
export const INTROSPECTION_TIMEOUT = 30_000;

const MAX_RESPONSE_BYTES = 33_554_432;

/**
 * Opens a client for a service outside of a configuration.
 * @param name for messages.
 */
export function runningService(name: string, url: string, headers: Readonly<Record<string, string>>): SubgraphClient {
  return new SubgraphClient({
    name,
    urls: [url],
    headers: Object.entries(headers).flat(),
    timeout: INTROSPECTION_TIMEOUT,
    maxResponseBytes: MAX_RESPONSE_BYTES,
    subscriptions: { max: 1, end: 'complete', startTimeout: INTROSPECTION_TIMEOUT },
  });
}

/** Checks a URL of the command line. @throws CommanderError for one that is none, or that has credentials. */
export function serviceUrl(text: string, option: string): string {
  if (!isHttpUrl(text)) {
    throw wrongUsage(`${option} is "${text}": give a URL such as http://127.0.0.1:4001/graphql`);
  }
  const { username, password } = new URL(text);
  if (username === '' && password === '') return text;
  throw wrongUsage(`${option} has credentials in its URL: give them as a header, --header 'authorization: Basic …'`);
}

/**
 * Header fields from texts such as `x-api-key: 123`. Values are secrets, and not in messages.
 * @throws CommanderError for a text that is none, or a field that the gateway cannot send.
 */
export function headerFields(texts: readonly string[]): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const text of texts) {
    const end = text.indexOf(':');
    const name = text.slice(0, Math.max(end, 0)).trim();
    const read = fixedHeaders.safeParse({ [name]: text.slice(end + 1).trim() });
    if (end < 1) throw wrongUsage("--header: give a name and a value, such as --header 'x-api-key: 123'");
    if (!read.success) throw wrongUsage(`--header ${name}: ${read.error.issues[0]?.message}`);
    Object.assign(headers, read.data);
  }
  return headers;
}
