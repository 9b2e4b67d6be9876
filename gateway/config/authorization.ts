// Configuration section `authorization`: what happens to unauthorized fields, and the policies that the SDL names.
import { z } from 'zod';
import type { GatewayContext } from './context.ts';

/**
 * A policy of `authorization.policies`: allows access by returning (or resolving to) `true`; any other value denies it.
 */
export type PolicyFunction = (context: GatewayContext) => boolean | Promise<boolean>;

const policyMessage = 'give a function of the request context: { owner: ({ identity }) => identity?.subject === "u1" }';

const policiesMessage = 'give an object of functions: { owner: ({ identity }) => identity?.subject === "u1" }';

export const authorizationSection = z.strictObject({
  /**
   * `field`: an unauthorized field is null, with an error at its path. `request`: the whole request is rejected.
   * `measure`: no field is protected: what would have been denied is counted and logged, and every caller gets it.
   * Default: `field`.
   * @example 'request'
   */
  mode: z.enum(['field', 'request', 'measure'], { error: 'give "field", "request" or "measure"' }).default('field'),
  /**
   * The policies that `@policy` names. Default: none.
   * @example { owner: ({ identity }) => identity?.subject === 'u1' }
   */
  policies: z
    .record(
      z.string(),
      z.custom<PolicyFunction>((value) => typeof value === 'function', policyMessage),
      policiesMessage,
    )
    .default({}),
});
