// What an answer says to caches on its way (RFC 9111, RFC 5861), and whether the client has it already (RFC 9110).
import { hash } from 'node:crypto';

export interface Freshness {
  /** Seconds from when the answer was made. 0: not to be kept by anyone. */
  maxAge: number;
  /** The same for shared caches, where it differs. */
  sharedMaxAge?: number | undefined;
  scope: 'PUBLIC' | 'PRIVATE';
  /** Seconds since the answer was made, if it was made before this request. */
  age?: number | undefined;
  /** Seconds after `maxAge` in which an answer may be used while it is renewed. */
  staleWhileRevalidate?: number | undefined;
}

export interface FreshnessHeaders {
  'cache-control': string;
  /** Caches take it off `max-age`, which therefore stays whole. */
  age?: string;
}

/** The header fields by which caches on the way, and the browser's own, know how long they may keep an answer. */
export function freshnessHeaders(freshness: Freshness): FreshnessHeaders {
  const { scope, age, staleWhileRevalidate = 0 } = freshness;
  const maxAge = Math.floor(freshness.maxAge);
  const sharedMaxAge = scope === 'PRIVATE' ? maxAge : Math.floor(freshness.sharedMaxAge ?? maxAge);
  if (!(maxAge > 0) && !(sharedMaxAge > 0)) return { 'cache-control': 'no-store' };
  const keyParts = [scope === 'PRIVATE' ? 'private' : 'public', `max-age=${maxAge}`];
  if (sharedMaxAge !== maxAge) keyParts.push(`s-maxage=${sharedMaxAge}`);
  if (staleWhileRevalidate >= 1) keyParts.push(`stale-while-revalidate=${Math.floor(staleWhileRevalidate)}`);
  return { 'cache-control': keyParts.join(', '), ...(age !== undefined && { age: String(Math.floor(age)) }) };
}

/** The same header fields for private caches alone: without a time for shared ones, and without cache tags. */
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

/** An entity tag as RFC 9110, section 8.8.3 writes it; commas may stand inside. */
const entityTags = /(?:W\/)?("[\x21\x23-\x7e\x80-\xff]*")/g;

/**
 * Whether If-None-Match names the tag, so that 304 is the answer: RFC 9110, section 13.1.2, by weak comparison.
 * @param etag with its quotes.
 */
export function ifNoneMatch(header: string | undefined, etag: string): boolean {
  if (header === undefined) return false;
  if (header.trim() === '*') return true;
  const opaque = etag.startsWith('W/') ? etag.slice(2) : etag;
  for (const [, tag] of header.matchAll(entityTags)) if (tag === opaque) return true;
  return false;
}
