// Rate limits, as used by the server: counters, created once, and the limits of requests and of fields that use them.

export { givenArguments } from './argument-values.ts';
export type { Caller } from './caller.ts';
export type { CostCharge } from './cost-charge.ts';
export { type Counters, createCounters } from './counters.ts';
export { createFieldLimits, type FieldLimits } from './field-limits.ts';
export { type HeaderField, joinHeaderFields } from './header-fields.ts';
export {
  createRequestLimits,
  type RateLimitRejection,
  type RateLimitResult,
  type RequestLimits,
  rateLimitError,
} from './request-limits.ts';
export type { SharedCounts } from './shared-counts.ts';
export { createTenants, type Tenant } from './tenants.ts';
