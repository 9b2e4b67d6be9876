// Cross-site WebSocket hijacking: browsers let a page of any origin open a WebSocket, with the visitor's cookies and from
// the visitor's network, and ask nobody first. What they do send is the page's origin (RFC 6455, section 10.2).
import type { IncomingMessage } from 'node:http';
import type { CheckedConfig } from '../config/config.ts';

/**
 * Whether an upgrade request may be what its sender meant: it comes from a page of this host or of one in `cors.origin`, or
 * from a client that is no browser and names no origin.
 */
export function isFromFamiliarOrigin(
  { headers: { origin, host } }: Pick<IncomingMessage, 'headers'>,
  { csrf, cors }: Pick<CheckedConfig, 'csrf' | 'cors'>,
): boolean {
  if (csrf === false || origin === undefined) return true;
  const others = cors ? [cors.origin].flat() : [];
  return others.includes('*') || others.includes(origin) || isOfHost(origin, host);
}

/** The ports that schemes have by themselves may be said or left out. */
function isOfHost(origin: string, host: string | undefined): boolean {
  const page = URL.parse(origin);
  // A page without an origin of its own, such as a file or a sandboxed frame, says "null".
  if (!page || page.host === '' || !host) return false;
  return URL.parse(`${page.protocol}//${host}`)?.host === page.host;
}
