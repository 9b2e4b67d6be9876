// Loopback addresses: what reaches this machine from itself, and not by way of a proxy or a tunnel that runs on it.
import type { IncomingMessage } from 'node:http';
import { BlockList, isIP } from 'node:net';

const loopback = new BlockList();
loopback.addSubnet('127.0.0.0', 8, 'ipv4');
loopback.addAddress('::1', 'ipv6');

/** Whether an address, or a name that can only lead to one, is of this machine alone. Brackets of IPv6 are allowed. */
export function isLoopback(host: string): boolean {
  const name = host.toLowerCase().replace(/^\[|\]$/g, '');
  const version = isIP(name);
  if (version !== 0) return loopback.check(name, version === 4 ? 'ipv4' : 'ipv6');
  return name === 'localhost' || name.endsWith('.localhost');
}

/** Whether a request comes from this machine: its peer is loopback, and so is whatever a proxy on the way has noted. */
export function isFromThisMachine({ socket, headers }: Pick<IncomingMessage, 'socket' | 'headers'>): boolean {
  if (headers.forwarded !== undefined) return false;
  const noted = [headers['x-forwarded-for'], headers['x-real-ip']]
    .flat()
    .filter((value) => value !== undefined)
    .flatMap((value) => value.split(','));
  return [socket.remoteAddress ?? '', ...noted].every((address) => isLoopback(address.trim()));
}
