// What a configuration may say about network addresses: who may ask at all, and which proxies are believed when they say
// who asks. `config.ts` mounts the sections as `addresses` and `trustedProxies`.
import { isIP } from 'node:net';
import { z } from 'zod';

const aRange = 'give an address or a range such as "192.0.2.7", "10.0.0.0/8" or "2001:db8::/32"';

const range = z.string(aRange).refine(isRange, aRange);

const ranges = z.array(range, `${aRange}, in a list`);

export const addressesSchema = z.strictObject({
  /** Only these addresses may ask. */
  allow: ranges.min(1, `${aRange}, in a list; without the list everybody may ask`).optional(),
  /** These may not, even where `allow` has them. */
  deny: ranges.optional(),
});

const proxyNames = ['loopback', 'linklocal', 'uniquelocal'];

const aProxy = `${aRange}, or "loopback", "linklocal" or "uniquelocal"`;

const proxy = z
  .string(aProxy)
  .refine((text) => proxyNames.includes(text) || isRange(text), aProxy)
  .refine((text) => !/\/0+$/.test(text), 'this believes everybody: give the addresses of the proxies');

/** The proxies in front of the gateway, whose `X-Forwarded-For` is believed. */
export const trustedProxiesSchema = z.array(proxy, `${aProxy}, in a list`).default([]);

/** Checked `addresses`. */
export type AddressesConfig = z.output<typeof addressesSchema>;

function isRange(text: string): boolean {
  const [address = '', prefix, ...rest] = text.split('/');
  const version = address.includes('%') ? 0 : isIP(address);
  if (version === 0 || rest.length > 0) return false;
  if (prefix === undefined) return true;
  return /^\d{1,3}$/.test(prefix) && Number(prefix) <= (version === 4 ? 32 : 128);
}
