// Variance of requests: every part of a request, besides its document and variables, that can change a response. All
// cache keys, the deduplication of requests in flight and `Vary` use this one definition, so that none of them can miss
// a part.

/** Header fields that subgraphs receive: those of the client's request, and those that identify its caller. */
export interface ForwardedHeaders {
  /** Names and values in turn. Must not be changed. */
  headersFor(subgraph: string): readonly string[];
  /** Equal for requests that forward the same header fields to the subgraph. */
  keyFor(subgraph: string): string;
  /** Whether some of them identify the caller to the subgraph, which may reject it. */
  carriesCredentials(subgraph: string): boolean;
}

export interface RequestVariance {
  /** Null for anonymous callers. */
  identity?: { key: string; subject: string } | null;
  forwarded?: ForwardedHeaders;
  /** Anything else that changes responses: names and values, set by the feature that reads them. */
  variants?: ReadonlyMap<string, string> | null;
  /** True for a response for this request alone (mocks, injected faults, explain): neither stored nor shared. */
  isIsolated?: boolean;
}

/**
 * Part of a key: equal for requests that get the same response from a subgraph.
 * @param forIdentity whether the response is private to the caller.
 * @returns null where nothing may be stored or shared.
 */
export function varianceKey(
  { identity, forwarded, variants, isIsolated }: RequestVariance,
  subgraph: string,
  forIdentity: boolean,
): string | null {
  if (isIsolated) return null;
  const parts = [forwarded?.keyFor(subgraph) ?? '', forIdentity ? (identity?.key ?? null) : null];
  return JSON.stringify(variants ? [...parts, [...variants].sort()] : parts);
}

/**
 * Subject of the caller whose data a response may have; null where it depends on no caller that is known.
 * @param subgraphs whose responses it is made from.
 * @param forIdentity whether it is private to the caller.
 */
export function ownerOfResponse(
  { identity, forwarded, variants }: RequestVariance,
  subgraphs: readonly string[],
  forIdentity: boolean,
): string | null {
  if (!identity) return null;
  const dependsOnCaller =
    forIdentity || Boolean(variants?.size) || subgraphs.some((subgraph) => forwarded?.carriesCredentials(subgraph));
  return dependsOnCaller ? identity.subject : null;
}
