// Credentials of a WebSocket connection: browsers cannot set headers on one, so clients send them in `connection_init`
// (https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md).
import type { IncomingHttpHeaders } from 'node:http';
import { invalidRequest } from './authentication-error.ts';

/**
 * The upgrade request's headers, with those in the payload of `connection_init`: `{ authorization }` or
 * `{ headers: { authorization } }`, in any case. Only those in `names` are used.
 *
 * @throws AuthenticationError where one has two different values, or is not a string.
 */
export function connectionHeaders(
  payload: unknown,
  upgrade: IncomingHttpHeaders,
  names: readonly string[],
): IncomingHttpHeaders {
  const headers: IncomingHttpHeaders = { ...upgrade };
  for (const [name, value] of namedParams(payload)) {
    if (!names.includes(name) || isAbsent(value)) continue;
    if (typeof value !== 'string') throw invalidRequest(`The connection's ${name} is no text.`);
    if (!isAbsent(headers[name]) && headers[name] !== value) {
      throw invalidRequest(`The connection gives two different values for ${name}.`, 400);
    }
    headers[name] = value;
  }
  return headers;
}

/** Values of a payload by names in lower case, those in `headers` last. */
export function namedParams(payload: unknown): [name: string, value: unknown][] {
  const { headers: nested, ...direct } = asRecord(payload);
  const named = [...Object.entries(direct), ...Object.entries(asRecord(nested))];
  return named.map(([name, value]) => [name.toLowerCase(), value]);
}

/** Clients without a token often send null, false or an empty text in its place. */
export function isAbsent(value: unknown): boolean {
  return value == null || value === false || (typeof value === 'string' && value.trim() === '');
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}
