// Head of a request as Node has parsed it: its target in origin form, and fields of which there must be only one. Of
// several, Node returns the first, while a proxy in front may have used another.
import type { IncomingMessage } from 'node:http';

/** Characters that would end or split the host in a URL. */
const delimiters = /[\s/?#@\\,]/;

const absoluteForm = /^https?:\/\/([^/?#]*)(.*)$/is;

/** Last valid host: nearly all requests have the same, and parsing a URL is most of the cost of the check. */
let lastValid: string | undefined;

/**
 * Rewrites the target of a request as for a proxy, `http://host/path`, whose host replaces the header's (RFC 9112,
 * section 3.2.2).
 */
export function toOriginForm(request: Pick<IncomingMessage, 'url' | 'headers'>): void {
  const { url = '' } = request;
  if (url.startsWith('/')) return;
  const [, host, path = ''] = absoluteForm.exec(url) ?? [];
  if (host === undefined) return;
  request.headers.host = host;
  request.url = path.startsWith('/') ? path : `/${path}`;
}

/** Path of a target in origin form. */
export function pathOf({ url = '/' }: Pick<IncomingMessage, 'url'>): string {
  const end = url.indexOf('?');
  return end === -1 ? url : url.slice(0, end);
}

export type Head = Pick<IncomingMessage, 'rawHeaders' | 'headers' | 'httpVersionMinor'>;

/**
 * Whether a proxy in front finds the end of the body where Node does: Node passes over transfer codings before
 * `chunked`, and reads those of HTTP/1.0, which has none (RFC 9112, section 6.1).
 */
export function isFramed({ headers, httpVersionMinor }: Omit<Head, 'rawHeaders'>): boolean {
  const coding = headers['transfer-encoding'];
  return coding === undefined || (httpVersionMinor !== 0 && coding.toLowerCase() === 'chunked');
}

/**
 * Why a request cannot be served, by its header fields; null for any other. It needs exactly one host that is valid in
 * a URL (RFC 9112, section 3.2), at most one value of `Authorization`, and a body without another transfer coding.
 */
export function headFault(request: Head): string | null {
  const { rawHeaders, headers } = request;
  if (!isFramed(request)) return 'The only transfer coding is "chunked", of HTTP/1.1.';
  let hosts = 0;
  for (let index = 0; index < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    if (name.length === 4 && name.toLowerCase() === 'host') hosts += 1;
    else if (name.length === 13 && isOther(name, rawHeaders[index + 1], headers.authorization)) {
      return 'The request must have the header "authorization" once: it has two different values.';
    }
  }
  return hosts === 1 && isHost(headers.host) ? null : 'The request must name exactly one host, in the header "host".';
}

function isOther(name: string, value: string | undefined, first: string | undefined): boolean {
  return value !== first && name.toLowerCase() === 'authorization';
}

function isHost(host: string | undefined): boolean {
  if (!host || host === lastValid) return true;
  if (delimiters.test(host) || !URL.canParse(`http://${host}`)) return false;
  lastValid = host;
  return true;
}
