// Who may ask at all, by address: the first thing that is judged of a request. The address is the client's, as
// `client-address.ts` sees it behind the trusted proxies.
import { BlockList, isIPv4 } from 'node:net';
import type { AddressesConfig } from '../config/addresses.ts';
import { readAddress } from './client-address.ts';

/**
 * @returns whether an address may ask. What `deny` has may not; where there is `allow`, nobody else may.
 * IPv4 rules hold for IPv4 addresses however they are written, IPv6 rules for IPv6 alone.
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

/** A list for each family: of a single one, Node would find an IPv4 address in `::/0` too. */
function listOf(ranges: readonly string[]): (address: string) => boolean {
  const [ipv4, ipv6] = [new BlockList(), new BlockList()];
  for (const range of ranges) {
    const [written = '', prefix] = range.split('/');
    const address = readAddress(written);
    if (address === null) throw new TypeError(`${range} is no address or range of addresses`);
    const bits = prefix === undefined ? null : Number(prefix);
    if (!isIPv4(address)) ipv6.addSubnet(address, bits ?? 128, 'ipv6');
    else if (isIPv4(written)) ipv4.addSubnet(address, bits ?? 32, 'ipv4');
    // A range of mapped addresses, `::ffff:10.0.0.0/104`: its first 96 bits only say that it is one.
    else if (bits === null || bits >= 96) ipv4.addSubnet(address, (bits ?? 128) - 96, 'ipv4');
    else ipv6.addSubnet(written, bits, 'ipv6');
  }
  return (address) => (isIPv4(address) ? ipv4.check(address, 'ipv4') : ipv6.check(address, 'ipv6'));
}
