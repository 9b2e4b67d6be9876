// Header names in a configuration: how they are written, and which ones belong to the gateway or to a connection.
import { z } from 'zod';

const aHeader = 'give the name of a header, such as "x-user-id"';

/** A field name (RFC 9110, section 5.1); comes out in lower case, as Node gives headers. */
export const headerName = z
  .string(aHeader)
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, aHeader)
  .toLowerCase();

/** Headers that concern one connection and no further one (RFC 9110, section 7.6.1). */
const hopByHop = new Set(['connection', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'expect']);

/** What the gateway writes itself for every request to a subgraph, or what would make its answers unreadable. */
const ownHeaders = new Set(['host', 'accept', 'accept-encoding', 'accept-charset', 'x-request-id']);

/** Why a subgraph never gets this header from the gateway's configuration; undefined where it can. */
export function whyNeverSent(name: string): string | undefined {
  if (hopByHop.has(name) || name.startsWith('proxy-')) return 'it concerns one connection only (RFC 9110, 7.6.1)';
  if (ownHeaders.has(name) || name.startsWith('content-')) return 'the gateway writes it itself';
  return undefined;
}

/** Why a client's header of this name never passes; undefined where it may. */
export function whyNeverPassed(name: string): string | undefined {
  if (name === 'authorization') return 'a token that has been verified is passed with `token: true`';
  if (name === 'forwarded' || name.startsWith('x-forwarded-')) return 'clients could name any address in it';
  return whyNeverSent(name);
}
