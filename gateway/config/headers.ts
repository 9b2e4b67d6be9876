// Header names in a configuration: their syntax, and the names reserved for the gateway or for one connection.
import { z } from 'zod';

const headerMessage = 'give the name of a header, such as "x-user-id"';

/** A field name (RFC 9110, section 5.1), converted to lower case, as Node gives headers. */
export const headerName = z
  .string(headerMessage)
  .regex(/^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/, headerMessage)
  .toLowerCase();

/** Hop-by-hop headers (RFC 9110, section 7.6.1). */
const hopByHop = new Set(['connection', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'expect']);

/**
 * Headers that the gateway itself writes in every request to a subgraph, or that would make the responses unreadable.
 */
const ownHeaders = new Set(['host', 'accept', 'accept-encoding', 'accept-charset', 'x-request-id']);

/** The reason for which a configured header can never be sent to subgraphs; undefined where it can. */
export function neverSentReason(name: string): string | undefined {
  if (hopByHop.has(name) || name.startsWith('proxy-')) return 'it concerns one connection only (RFC 9110, 7.6.1)';
  if (ownHeaders.has(name) || name.startsWith('content-')) return 'the gateway writes it itself';
  return undefined;
}

const valueMessage = 'give the value of a header: printable ASCII, on one line';

/** Header fields with fixed values, by name. */
export const fixedHeaders = z
  .record(
    headerName,
    z.string(valueMessage).regex(/^[\x21-\x7e]([\t\x20-\x7e]*[\x21-\x7e])?$/, valueMessage),
    "give an object of header names and values, such as { 'x-api-key': env('SHOP_KEY') }",
  )
  .superRefine((headers, context) => {
    for (const name of Object.keys(headers)) {
      const reason = neverSentReason(name);
      if (reason) context.addIssue({ code: 'custom', path: [name], message: `it cannot be set: ${reason}` });
    }
  });

/** The reason for which a header cannot carry the client's address; undefined where it can. */
export function clientAddressProblem(name: string): string | undefined {
  if (name === 'authorization' || name === 'cookie') return 'it is for credentials';
  if (name.startsWith('x-forwarded-') && name !== 'x-forwarded-for') return 'it has another meaning';
  return neverSentReason(name);
}

/** The reason for which a client's header of this name is never forwarded; undefined where it may be. */
export function neverForwardedReason(name: string): string | undefined {
  if (name === 'forwarded' || name.startsWith('x-forwarded-')) return 'clients could name any address in it';
  return neverSentReason(name);
}
