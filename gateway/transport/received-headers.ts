// Received headers: header fields of subgraphs' responses that go out to the client, and their merge into one response.
import type { HeaderMerge } from '../config/response-headers.ts';

/** Header fields of one response. Plain data: they are stored with cached responses. */
export interface ReceivedHeaders {
  /** Place of the subgraph in the configuration: the order of the values. */
  order: number;
  fields: readonly (readonly [name: string, merge: HeaderMerge, values: readonly string[]])[];
}

/** Takes the header fields of responses, one by one as they arrive. */
export interface HeaderRecorder {
  receiveHeaders(received: ReceivedHeaders): void;
}

/** Which header fields of a subgraph's responses pass. */
export interface PassedHeaders {
  order: number;
  /** By name in lower case. */
  merges: ReadonlyMap<string, HeaderMerge>;
}

/** Bytes of all fields of a response together: Node's clients accept heads of 16 KiB. */
const MAX_BYTES = 8192;

/** What Node accepts in a field. */
const sendable = /^[\t\x20-\x7e\x80-\xff]*$/;

/** The fields that pass; undefined where there is none. */
export function receivedHeaders(
  headers: Readonly<Record<string, string | string[] | undefined>>,
  { order, merges }: PassedHeaders,
): ReceivedHeaders | undefined {
  const fields: ReceivedHeaders['fields'][number][] = [];
  for (const [name, merge] of merges) {
    const value = Object.hasOwn(headers, name) ? headers[name] : undefined;
    if (value === undefined) continue;
    const values = [value].flat().filter((each) => sendable.test(each));
    if (values.length > 0) fields.push([name, merge, values]);
  }
  return fields.length > 0 ? { order, fields } : undefined;
}

/** A response with cookies is for one client: no cache may store it. */
export function setsCookie(all: readonly ReceivedHeaders[] | null): boolean {
  return all?.some(({ fields }) => fields.some(([name]) => name === 'set-cookie')) ?? false;
}

/**
 * The header fields of a response to a client, in the order of the services in the configuration, and for one service
 * in the order of its responses. Fields beyond `MAX_BYTES` are left out. `set-cookie` has a list of values.
 */
export function mergedHeaders(all: readonly ReceivedHeaders[]): [name: string, value: string | string[]][] {
  const merged = new Map<string, string[]>();
  for (const { fields } of all.toSorted((one, other) => one.order - other.order)) {
    for (const [name, merge, values] of fields) {
      const earlier = merged.get(name);
      if (earlier === undefined || merge === 'last') merged.set(name, [...new Set(values)]);
      else if (merge === 'append') merged.set(name, [...new Set([...earlier, ...values])]);
    }
  }
  let left = MAX_BYTES;
  const result: [string, string | string[]][] = [];
  for (const [name, values] of merged) {
    const fitting = values.filter((value) => {
      const length = name.length + value.length + 4;
      const fits = length <= left;
      if (fits) left -= length;
      return fits;
    });
    if (fitting.length > 0) result.push([name, name === 'set-cookie' ? fitting : fitting.join(', ')]);
  }
  return result;
}
