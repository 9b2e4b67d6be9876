// Host of a request (RFC 9112, section 3.2): exactly one, valid in a URL. Of several, Node returns the first, while a
// proxy in front may have used another.
import type { IncomingMessage } from 'node:http';

/** Characters that would end or split the host in a URL. */
const delimiters = /[\s/?#@\\,]/;

/** Last valid host: nearly all requests have the same, and parsing a URL is most of the cost of the check. */
let lastValid: string | undefined;

export function namesOneHost({
  rawHeaders,
  headers: { host },
}: Pick<IncomingMessage, 'rawHeaders' | 'headers'>): boolean {
  let count = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    if (name.length === 4 && name.toLowerCase() === 'host') count += 1;
  }
  if (count !== 1) return false;
  if (!host || host === lastValid) return true;
  if (delimiters.test(host) || !URL.canParse(`http://${host}`)) return false;
  lastValid = host;
  return true;
}
