// Metadata of calls: the header fields that services of GraphQL get. Names of the gRPC protocol, of HTTP connections and of
// the request's own body are left out, and so are values that metadata cannot have.
import type { Metadata } from '@grpc/grpc-js';
import type { Grpc } from './packages.ts';

const ownNames: ReadonlySet<string> = new Set([
  ...['host', 'connection', 'keep-alive', 'transfer-encoding', 'upgrade', 'te', 'trailer', 'proxy-connection'],
  ...['content-type', 'content-length', 'content-encoding', 'accept-encoding', 'accept', 'user-agent'],
]);

const validName = /^[a-z0-9_.-]+$/;
const validValue = /^[ -~]*$/;

/** @param fields names in lower case and values in turn. */
export function metadataOf({ Metadata }: Grpc, fields: readonly string[]): Metadata {
  const metadata = new Metadata();
  for (let index = 0; index < fields.length; index += 2) {
    const name = fields[index] as string;
    const value = fields[index + 1] as string;
    if (ownNames.has(name) || name.startsWith('grpc-') || !validName.test(name)) continue;
    if (name.endsWith('-bin')) metadata.add(name, Buffer.from(value, 'base64'));
    else if (validValue.test(value)) metadata.add(name, value);
  }
  return metadata;
}

/** Response metadata as header fields. */
export function headersOf(metadata: Metadata): Record<string, string | string[]> {
  const headers: Record<string, string | string[]> = {};
  for (const name of Object.keys(metadata.getMap())) {
    const values = metadata.get(name).flatMap((value) => (typeof value === 'string' ? value : []));
    if (values.length > 0) headers[name] = values.length === 1 ? (values[0] as string) : values;
  }
  return headers;
}
