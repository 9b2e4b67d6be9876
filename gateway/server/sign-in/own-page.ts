// Own page of the gateway in development: whether a request comes from it, and from this machine. What only developers
// may read is sent nowhere else.
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

/** A page of another origin cannot send it without a preflight, which is never allowed. */
export const ownPageHeader = 'x-concierge-development';

/**
 * Whether the request is from a page of this gateway, or from a local program, which could read the key just as well.
 */
export function isOwnPage({ headers }: IncomingMessage, listening: string, fromNetwork: boolean): boolean {
  if (!headers[ownPageHeader]) return false;
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return false;
  if (!isOwnHost({ headers }, listening, fromNetwork)) return false;
  const { origin, host } = headers;
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === new URL(`http://${host}`).host);
}

/**
 * Whether the host that a request names is this gateway's. The owner of a domain can point it at this machine, and pages
 * of that domain then have "this origin" (DNS rebinding).
 */
export function isOwnHost(
  { headers }: Pick<IncomingMessage, 'headers'>,
  listening: string,
  fromNetwork = false,
): boolean {
  const address = `http://${headers.host ?? ''}`;
  if (!URL.canParse(address)) return false;
  const { hostname } = new URL(address);
  if (isLoopback(hostname) || hostname === listening.toLowerCase()) return true;
  return fromNetwork && isIP(hostname.replace(/^\[|\]$/g, '')) !== 0;
}

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether a host is a loopback address, or a name that always resolves to one. Brackets of IPv6 are allowed. */
function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[|\]$/g, '');
  const version = isIP(name);
  if (version !== 0) return loopback.check(name, version === 4 ? 'ipv4' : 'ipv6');
  return name === 'localhost' || name.endsWith('.localhost');
}

/**
 * Whether a request comes from this machine: its peer is loopback, and so are all addresses that proxies have recorded.
 */
export function isFromThisMachine({ socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>): boolean {
  if (headers.forwarded !== undefined) return false;
  const noted = [headers['x-forwarded-for'], headers['x-real-ip']]
    .flat()
    .filter((value) => value !== undefined)
    .flatMap((value) => value.split(','));
  return [socket.remoteAddress ?? '', ...noted].every((address) => isLoopback(address.trim()));
}
