// Header values of a WebSocket's connectionParams: browsers cannot set headers on an upgrade request, so clients send
// them in `connection_init`.
import type { IncomingHttpHeaders } from 'node:http';
import { requestError } from '../../errors.ts';
import { isAbsent, namedParams } from '../authentication/connection-params.ts';
import { Rejection } from '../rejection.ts';

/** In characters. Services bound the headers of a request at 8 to 16 KiB in all. */
const MAX_VALUE_LENGTH = 4096;

/** For credentials, which are longer. */
const MAX_CREDENTIAL_LENGTH = 8192;

/** What browsers send with every upgrade request, and web pages cannot change. */
const sentByBrowsers = 'accept-language';

/**
 * The upgrade request's headers, with those of the payload that are in `names`: `{ 'x-tenant': 'a' }` or
 * `{ headers: { 'x-tenant': 'a' } }`, in any case. A header of the upgrade request is not replaced, because a proxy may
 * have set it, except the one that browsers send on their own. Values that are null or false count as absent.
 * @returns a rejection for a value that is no header value, or for two different ones.
 */
export function withConnectionParams(
  upgrade: IncomingHttpHeaders,
  payload: unknown,
  names: readonly string[],
): IncomingHttpHeaders | Rejection {
  if (names.length === 0) return upgrade;
  const given = new Map<string, string>();
  for (const [name, value] of namedParams(payload)) {
    if (!names.includes(name) || value == null || value === false || (name === 'authorization' && isAbsent(value)))
      continue;
    const maxLength = name === 'authorization' ? MAX_CREDENTIAL_LENGTH : MAX_VALUE_LENGTH;
    const text = typeof value === 'string' ? value.replace(/^[\t ]+|[\t ]+$/g, '') : null;
    if (text === null || text.length > maxLength || !/^[\t\x20-\x7e\x80-\xff]*$/.test(text)) {
      return rejected(`The connection's ${name} is no header value of at most ${maxLength} characters.`);
    }
    if ((given.get(name) ?? text) !== text) return rejected(`The connection gives two values for ${name}.`);
    given.set(name, text);
  }
  if (given.size === 0) return upgrade;
  const headers: IncomingHttpHeaders = { ...upgrade };
  for (const [name, text] of given) {
    if (!Object.hasOwn(headers, name) || name === sentByBrowsers) headers[name] = text;
  }
  return headers;
}

function rejected(message: string): Rejection {
  return new Rejection([requestError('BAD_REQUEST', { message })]);
}
