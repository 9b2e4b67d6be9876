// Host of a request (RFC 9112, section 3.2): exactly one, which can stand in a URL. Of several, Node gives the first, and a proxy
// in front may have gone by another.
import type { IncomingMessage } from 'node:http';

/** What would end or divide the host in a URL. */
const delimiters = /[\s/?#@\\,]/;

/** The last that was found right: nearly all requests have the same, and parsing URLs is most of what the check costs. */
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
