// Origin check of upgrade requests, against cross-site WebSocket hijacking: browsers let a page of any origin open a
// WebSocket, with the visitor's cookies and from the visitor's network, without a preflight. They send the page's
// origin (RFC 6455, section 10.2).
import type { IncomingMessage } from 'node:http';
import type { CheckedConfig } from '../config/config.ts';
import type { Cors } from '../pipeline/cors.ts';

/**
 * Whether an upgrade request is allowed: it comes from a page of this host or of an origin in `cors.origin`, or from a
 * client other than a browser, which sends no origin. Without `cors.credentials`, credentials that the browser attached
 * for a page of another origin (cookies, HTTP authentication, and the identity that a proxy derived from them) are
 * removed.
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

/** Compares hosts; default ports may be present or absent. */
function isOfHost(origin: string, host: string | undefined): boolean {
  const page = URL.parse(origin);
  // A page without an origin of its own, such as a file or a sandboxed frame, sends "null".
  if (!page || page.host === '' || !host) return false;
  return URL.parse(`${page.protocol}//${host}`)?.host === page.host;
}
