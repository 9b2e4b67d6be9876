// Cache headers of responses: freshness for downstream caches (RFC 9111, RFC 5861) and conditional requests (RFC
// 9110).
import { hash } from 'node:crypto';

export interface Freshness {
  /** Seconds from the response's creation. 0: not to be stored by any cache. */
  maxAge: number;
  /** The same for shared caches, where it differs. */
  sharedMaxAge?: number | undefined;
  scope: 'PUBLIC' | 'PRIVATE';
  /** Seconds since the response's creation, if it was created before this request. */
  age?: number | undefined;
  /** Seconds after `maxAge` in which a response may be used while it is revalidated. */
  staleWhileRevalidate?: number | undefined;
}

export interface FreshnessHeaders {
  'cache-control': string;
  /** Caches subtract it from `max-age`, which therefore stays whole. */
  age?: string;
}

/** The header fields that limit how long downstream caches and the browser's own may store a response. */
export function freshnessHeaders(freshness: Freshness): FreshnessHeaders {
  const { scope, age, staleWhileRevalidate = 0 } = freshness;
  const maxAge = Math.floor(freshness.maxAge);
  const sharedMaxAge = scope === 'PRIVATE' ? maxAge : Math.floor(freshness.sharedMaxAge ?? maxAge);
  if (!(maxAge > 0) && !(sharedMaxAge > 0)) return { 'cache-control': 'no-store' };
  const directives = [scope === 'PRIVATE' ? 'private' : 'public', `max-age=${maxAge}`];
  if (sharedMaxAge !== maxAge) directives.push(`s-maxage=${sharedMaxAge}`);
  if (staleWhileRevalidate >= 1) directives.push(`stale-while-revalidate=${Math.floor(staleWhileRevalidate)}`);
  return { 'cache-control': directives.join(', '), ...(age !== undefined && { age: String(Math.floor(age)) }) };
}

/** The same header fields for private caches alone: without a maximum age for shared ones, and without cache tags. */
export function privateHeaders({
  'cache-control': cacheControl = 'no-store',
  age,
}: Readonly<Record<string, string>>): FreshnessHeaders {
  const text = cacheControl.replace(/^public/, 'private').replace(/, s-maxage=\d+/, '');
  return { 'cache-control': text, ...(age !== undefined && { age }) };
}

/** A strong entity tag of these bytes, with its quotes. */
export function entityTag(body: Buffer): string {
  return `"${hash('sha256', body, 'base64url').slice(0, 27)}"`;
}

/** An entity tag by RFC 9110, section 8.8.3; it may contain commas. */
const entityTags = /(?:W\/)?("[\x21\x23-\x7e\x80-\xff]*")/g;

/**
 * Whether If-None-Match contains the tag, so that the response is a 304: RFC 9110, section 13.1.2, by weak
 * comparison.
 * @param etag with its quotes.
 */
export function ifNoneMatch(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  const opaque = etag.startsWith('W/') ? etag.slice(2) : etag;
  for (const [, tag] of header.matchAll(entityTags)) if (tag === opaque) return true;
  return false;
}
