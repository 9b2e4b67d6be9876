// Header value of the client's address: the bare address, or an element of `Forwarded` (RFC 7239).
import { isIPv6 } from 'node:net';
import { unknownAddress } from '../client-address.ts';

/**
 * @param header in lower case.
 * @returns undefined for an unknown address, which only `Forwarded` can express (section 6.2).
 */
export function addressValue(header: string, address: string): string | undefined {
  if (header === 'forwarded') return `for=${isIPv6(address) ? `"[${address}]"` : address}`;
  return address === unknownAddress ? undefined : address;
}
