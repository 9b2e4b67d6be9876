// Hook context: what hooks get of a request. Reads of what belongs to the caller are recorded, since what hooks do may
// depend on them: each becomes part of every cache key, from the start of each later operation.
import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingHttpHeaders } from 'node:http';
import type { Identity } from '../config/context.ts';
import type { HookContext, HookOperation } from '../config/hooks.ts';
import type { Cacheability } from '../transport/cacheability.ts';

/** Header fields that responses do not depend on, or that caches know of already. */
export const unrecordedHeaders: ReadonlySet<string> = new Set([
  ...['accept', 'content-type', 'content-length', 'content-encoding', 'host'],
  ...['x-request-id', 'traceparent', 'tracestate'],
]);

/** Header fields that are distinguished in cache keys; with more, nothing is cached. */
const MAX_HEADERS = 100;

/** Part of a request context that hooks read, or that depends on what they read. */
export interface HookedRequest {
  readonly requestId: string;
  readonly identity: Identity | null;
  readonly client: string | null;
  readonly signal: AbortSignal;
  /** Depth of nesting. */
  readonly nested: number;
  readonly requestHeaders: IncomingHttpHeaders;
  readonly variants: ReadonlyMap<string, string> | null;
  readonly isIsolated: boolean;
  readonly cacheability: Cacheability;
  varyBy(name: string, value: string): void;
  isolate(): void;
  noteReadByHooks(names: readonly string[]): void;
}

type Run = <Result>(call: () => Result) => Result;

/** What the hooks of one operation share, in all contexts that are derived for it. */
export interface HookScope {
  operation: HookOperation;
  state: Map<string, unknown>;
  /** Runs hooks in the async context of the operation; responses arrive in that of some other. */
  inContext: Run;
}

export function createScope(operation: HookOperation): HookScope {
  return { operation, state: new Map(), inContext: AsyncLocalStorage.snapshot() as Run };
}

/**
 * What of the caller is read: `identity`, `client`, or a header field by its name. One for a gateway: what hooks have
 * read once keeps callers apart in all operations from then on, since caches are read before most hooks are called.
 */
export class HookReads {
  readonly #known = new Set<string>();
  readonly #credentials: readonly string[];

  /** @param credentials names of the header fields that say who the caller is. */
  constructor(credentials: readonly string[]) {
    this.#credentials = credentials;
  }

  /** Makes the keys of an operation those of its caller, as far as hooks have read anything of callers. */
  begin(context: HookedRequest): void {
    for (const what of this.#known) this.#vary(context, what);
    if (this.#known.size > MAX_HEADERS) context.isolate();
  }

  /**
   * Caches in front of the gateway have to distinguish what was read; its own caches hold what hooks have no part in.
   */
  note(context: HookedRequest, what: string): void {
    const names = what === 'identity' ? this.#credentials : what === 'client' ? [] : [what];
    context.noteReadByHooks(names);
  }

  /** @param isEarly whether no cache has been read yet for the response that depends on it. */
  record(context: HookedRequest, what: string, isEarly: boolean): boolean {
    this.note(context, what);
    if (context.variants?.has(variantOf(what)) || context.isIsolated) return false;
    if (this.#known.size <= MAX_HEADERS) this.#known.add(what);
    else context.isolate();
    this.#vary(context, what);
    if (!isEarly) context.cacheability.forbid();
    return !isEarly;
  }

  #vary(context: HookedRequest, what: string): void {
    if (context.variants?.has(variantOf(what))) return;
    this.note(context, what);
    context.varyBy(variantOf(what), currentValue(context, what));
    // The keys of the operation that it is nested in were made without it.
    if (context.nested > 0) context.cacheability.forbid();
  }
}

function variantOf(what: string): string {
  return `hooks ${what}`;
}

function currentValue(context: HookedRequest, what: string): string {
  if (what === 'identity') return JSON.stringify(context.identity);
  return JSON.stringify((what === 'client' ? context.client : headerOf(context, what)) ?? null);
}

function headerOf({ requestHeaders }: HookedRequest, name: string): string | undefined {
  const value = Object.hasOwn(requestHeaders, name) ? requestHeaders[name] : undefined;
  return Array.isArray(value) ? value.join(', ') : value;
}

/** Where an operation is: before any cache was read, while it is executed, or with its result. */
export type HookPhase = 'varyBy' | 'operation' | 'execution' | 'response';

export class RequestHookContext implements HookContext {
  phase: HookPhase = 'execution';
  /** Whether the response depends on what caches did not know of when they were read. */
  isUnknownToCaches = false;
  readonly #context: HookedRequest;
  readonly #scope: HookScope;
  readonly #reads: HookReads;

  constructor(context: HookedRequest, scope: HookScope, reads: HookReads) {
    this.#context = context;
    this.#scope = scope;
    this.#reads = reads;
  }

  get requestId(): string {
    return this.#context.requestId;
  }

  get identity(): Identity | null {
    this.#record('identity');
    return this.#context.identity;
  }

  get client(): string | null {
    this.#record('client');
    return this.#context.client;
  }

  get operation(): HookOperation {
    return this.#scope.operation;
  }

  get signal(): AbortSignal {
    return this.#context.signal;
  }

  get state(): Map<string, unknown> {
    return this.#scope.state;
  }

  header(name: string): string | undefined {
    const lower = String(name).toLowerCase();
    if (!unrecordedHeaders.has(lower)) this.#record(lower);
    return headerOf(this.#context, lower);
  }

  /** Calls a hook in the async context of its operation. */
  run<Result>(call: () => Result): Result {
    return this.#scope.inContext(call);
  }

  #record(what: string): void {
    const isNested = this.#context.nested > 0;
    // The result of a nested operation is part of another, which is cached.
    if (this.phase === 'varyBy' || (this.phase === 'response' && !isNested)) this.#reads.note(this.#context, what);
    else if (this.#reads.record(this.#context, what, this.phase === 'operation' && !isNested)) {
      this.isUnknownToCaches = true;
    }
  }
}
