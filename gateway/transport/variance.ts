// Variance of requests: all of a request besides its document and variables that can change a response. Every cache key, the
// deduplication of requests in flight and `Vary` take it from here, so that nothing can be left out of one of them.

/** Header fields of a client's request, or about who sent it, that its subgraphs get. */
export interface ForwardedHeaders {
  /** Name and value in turn. Not to be changed. */
  headersFor(subgraph: string): readonly string[];
  /** Equal for requests that the subgraph cannot tell apart by what is forwarded. */
  keyFor(subgraph: string): string;
  /** Whether some of them say who the caller is, to a subgraph that may refuse it. */
  carriesCredentials(subgraph: string): boolean;
}

export interface RequestVariance {
  /** Null for anonymous callers. */
  identity?: { key: string } | null;
  forwarded?: ForwardedHeaders;
  /** What else changes responses: name and value, set by the feature that reads it. */
  variants?: ReadonlyMap<string, string> | null;
  /** True for a response that is made for this request alone (mocks, injected faults, explain): neither stored nor shared. */
  isIsolated?: boolean;
}

/**
 * Part of a key: equal for requests that get the same response from a subgraph.
 * @param forIdentity whether the response is for the caller alone.
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
