// The section `hooks`: functions that the gateway calls at fixed stages of an operation, on every transport.
import { z } from 'zod';
import type { Identity } from './context.ts';
import { headerName, neverSentReason } from './headers.ts';
import { duration } from './values.ts';

/** An operation, in the names of the client that sent it. */
export interface HookOperation {
  readonly name: string | null;
  readonly kind: 'query' | 'mutation' | 'subscription';
  /** The document's text as the gateway prints it. */
  readonly document: string;
  /** As the client sent them: a copy. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** Whether a resolver of the gateway executes it (`context.graph`). */
  readonly isNested: boolean;
}

/**
 * The request that a hook is called for. What it reads here of the caller is recorded: responses are cached for callers
 * with the same values only, and are private for downstream caches. Accessors of an object: destructuring reads them
 * too.
 */
export interface HookContext {
  /** From `x-request-id`, or made by the gateway. */
  readonly requestId: string;
  /** Null for anonymous callers. */
  readonly identity: Identity | null;
  /** The client (frontend) that the request names: `web`, `web@2`; null for the whole graph. */
  readonly client: string | null;
  /** The operation that is executed. */
  readonly operation: HookOperation;
  /** Aborted when the client has gone or the gateway gives up. */
  readonly signal: AbortSignal;
  /** For values that hooks hand on to later hooks of the same operation. */
  readonly state: Map<string, unknown>;
  /**
   * A header field of the request (of a WebSocket: of its upgrade request), several with a comma between them;
   * undefined where there is none.
   */
  header(name: string): string | undefined;
}

/** A GraphQL request that is about to be sent to a subgraph, in the subgraph's own names. */
export interface HookSubgraphRequest {
  /** The subgraph's name in the configuration. */
  readonly subgraph: string;
  /** The document's text. */
  readonly query: string;
  /** A copy. */
  readonly variables: Readonly<Record<string, unknown>>;
  /** What `forward` and earlier calls of `setHeader` have put there, by names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  /**
   * Sets a header field, in place of one that `forward` has put there.
   * @param name one of `hooks.subgraphHeaders`.
   * @throws Error for any other name, and for a value that is no header value.
   */
  setHeader(name: string, value: string): void;
}

/** The response of a subgraph, or why there is none. */
export interface HookSubgraphResponse {
  readonly subgraph: string;
  /** Milliseconds since the request was handed to the connection. */
  readonly duration: number;
  /** A copy, to be read before the hook ends. */
  readonly data: Readonly<Record<string, unknown>> | null;
  /** The subgraph's own, unfiltered. */
  readonly errors: readonly unknown[] | undefined;
  /** Set where the request has failed as a whole, such as SUBGRAPH_TIMEOUT. */
  readonly failure: { readonly code: string; readonly message: string } | null;
}

/** The result of an operation, or one event of a subscription, in the names of the client. */
export interface HookResult {
  /** A copy. Reading it costs what completing the response costs. */
  readonly data: Readonly<Record<string, unknown>> | null;
  /** As the client gets them. */
  readonly errors:
    | readonly { message: string; path?: readonly (string | number)[]; extensions?: Record<string, unknown> }[]
    | undefined;
}

type Awaitable = void | Promise<void>;

/**
 * Called before an operation is executed or taken from the cache. A GraphQLError that it throws rejects the operation.
 *
 * @example
 * onOperation(operation, { identity }) {
 *   if (operation.kind === 'mutation' && !identity) throw new GraphQLError('Sign in to change anything.');
 * }
 */
export type OnOperation = (operation: HookOperation, context: HookContext) => Awaitable;

/**
 * Called before each request to a subgraph; not for what is cached. A GraphQLError that it throws fails the fetch.
 *
 * @example
 * onSubgraphRequest(request, context) {
 *   request.setHeader('x-tenant', context.header('x-tenant') ?? 'public');
 * }
 */
export type OnSubgraphRequest = (request: HookSubgraphRequest, context: HookContext) => Awaitable;

