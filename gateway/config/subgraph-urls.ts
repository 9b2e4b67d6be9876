// Configuration option `url` of a subgraph: its addresses, or where they come from.
import { z } from 'zod';
import { duration, filePath, isHttpUrl } from './values.ts';

/** `unix:/run/users.sock`, or with the path of the endpoint: `unix:/run/users.sock:/graphql`. */
const unixSocket = /^unix:\/[^:\s\p{Cc}]+(:\/[^\s\p{Cc}]*)?$/u;

export function isServiceUrl(text: string): boolean {
  return isHttpUrl(text) || unixSocket.test(text);
}

const serviceUrl = z.string('give a text such as "http://127.0.0.1:4001/graphql"').refine(isServiceUrl, {
  error: 'give a full address with http:// or https://, such as "http://127.0.0.1:4001/graphql"',
});

export const serviceUrls =
  'give one address with http:// or https://, a list of them, { dns: "http://…" }, or { file: "addresses.json" }';

const dnsAddresses = z.strictObject({
  /**
   * Address whose host name stands for all of its IP addresses (A and AAAA records). Required.
   * @example 'http://orders.shop.svc:4002/graphql'
   */
  dns: z.string(serviceUrls).refine(isHttpUrl, { error: serviceUrls }),
  /**
   * Time between two resolutions of the name. In milliseconds, or as text such as "30s". Default: "10s".
   * @example '5s'
   */
  every: duration.optional(),
});

const fileAddresses = z.strictObject({
  /**
   * JSON file with a list of addresses, relative to the configuration file; read again when it changes. Required.
   * @example 'endpoints/orders.json'
   */
  file: filePath,
});

const addressList = z.array(serviceUrl).min(1, serviceUrls);

export const addresses = z.union([serviceUrl, addressList, dnsAddresses, fileAddresses], serviceUrls);

/** Addresses as the configuration has them. */
export type AddressesConfig = z.output<typeof addresses>;

/** The URLs that the configuration itself has; for a file, none. */
export function urlsOf(config: AddressesConfig | undefined): string[] {
  if (config === undefined) return [];
  if (typeof config === 'string') return [config];
  if ('dns' in config) return [config.dns];
  return 'file' in config ? [] : config;
}

/** The addresses as texts, for messages and as names: for a file, its path. */
export function addressTexts(config: AddressesConfig | undefined): string[] {
  return typeof config === 'object' && 'file' in config ? [config.file] : urlsOf(config);
}

/** Checks the JSON of a file with addresses. @throws Error where it is no list of them. */
export function fileUrls(value: unknown): readonly string[] {
  const { data } = addressList.safeParse(value);
  if (!data) throw new Error('it is no JSON list of addresses such as ["http://10.0.0.7:4001/graphql"]');
  return data;
}
