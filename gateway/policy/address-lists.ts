// IP allow and deny lists: the first check of a request. The address is that of the client, which `client-address.ts`
// finds behind the trusted proxies.
import { BlockList, isIPv4 } from 'node:net';
import type { AddressesConfig } from '../config/addresses.ts';
import { readAddress } from './client-address.ts';

/**
 * @returns whether requests from an address are allowed. Addresses in `deny` are not; with `allow`, only those in it
 *   are. IPv4 rules apply to IPv4 addresses in any notation, IPv6 rules to IPv6 alone.
 */
export function createAddressLists(config: AddressesConfig | undefined): (address: string) => boolean {
  const { allow, deny } = config ?? {};
  const isDenied = deny && listOf(deny);
  const isAllowed = allow && listOf(allow);
  if (!isDenied && !isAllowed) return () => true;
  return (text) => {
    const address = readAddress(text);
    if (address === null) return isAllowed === undefined;
    return !isDenied?.(address) && (isAllowed?.(address) ?? true);
  };
}

/** One list for each family: in a single one, Node would match an IPv4 address with `::/0` too. */
function listOf(ranges: readonly string[]): (address: string) => boolean {
  const [ipv4, ipv6] = [new BlockList(), new BlockList()];
  for (const range of ranges) {
    const [written = '', prefix] = range.split('/');
    const address = readAddress(written);
    if (address === null) throw new TypeError(`${range} is not an address or range of addresses`);
    const bits = prefix === undefined ? null : Number(prefix);
    if (!isIPv4(address)) ipv6.addSubnet(address, bits ?? 128, 'ipv6');
    else if (isIPv4(written)) ipv4.addSubnet(address, bits ?? 32, 'ipv4');
    // A range of mapped addresses, `::ffff:10.0.0.0/104`: its first 96 bits are the prefix of mapped addresses.
    else if (bits === null || bits >= 96) ipv4.addSubnet(address, (bits ?? 128) - 96, 'ipv4');
    else ipv6.addSubnet(written, bits, 'ipv6');
  }
  return (address) => (isIPv4(address) ? ipv4.check(address, 'ipv4') : ipv6.check(address, 'ipv6'));
}
