// Cacheability of a response while it is made: what subgraphs' response headers, the gateway's own resolvers and nested
// operations leave of what the schema allows. One for each request; restrictions are only ever added.
import type { CacheDirectives } from './cache-directives.ts';

export class Cacheability {
  /** For one caller only: a subgraph restricts it, or a resolver has read who the caller is. */
  isPrivate = false;
  /** Seconds for private caches; 0 for not at all. */
  maxAge = Number.POSITIVE_INFINITY;
  /** Seconds for shared caches: this gateway and CDNs. */
  sharedMaxAge = Number.POSITIVE_INFINITY;
  mustRevalidate = false;
  /** Subgraphs that nested operations fetch from: what is forwarded to them varies the response. */
  subgraphs: Set<string> | null = null;
  /** Cache tags of what nested operations have fetched. */
  tags: Set<string> | null = null;
  /** Headers that restrict it, by subgraph. */
  restrictions: Map<string, string> | null = null;
  readonly #outer: Cacheability | null;

  /** @param outer of the request whose resolver executes this operation: what restricts one restricts the other. */
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

  /** @param seconds that are left of something that was cached before. */
  limitAge(seconds: number): void {
    this.#limit({ maxAge: seconds, sharedMaxAge: seconds });
  }

  makePrivate(): void {
    this.#limit({ isPrivate: true });
  }

  /** Not to be stored anywhere. */
  forbid(): void {
    this.limitAge(0);
  }

  get isNested(): boolean {
    return this.#outer !== null;
  }

  /** What the outer response depends on through this one. */
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
