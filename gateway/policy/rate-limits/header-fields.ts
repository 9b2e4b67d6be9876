// Header fields of rate limits, by draft-ietf-httpapi-ratelimit-headers-10. Both fields are lists of structured items
// (RFC 9651); `Retry-After` is RFC 9110's.

/** One header field; fields of the same name are joined or sent one after the other. */
export type HeaderField = readonly [name: string, value: string];

export interface Quota {
  policy: string;
  limit: number;
  /** Seconds. */
  duration: number;
  remaining: number;
  /** Milliseconds until the window ends. */
  resetsIn: number;
  /** Counted unit, if not requests. */
  unit?: string | undefined;
}

/** `RateLimit-Policy` and `RateLimit`; nothing without quotas. */
export function quotaFields(quotas: readonly Quota[]): HeaderField[] {
  if (quotas.length === 0) return [];
  const policies = quotas.map(({ policy, limit, duration, unit }) => {
    const units = unit === undefined ? '' : `;qu="${unit}"`;
    return `"${policy}";q=${limit};w=${duration}${units}`;
  });
  const states = quotas.map(
    ({ policy, remaining, resetsIn }) => `"${policy}";r=${remaining};t=${wholeSeconds(resetsIn)}`,
  );
  return [
    ['RateLimit-Policy', policies.join(', ')],
    ['RateLimit', states.join(', ')],
  ];
}

/** Joins the fields of several decisions about one request. Of several `Retry-After` the longest is used. */
export function joinHeaderFields(...parts: readonly (readonly HeaderField[])[]): HeaderField[] {
  const joined = new Map<string, string>();
  for (const [name, value] of parts.flat()) {
    const earlier = joined.get(name);
    if (earlier === undefined) joined.set(name, value);
    else if (name === 'Retry-After') joined.set(name, String(Math.max(Number(earlier), Number(value))));
    else if (earlier !== value) joined.set(name, `${earlier}, ${value}`);
  }
  return [...joined];
}

/** Rounded up, and at least one: after this time the window is over. */
export function wholeSeconds(milliseconds: number): number {
  return Math.max(1, Math.ceil(milliseconds / 1000));
}
