// Denied operations: what the denied fields of an operation mean for all of it, and their record in measure mode.
import { GraphQLError } from 'graphql';
import { ErrorCode, statusOf } from '../errors.ts';
import { type DeniedField, type DeniedFields, noDeniedFields } from '../query-plan/denied-fields.ts';
import type { MeasuredRejection } from '../telemetry/measured-rejections.ts';
import type { Analysis } from './analysis.ts';
import { Rejection } from './rejection.ts';

/** Takes what rules in measure mode would have rejected. */
export interface MeasuredContext {
  wouldReject(rejection: MeasuredRejection): void;
  /** The response is neither taken from a cache, nor stored, nor shared with other requests. */
  isolate(): void;
}

/**
 * Records fields that would have been denied. Their response is for the caller alone: a service that denies them
 * itself, by a null, must not have that cached for callers to whom they are allowed.
 * @returns what is denied: nothing.
 */
export function measureDenied({ key, all }: DeniedFields, context: MeasuredContext): DeniedFields {
  if (key === '') return noDeniedFields;
  context.isolate();
  for (const [code, denied] of Map.groupBy(all, ([, { extensions }]) => String(extensions.code))) {
    context.wouldReject({ rule: 'authorization', code, fields: denied.map(([name]) => name) });
  }
  return noDeniedFields;
}

/** @param limited by coordinate and path. */
export function measureLimited(limited: ReadonlyMap<string, DeniedField>, context: MeasuredContext): void {
  const fields = [...limited.keys()].map((place) => place.split(' ', 1)[0] as string);
  context.wouldReject({ rule: '@rateLimit', code: ErrorCode.RATE_LIMIT_EXCEEDED, fields });
}

/** True where every root field has used up its limit. */
export function leavesNothing({ roots, introspects }: Analysis, limited: ReadonlyMap<string, DeniedField>): boolean {
  return !introspects && roots.every(({ key, coordinate }) => limited.has(`${coordinate} ${key}`));
}

/** Rejection of the whole request because of some fields; a missing authentication takes precedence. */
export function rejectAll(deniedFields: readonly DeniedField[]): Rejection {
  const distinct = [...new Map(deniedFields.map((deniedField) => [deniedField.message, deniedField])).values()];
  const status = Math.min(...distinct.map(({ extensions }) => statusOf(extensions.code) ?? 403));
  const wait = Math.max(0, ...distinct.map(({ extensions }) => Number(extensions.retryAfter ?? 0)));
  const errors = distinct.map(
    ({ message, extensions }) => new GraphQLError(message, { extensions: { ...extensions, http: { status } } }),
  );
  const challenge = status === 401 ? [['WWW-Authenticate', 'Bearer realm="graphql"'] as const] : [];
  const retry = status === 429 && wait > 0 ? [['Retry-After', String(wait)] as const] : [];
  return new Rejection(errors, { headers: [...challenge, ...retry] });
}