/**
 * Called with each response of a subgraph, and each event of a subscription to one. A GraphQLError that it throws fails
 * the fetch.
 *
 * @example
 * onSubgraphResponse({ subgraph, duration, failure }) {
 *   metrics.histogram('subgraph_duration', duration, { subgraph, outcome: failure?.code ?? 'ok' });
 * }
 */
export type OnSubgraphResponse = (response: HookSubgraphResponse, context: HookContext) => Awaitable;

/**
 * Called with each result before it is sent, cached ones too, and with each event of a subscription. A GraphQLError
 * that it throws is sent in place of the result.
 *
 * @example
 * onResponse({ errors }, { operation, requestId }) {
 *   if (errors) audit.write({ requestId, operation: operation.name, codes: errors.map((error) => error.extensions?.code) });
 * }
 */
export type OnResponse = (result: HookResult, context: HookContext) => Awaitable;

/**
 * What the values of `subgraphHeaders` depend on besides the operation: part of every cache key. Synchronous.
 *
 * @example
 * varyBy: (context) => ({ tenant: context.header('x-tenant') ?? 'public' })
 */
export type VaryBy = (context: HookContext) => Record<string, string>;

const aFunction = 'give a function; docs/extending.md has one of each';

function hook<Type>() {
  return z.custom<Type>((value) => typeof value === 'function', aFunction).optional();
}

const subgraphHeader = headerName.superRefine((name, context) => {
  const why = neverSentReason(name);
  if (why) context.addIssue({ code: 'custom', message: `it cannot be set: ${why}` });
});

export const hooksSection = z
  .strictObject(
    {
      /**
       * How long an asynchronous hook may take; then it has failed. In milliseconds, or as text such as "30s". Default:
       * 5 s.
       * @example '1s'
       */
      timeout: duration.default('5s'),
      /**
       * Called with each operation before it is executed, and before its response is read from a cache. Default: none.
       * @example (operation, context) => audit.write(operation.name, context.identity?.subject)
       */
      onOperation: hook<OnOperation>(),
      /**
       * Called with each request to a subgraph before it is sent. Default: none.
       * @example (request, context) => request.setHeader('x-tenant', context.header('x-tenant') ?? 'public')
       */
      onSubgraphRequest: hook<OnSubgraphRequest>(),
      /**
       * Called with each response of a subgraph, and each event of a subscription to one. Default: none.
       * @example ({ subgraph, duration }) => metrics.histogram('subgraph_duration', duration, { subgraph })
       */
      onSubgraphResponse: hook<OnSubgraphResponse>(),
      /**
       * Called with each result before it is sent, and with each event of a subscription. Default: none.
       * @example ({ errors }, { requestId }) => errors && audit.write(requestId, errors.length)
       */
      onResponse: hook<OnResponse>(),
      /**
       * Header fields that `onSubgraphRequest` may set. Nothing is cached or shared then, unless `varyBy` is given.
       * Default: none.
       * @example ['x-tenant']
       */
      subgraphHeaders: z
        .array(subgraphHeader, 'give a list of header names')
        .max(50, 'give at most 50 headers')
        .default([]),
      /**
       * What the values of `subgraphHeaders` depend on besides the operation: part of every cache key. Default: none.
       * @example (context) => ({ tenant: context.header('x-tenant') ?? 'public' })
       */
      varyBy: hook<VaryBy>(),
    },
    'give an object of functions: { onOperation(operation, context) { … } }',
  )
  .superRefine(({ subgraphHeaders, onSubgraphRequest }, context) => {
    if (subgraphHeaders.length === 0 || onSubgraphRequest) return;
    context.addIssue({
      code: 'custom',
      path: ['subgraphHeaders'],
      message: 'there is no `onSubgraphRequest` to set them',
    });
  });

/** A checked `hooks`: every default filled in. */
export type HooksConfig = z.output<typeof hooksSection>;
