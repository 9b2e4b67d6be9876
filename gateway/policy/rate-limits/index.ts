// What the server takes from here: counters, made once; limits on requests and on fields, which count on them.
export type { Caller } from './caller.ts';
export { type Counters, createCounters } from './counters.ts';
export { createFieldLimits, type FieldLimit, type FieldLimits, type Occurrence } from './field-limits.ts';
export { type HeaderField, joinHeaderFields } from './header-fields.ts';
export {
  createRequestLimits,
  type RateLimitRejection,
  type RateLimitResult,
  type RequestLimits,
  rateLimitError,
} from './request-limits.ts';
