// Response freshness: the header fields by which downstream caches store a response, or only the caller's browser does.
import { freshnessHeaders } from '../cache/http-policy.ts';
import { type TagHeader, tagHeaderFields } from '../cache/tag-header.ts';
import type { Varying } from '../policy/forwarding/varying.ts';
import type { ResponseFreshness } from './response-headers.ts';
import type { ResponsePolicy } from './response-policy.ts';
import type { OperationExecution } from './stages.ts';

export interface FreshnessOptions {
  /** Whether anonymous callers are rejected: downstream caches would not authenticate them. */
  requiresAuthentication: boolean;
  /** Milliseconds; for downstream caches. */
  staleWhileRevalidate: number;
  /** Whether downstream caches honour `Vary` for endpoints that are selected by request headers. */
  varyByHeader: boolean;
  /** Response header that lists cache tags, if configured. */
  tagHeader: TagHeader | null;
  /** Header fields that responses depend on. */
  varying: Varying;
  /** Maximum lifetime in milliseconds of anything cached, here or downstream. */
  maxTtl: number;
}

/** What a response has besides its policy: its cache tags, and its validator and age where the cache holds it. */
export interface ResponseDescription {
  tags: readonly string[] | null;
  etag?: string;
  /** Seconds. */
  age?: number;
}

/** @param subgraphs those whose responses make up the response. */
export function freshnessOf(
  { analysis, context }: OperationExecution,
  { scope, maxAge, privateMaxAge, mustRevalidate }: ResponsePolicy,
  { tags, etag, age }: ResponseDescription,
  subgraphs: readonly string[],
  options: FreshnessOptions,
): ResponseFreshness {
  const { varying, requiresAuthentication, tagHeader, staleWhileRevalidate, maxTtl } = options;
  const isProtected = analysis.fieldRequirements.size > 0 || analysis.typeRequirements.size > 0;
  const isOwn = requiresAuthentication || scope === 'PRIVATE' || isProtected || varying.receiveIdentity(subgraphs);
  const tagFields = tagHeader && tags ? tagHeaderFields(tagHeader, tags) : {};
  // A CDN must not store a response that could not be purged, nor one that shares its URL with another response.
  const isPrivate = isOwn || tagFields === null || (context.sharesUrl && !options.varyByHeader);
  const stale = mustRevalidate ? 0 : Math.min(staleWhileRevalidate, maxTtl - maxAge * 1000) / 1000;
  return {
    headers: {
      ...freshnessHeaders({
        maxAge: privateMaxAge,
        sharedMaxAge: maxAge,
        scope: isPrivate ? 'PRIVATE' : 'PUBLIC',
        age,
        staleWhileRevalidate: stale,
      }),
      ...(isPrivate ? {} : tagFields),
      vary: varying.vary(subgraphs, isOwn),
    },
    etag: etag === undefined ? null : `W/${etag}`,
  };
}
