// The section `overrides`: which progressive overrides of a supergraph (`@override(from:, label:)`) hold for a request.
import { z } from 'zod';
import { headerName } from './headers.ts';

/** What the labels of a request may depend on. */
export interface LabelledRequest {
  /** A header field of the request. */
  header(name: string): string | undefined;
  /** The caller's `identity.key`; null for anonymous callers. */
  readonly identity: string | null;
  /** The client (frontend) that the request names; null for the whole graph. */
  readonly client: string | null;
}

/**
 * Returns the labels that hold for a request, besides those of the form `percent(n)`. Part of every cache key.
 * Synchronous.
 *
 * @example
 * labels: (request) => (request.header('x-beta') === 'yes' ? ['stock_in_warehouse'] : [])
 */
export type OverrideLabelsOf = (request: LabelledRequest) => Iterable<string>;

export const overridesSection = z.strictObject(
  {
    /**
     * By what `percent(n)` takes its share: the caller (the address of anonymous ones), or a header of the request.
     * Default: `caller`.
     * @example 'x-session'
     */
    percentBy: z
      .union([z.literal('caller'), headerName], 'give "caller", or the name of a header such as "x-session"')
      .default('caller'),
    /**
     * Labels that hold for a request, besides those of the form `percent(n)`. Default: none.
     * @example (request) => (request.header('x-beta') === 'yes' ? ['stock_in_warehouse'] : [])
     */
    labels: z.custom<OverrideLabelsOf>((value) => typeof value === 'function', 'give a function').optional(),
  },
  'give { percentBy, labels }',
);
