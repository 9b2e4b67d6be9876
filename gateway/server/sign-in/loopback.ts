// Loopback addresses: requests from this machine itself, not through a proxy or a tunnel that runs on it.
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether a host is a loopback address, or a name that always resolves to one. Brackets of IPv6 are allowed. */
export function isLoopback(host: string): boolean {
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
