// Cross-site WebSocket hijacking: browsers let a page of any origin open a WebSocket, with the visitor's cookies and from
// the visitor's network, and ask nobody first. What they do send is the page's origin (RFC 6455, section 10.2).
import type { IncomingMessage } from 'node:http';
import type { CheckedConfig } from '../config/config.ts';
import type { Cors } from '../pipeline/cors.ts';

/**
 * Whether an upgrade request may be what its sender meant: it comes from a page of this host or of one in `cors.origin`, or
 * from a client that is no browser and sends no origin. Of a page of another origin without `cors.credentials`, what the
 * browser attached by itself (cookies, HTTP authentication, and the user that a proxy found by them) is taken off the request.
 */
export function admitOrigin(
  { headers }: Pick<IncomingMessage, 'headers'>,
  { csrf, authentication }: Pick<CheckedConfig, 'csrf' | 'authentication'>,
  cors: Cors | null,
): boolean {
  const { origin, host } = headers;
  if (csrf === false || origin === undefined || isOfHost(origin, host)) return true;
  if (!cors?.allows(origin)) return false;
  if (!cors.credentials) {
    delete headers.cookie;
    delete headers.authorization;
    if (authentication.identityHeader) delete headers[authentication.identityHeader.name];
  }
  return true;
}

/** The ports that schemes have by themselves may be said or left out. */
function isOfHost(origin: string, host: string | undefined): boolean {
  const page = URL.parse(origin);
  // A page without an origin of its own, such as a file or a sandboxed frame, says "null".
  if (!page || page.host === '' || !host) return false;
  return URL.parse(`${page.protocol}//${host}`)?.host === page.host;
}
