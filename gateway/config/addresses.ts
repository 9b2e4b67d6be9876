// Configuration sections `addresses` (IP allow and deny lists) and `trustedProxies` (proxies whose `X-Forwarded-For` is
// trusted); mounted by `config.ts`.
import { isIP } from 'node:net';
import { z } from 'zod';

const rangeMessage = 'give an address or a range such as "192.0.2.7", "10.0.0.0/8" or "2001:db8::/32"';

const range = z.string(rangeMessage).refine(isRange, rangeMessage);

const ranges = z.array(range, `${rangeMessage}, in a list`);

export const addressesSchema = z.strictObject({
  /**
   * Only requests from these addresses and ranges are allowed. Default: all addresses.
   * @example ['10.0.0.0/8']
   */
  allow: ranges.min(1, `${rangeMessage}, in a list; without the list every address is allowed`).optional(),
  /**
   * Requests from these are rejected, even where `allow` lists them. Default: none.
   * @example ['192.0.2.7']
   */
  deny: ranges.optional(),
});

const proxyNames = ['loopback', 'linklocal', 'uniquelocal'];

const proxyMessage = `${rangeMessage}, or "loopback", "linklocal" or "uniquelocal"`;

const proxy = z
  .string(proxyMessage)
  .refine((text) => proxyNames.includes(text) || isRange(text), proxyMessage)
  .refine((text) => !/\/0+$/.test(text), 'this trusts every address: give the addresses of the proxies');

/** Proxies in front of the gateway, whose `X-Forwarded-For` is trusted. */
export const trustedProxiesSchema = z.array(proxy, `${proxyMessage}, in a list`).default([]);

/** Checked `addresses`. */
export type AddressesConfig = z.output<typeof addressesSchema>;

function isRange(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const version = address.includes('%') ? 0 : isIP(address);
  if (version === 0 || rest.length > 0) return false;
  if (prefix === undefined) return true;
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128);
}
