// Hook request and response: what hooks get of an exchange with a subgraph, copied when it is read, and the header
// fields that they set.
import type { HookSubgraphRequest, HookSubgraphResponse } from '../config/hooks.ts';
import { ErrorCode } from '../errors.ts';
import { copyJson, toPlainJson } from '../json/json-values.ts';
import { parseJson } from '../json/parse-json.ts';
import { isCredentialHeader } from '../policy/forwarding/forwarding.ts';
import type { SubgraphOutcome } from '../transport/hooked-client.ts';
import type { ForwardedHeaders, SubgraphScope } from '../transport/subgraph-client.ts';
import { SubgraphError } from '../transport/subgraph-error.ts';

/** In characters. */
const MAX_HEADER_VALUE = 8_192;

interface Body {
  query: string;
  variables?: Record<string, unknown> | null;
}

export class OutgoingRequest implements HookSubgraphRequest {
  readonly subgraph: string;
  readonly #body: string;
  readonly #scope: SubgraphScope;
  readonly #allowed: ReadonlySet<string>;
  readonly #set = new Map<string, string>();
  #parsed: Body | undefined;
  #isSent = false;

  /** @param allowed names of the header fields that may be set. */
  constructor(subgraph: string, body: string, scope: SubgraphScope, allowed: ReadonlySet<string>) {
    this.subgraph = subgraph;
    this.#body = body;
    this.#scope = scope;
    this.#allowed = allowed;
  }

  get query(): string {
    return this.#content.query;
  }

  get variables(): Readonly<Record<string, unknown>> {
    return this.#content.variables ?? {};
  }

  get headers(): Readonly<Record<string, string>> {
    const list = this.#scope.forwarded?.headersFor(this.subgraph) ?? [];
    const headers: Record<string, string> = Object.create(null);
    for (let index = 0; index < list.length; index += 2) headers[list[index] as string] = list[index + 1] as string;
    return Object.assign(headers, Object.fromEntries(this.#set));
  }

  setHeader(name: string, value: string): void {
    const lower = String(name).toLowerCase();
    if (!this.#allowed.has(lower)) {
      throw new Error(`setHeader: add ${JSON.stringify(lower.slice(0, 100))} to hooks.subgraphHeaders to set it.`);
    }
    if (this.#isSent)
      throw new Error(`setHeader: the request has been sent without ${lower}; set it before the hook ends.`);
    if (typeof value !== 'string' || value.length > MAX_HEADER_VALUE || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
      throw new Error(`setHeader: the value of ${lower} is no header value of at most ${MAX_HEADER_VALUE} characters.`);
    }
    this.#set.set(lower, value);
  }

  get #content(): Body {
    this.#parsed ??= toPlainJson(parseJson(this.#body)) as Body;
    return this.#parsed;
  }

  /** The scope to send it in: the same one where no header field was set. */
  scope(): SubgraphScope {
    this.#isSent = true;
    if (this.#set.size === 0) return this.#scope;
    const { requestId, cancellation, calls, epoch, cacheability, identity, variants } = this.#scope;
    const { isIsolated, forwarded, trace, fetches, faults, uploads, deadline } = this.#scope;
    const set = this.#set;
    return {
      ...{ requestId, cancellation, calls, forwarded: withHeaders(forwarded, set) },
      receiveHeaders: (received) => this.#scope.receiveHeaders?.(received),
      wouldReject: (rejection) => this.#scope.wouldReject?.(rejection),
      clientKey: (header) => set.get(header) ?? this.#scope.clientKey?.(header),
      ...(epoch !== undefined && { epoch }),
      ...(cacheability && { cacheability }),
      ...(identity !== undefined && { identity }),
      ...(variants !== undefined && { variants }),
      ...(isIsolated !== undefined && { isIsolated }),
      ...(trace && { trace }),
      ...(fetches && { fetches }),
      ...(faults && { faults }),
      ...(uploads && { uploads }),
      ...(deadline !== undefined && { deadline }),
    };
  }
}

/** Header fields in place of those of the same names, or beside the others. */
function withHeaders(forwarded: ForwardedHeaders | undefined, set: ReadonlyMap<string, string>): ForwardedHeaders {
  return {
    headersFor(subgraph) {
      const list = forwarded?.headersFor(subgraph) ?? [];
      const rest = list.filter((_, index) => !set.has(list[index - (index % 2)] as string));
      return [...rest, ...[...set].flat()];
    },
    keyFor: (subgraph) => JSON.stringify([forwarded?.keyFor(subgraph) ?? '', [...set].sort()]),
    carriesCredentials: (subgraph) =>
      (forwarded?.carriesCredentials(subgraph) ?? false) || [...set.keys()].some(isCredentialHeader),
  };
}

export class IncomingResponse implements HookSubgraphResponse {
  readonly subgraph: string;
  readonly duration: number;
  readonly failure: HookSubgraphResponse['failure'];
  #outcome: SubgraphOutcome | null;
  #data: HookSubgraphResponse['data'] | undefined;

  constructor(subgraph: string, outcome: SubgraphOutcome) {
    const { error, duration } = outcome;
    this.subgraph = subgraph;
    this.duration = duration;
    const code = error instanceof SubgraphError ? error.code : ErrorCode.INTERNAL_SERVER_ERROR;
    this.failure = error && { code, message: error.message };
    this.#outcome = outcome;
  }

  get data(): HookSubgraphResponse['data'] {
    this.#data ??= toPlainJson(copyJson(this.#response?.data ?? null));
    return this.#data;
  }

  get errors(): readonly unknown[] | undefined {
    const errors = this.#response?.errors;
    return errors && toPlainJson(copyJson(errors));
  }

  get #response() {
    if (!this.#outcome) throw new Error('The response of a subgraph is to be read before the hook ends.');
    return this.#outcome.response;
  }

  /** The engine goes on with the objects of the response: they are not to be seen any more. */
  close(): void {
    this.#outcome = null;
  }
}
