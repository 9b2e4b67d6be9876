// Cache directives of a subgraph's HTTP response: the limits that its Cache-Control, Age, Vary and Set-Cookie headers
// set to caching (RFC 9111, section 5.2.2). The gateway reads them as a shared cache.

export interface CacheDirectives {
  /** Only for the caller that the response was made for. */
  isPrivate: boolean;
  /** Remaining seconds for private caches, such as browsers; 0 for not cacheable, Infinity without a limit. */
  maxAge: number;
  /** Remaining seconds for shared caches: this gateway and CDNs. */
  sharedMaxAge: number;
  /** Must not be used once it is stale. */
  mustRevalidate: boolean;
  /** Sets cookies: it is not shared even with concurrent requests. */
  setsCookie: boolean;
  /** The limiting headers as received, for operators. */
  text: string;
}

type ResponseHeaders = Readonly<Record<string, string | string[] | undefined>>;

/** Directives that hold for two responses which become one. */
export function strictest(one: CacheDirectives, other: CacheDirectives): CacheDirectives {
  return {
    isPrivate: one.isPrivate || other.isPrivate,
    maxAge: Math.min(one.maxAge, other.maxAge),
    sharedMaxAge: Math.min(one.sharedMaxAge, other.sharedMaxAge),
    mustRevalidate: one.mustRevalidate || other.mustRevalidate,
    setsCookie: one.setsCookie || other.setsCookie,
    text: one.text === other.text ? one.text : `${one.text}; ${other.text}`,
  };
}

/**
 * The directives of a response; undefined where nothing limits caching.
 * @param honoursCacheControl whether headers other than Set-Cookie count.
 */
export function readDirectives(headers: ResponseHeaders, honoursCacheControl: boolean): CacheDirectives | undefined {
  const { 'set-cookie': cookie, 'cache-control': control, vary } = headers;
  const setsCookie = cookie !== undefined && cookie.length > 0;
  const isHonoured = honoursCacheControl && (control !== undefined || vary !== undefined);
  if (!setsCookie && !isHonoured) return undefined;
  const directives = isHonoured ? parseCacheControl(joined(control)) : new Map<string, string>();
  const age = Math.max(0, seconds(joined(headers.age)) ?? 0);
  const left = (name: string) => leftOf(directives.get(name), age);
  const varies =
    isHonoured &&
    joined(vary)
      .split(',')
      .some((name) => name.trim() === '*');
  const forbidden = setsCookie || varies || directives.has('no-store') || directives.has('no-cache');
  const isPrivate = directives.has('private');
  const maxAge = left('max-age') ?? Number.POSITIVE_INFINITY;
  const read: CacheDirectives = {
    isPrivate,
    maxAge: forbidden ? 0 : maxAge,
    sharedMaxAge: forbidden ? 0 : isPrivate ? maxAge : (left('s-maxage') ?? maxAge),
    mustRevalidate: ['must-revalidate', 'proxy-revalidate', 's-maxage'].some((name) => directives.has(name)),
    setsCookie,
    text: describe(setsCookie, varies, joined(control)),
  };
  return limits(read) ? read : undefined;
}

function limits({ isPrivate, maxAge, sharedMaxAge, mustRevalidate }: CacheDirectives): boolean {
  return isPrivate || mustRevalidate || maxAge < Number.POSITIVE_INFINITY || sharedMaxAge < Number.POSITIVE_INFINITY;
}

function describe(setsCookie: boolean, varies: boolean, control: string): string {
  const headers = [setsCookie && 'Set-Cookie', varies && 'Vary: *', control !== '' && `Cache-Control: ${control}`];
  return headers
    .filter((header) => header !== false)
    .join(', ')
    .slice(0, 200);
}

function joined(header: string | string[] | undefined): string {
  return Array.isArray(header) ? header.join(', ') : (header ?? '');
}

const directivePattern = /([\w-]+)(?:\s*=\s*("(?:[^"\\]|\\.)*"|[^\s,]*))?/g;

/** Names in lower case. A directive that is repeated has its shorter time. */
function parseCacheControl(text: string): Map<string, string> {
  const directives = new Map<string, string>();
  for (const [, name = '', value = ''] of text.matchAll(directivePattern)) {
    const key = name.toLowerCase();
    const plain = value.replace(/^"|"$/g, '');
    const known = directives.get(key);
    if (known === undefined || (seconds(plain) ?? 0) < (seconds(known) ?? 0)) directives.set(key, plain);
  }
  return directives;
}

/** Undefined for an absent directive; one that cannot be parsed allows no caching (RFC 9111, section 4.2.1). */
function leftOf(value: string | undefined, age: number): number | undefined {
  return value === undefined ? undefined : Math.max(0, (seconds(value) ?? 0) - age);
}

function seconds(text: string): number | undefined {
  return /^\d{1,15}$/.test(text.trim()) ? Number(text) : undefined;
}
