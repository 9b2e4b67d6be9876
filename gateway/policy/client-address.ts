// Client IP address, honouring trusted proxies and `X-Forwarded-For`: the key of rate limits and address lists. The
// header `Forwarded` (RFC 7239) is not read.
import type { IncomingMessage } from 'node:http';
import { isIPv4, isIPv6, SocketAddress } from 'node:net';
import proxyAddr from 'proxy-addr';

/** The address of a socket without one: a Unix socket, or one that is already closed. */
export const unknownAddress = 'unknown';

export interface ClientAddress {
  /** The client's address: IPv4, or IPv6 in its shortest form; `unknownAddress` where the socket has none. */
  clientAddress(request: IncomingMessage): string;
  /** Whether the forwarding headers of this peer are trusted. */
  isTrustedProxy(socketAddress: string | undefined): boolean;
}

/**
 * @param trustedProxies addresses, ranges (CIDR), `loopback`, `linklocal`, `uniquelocal`; none: only the socket counts.
 * @throws TypeError for anything else; the configuration has been validated already.
 */
export function createClientAddress(trustedProxies: readonly string[]): ClientAddress {
  const isTrusted = proxyAddr.compile([...trustedProxies]);
  const trust = (text: string | undefined, hop: number): boolean => {
    const address = text === undefined ? null : readAddress(text);
    return address !== null && isTrusted(address, hop);
  };
  return {
    clientAddress(request) {
      const socketAddress = request.socket.remoteAddress;
      const own = (socketAddress === undefined ? null : readAddress(socketAddress)) ?? unknownAddress;
      if (trustedProxies.length === 0 || request.headers['x-forwarded-for'] === undefined) return own;
      // From the socket outwards, up to the first that is not trusted. Where that one is not an address, the proxy that
      // forwarded it is the farthest known hop.
      const hops = proxyAddr.all(request, trust);
      return readAddress(hops.at(-1) ?? '') ?? readAddress(hops.at(-2) ?? '') ?? own;
    },
    isTrustedProxy: (socketAddress) => trustedProxies.length > 0 && trust(socketAddress, 0),
  };
}

/**
 * The address in its canonical form: an IPv4 address mapped into IPv6 as IPv4, IPv6 shortened, without zone and port.
 * Null for a text that is not an address.
 */
export function readAddress(text: string): string | null {
  if (isIPv4(text)) return text;
  const bare = withoutPort(text).replace(/%.*$/s, '');
  if (isIPv4(bare)) return bare;
  if (!isIPv6(bare)) return null;
  const { address } = new SocketAddress({ address: bare, family: 'ipv6' });
  return /^::ffff:(\d+\.\d+\.\d+\.\d+)$/.exec(address)?.[1] ?? address;
}

/** The network of one subscriber: an IPv4 address, or the first 64 bits of an IPv6 address. */
export function networkOf(address: string): string {
  if (!isIPv6(address)) return address;
  const [head = '', tail] = address.split('::');
  const groups = head === '' ? [] : head.split(':');
  if (tail !== undefined) {
    const after = tail === '' ? 0 : tail.split(':').length;
    // A dotted end stands for two groups; the network is before it in any case.
    groups.push(...Array(Math.max(0, 8 - groups.length - after)).fill('0'), ...(tail === '' ? [] : tail.split(':')));
  }
  return `${groups.slice(0, 4).join(':')}::/64`;
}

/** Some proxies add the port to the address: `192.0.2.7:4711`, `[2001:db8::1]:4711`. */
function withoutPort(text: string): string {
  return /^\[([^\]]*)\](?::\d{1,5})?$/.exec(text)?.[1] ?? /^([\d.]+):\d{1,5}$/.exec(text)?.[1] ?? text;
}
