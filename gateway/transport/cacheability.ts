// Cacheability of a response while it is made: how subgraphs' response headers, the gateway's own resolvers and nested
// operations restrict the caching that the schema allows. One for each request; restrictions are only ever added.
import type { CacheDirectives } from './cache-directives.ts';

export class Cacheability {
  /** For one caller only: a subgraph restricts it, or a resolver has read the caller's identity. */
  isPrivate = false;
  /** Seconds for private caches; 0 for not cacheable. */
  maxAge = Number.POSITIVE_INFINITY;
  /** Seconds for shared caches: this gateway and CDNs. */
  sharedMaxAge = Number.POSITIVE_INFINITY;
  mustRevalidate = false;
  /** Subgraphs that nested operations fetch from: the response varies by the headers forwarded to them. */
  subgraphs: Set<string> | null = null;
  /** Cache tags of the data that nested operations have fetched. */
  tags: Set<string> | null = null;
  /** Headers that restrict caching, by subgraph. */
  restrictions: Map<string, string> | null = null;
  readonly #outer: Cacheability | null;

  /** @param outer that of the request whose resolver executes this operation: restrictions apply to both. */
  constructor(outer: Cacheability | null = null) {
    this.#outer = outer;
  }

  restrict(subgraph: string, directives: CacheDirectives): void {
    this.#limit(directives);
    for (let at: Cacheability | null = this; at; at = at.#outer) {
      at.restrictions ??= new Map();
      at.restrictions.set(subgraph, directives.text);
    }
  }

  /** @param seconds remaining lifetime of cached data that the response contains. */
  limitAge(seconds: number): void {
    this.#limit({ maxAge: seconds, sharedMaxAge: seconds });
  }

  makePrivate(): void {
    this.#limit({ isPrivate: true });
  }

  /** The response must not be stored in any cache. */
  forbid(): void {
    this.limitAge(0);
  }

  get isNested(): boolean {
    return this.#outer !== null;
  }

  /** Restricts the outer response, which contains this one. */
  limitOuter(
    limits: Partial<CacheDirectives>,
    { subgraphs = [], tags = [] }: { subgraphs?: readonly string[]; tags?: readonly string[] },
  ): void {
    if (this.#outer) this.#outer.#limit(limits);
    for (let at = this.#outer; at; at = at.#outer) {
      at.subgraphs ??= new Set();
      for (const subgraph of subgraphs) at.subgraphs.add(subgraph);
      at.tags ??= new Set();
      for (const tag of tags) at.tags.add(tag);
    }
  }

  #limit(limits: Partial<CacheDirectives>): void {
    for (let at: Cacheability | null = this; at; at = at.#outer) {
      at.isPrivate ||= limits.isPrivate === true;
      at.maxAge = Math.min(at.maxAge, limits.maxAge ?? Number.POSITIVE_INFINITY);
      at.sharedMaxAge = Math.min(at.sharedMaxAge, limits.sharedMaxAge ?? Number.POSITIVE_INFINITY);
      at.mustRevalidate ||= limits.mustRevalidate === true;
    }
  }
}
