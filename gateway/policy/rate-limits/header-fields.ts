// What an answer's header says about limits, as in draft-ietf-httpapi-ratelimit-headers-10. Both fields are lists of
// structured items (RFC 9651); `Retry-After` is RFC 9110's.

/** One item of a field's list; fields of the same name are joined or sent one after the other. */
export type HeaderField = readonly [name: string, value: string];

export interface Quota {
  policy: string;
  limit: number;
  /** Seconds. */
  duration: number;
  remaining: number;
  /** Milliseconds until the window ends. */
  resetsIn: number;
  /** Where it is not requests that are counted. */
  unit?: string | undefined;
}

/** `RateLimit-Policy` and `RateLimit`; nothing where there is no quota to tell of. */
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

/** The fields of several decisions about one request. Of several `Retry-After` the longest stands. */
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

/** Rounded up, and at least one: who waits so long finds the window over. */
export function wholeSeconds(milliseconds: number): number {
  return Math.max(1, Math.ceil(milliseconds / 1000));
}
