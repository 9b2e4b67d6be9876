// Field rate limits (`@rateLimit`). The library graphql-rate-limit-directive wraps resolvers of a schema; it is given a
// schema that has only the limited fields and resolves them to nothing, and its resolvers are called by the operation
// checks: rejected fields are removed from the plan before anything is fetched.
import { makeExecutableSchema } from '@graphql-tools/schema';
import { type GraphQLFieldResolver, type GraphQLResolveInfo, isObjectType } from 'graphql';
import { type RateLimitOptions, rateLimitDirective } from 'graphql-rate-limit-directive';
import { type IRateLimiterOptions, RateLimiterCompatibleAbstract, RateLimiterRes } from 'rate-limiter-flexible';
import { MAX_RATE_LIMIT, MAX_WINDOW_SECONDS } from '../../config/rate-limits.ts';
import { errorExtensions } from '../../errors.ts';
import type { DeniedField } from '../../query-plan/denied-fields.ts';
import { type Caller, callerKey } from './caller.ts';
import type { Counter, Counters } from './counters.ts';
import { wholeSeconds } from './header-fields.ts';

export interface FieldLimit {
  limit: number;
  /** Seconds. */
  duration: number;
}

/** One occurrence of a field in an operation. */
export interface Occurrence {
  /** `Type.field` */
  coordinate: string;
  /** Differs between the occurrences of an operation. */
  place: string;
}

export interface FieldLimits {
  /**
   * Consumes one point for every occurrence, in order; each alias counts. Coordinates without a limit are ignored.
   * @returns the rejected occurrences by their place.
   */
  consume(occurrences: readonly Occurrence[], caller: Caller): Promise<ReadonlyMap<string, DeniedField>>;
}

type Shown = (coordinate: string) => string | null;

interface OperationChecks {
  resolve: GraphQLFieldResolver<undefined, Caller>;
  /** The part that the library reads: names of the field and the type. */
  info: GraphQLResolveInfo;
}

const noneRejected: ReadonlyMap<string, DeniedField> = new Map();

/**
 * @param rules by coordinate.
 * @param shown the client schema name of a coordinate; null where the client's view does not have it.
 * @throws Error for a limit or duration that cannot be counted, with its coordinate.
 */
export function createFieldLimits(
  rules: ReadonlyMap<string, FieldLimit>,
  counters: Counters,
  shown: Shown = (coordinate) => coordinate,
): FieldLimits {
  if (rules.size === 0) return { consume: async () => noneRejected };
  const limitSchemas = createLimitSchemas(rules, counters, shown);
  return {
    async consume(occurrences, caller) {
      const limited = occurrences.flatMap(({ coordinate, place }) => {
        const limitTypes = limitSchemas.get(coordinate);
        return limitTypes ? [{ limitTypes, place }] : [];
      });
      if (limited.length === 0) return noneRejected;
      const deniedFields = await Promise.all(
        limited.map(
          ({ limitTypes: { resolve, info } }) => resolve(undefined, {}, caller, info) as Promise<DeniedField | null>,
        ),
      );
      const rejected = new Map<string, DeniedField>();
      for (const [index, error] of deniedFields.entries()) {
        const place = limited[index]?.place;
        if (error && place !== undefined) rejected.set(place, error);
      }
      return rejected;
    },
  };
}

/** The library's resolver of each field: it returns null within the limit, else the error. */
function createLimitSchemas(
  rules: ReadonlyMap<string, FieldLimit>,
  counters: Counters,
  shown: Shown,
): Map<string, OperationChecks> {
  const { rateLimitDirectiveTypeDefs, rateLimitDirectiveTransformer } = rateLimitDirective<Caller, IRateLimiterOptions>(
    {
      keyGenerator: (_limit, _source, _arguments, caller, info) => `${coordinateOf(info)} ${callerKey(caller)}`,
      onLimit: ({ msBeforeNext }, limit, _source, _arguments, _caller, info) =>
        errorOf(shown(coordinateOf(info)), limit, wholeSeconds(msBeforeNext)),
      ...limitersOn(counters),
    },
  );
  const schema = rateLimitDirectiveTransformer(
    makeExecutableSchema({ typeDefs: [rateLimitDirectiveTypeDefs, limitedTypes(rules)] }),
  );
  const limitSchemas = new Map<string, OperationChecks>();
  for (const coordinate of rules.keys()) {
    const [typeName, fieldName] = coordinate.split('.') as [string, string];
    const parentType = schema.getType(typeName);
    const resolve = isObjectType(parentType) && parentType.getFields()[fieldName]?.resolve;
    if (!resolve) throw new Error(`@rateLimit on ${coordinate} has no resolver`);
    limitSchemas.set(coordinate, { resolve, info: { parentType, fieldName } as GraphQLResolveInfo });
  }
  return limitSchemas;
}

/** `type Product { reviews: Boolean @rateLimit(limit: 5, duration: 60) }` for each type with such fields. */
function limitedTypes(rules: ReadonlyMap<string, FieldLimit>): string {
  const fields = [...rules].map(([coordinate, { limit, duration }]) => {
    const [type, field, ...rest] = coordinate.split('.');
    if (!type || !field || rest.length > 0) throw new Error(`@rateLimit on ${coordinate}: give a field as Type.field`);
    check(coordinate, 'limit', limit, MAX_RATE_LIMIT);
    check(coordinate, 'duration', duration, MAX_WINDOW_SECONDS);
    return { type, line: `  ${field}: Boolean @rateLimit(limit: ${limit}, duration: ${duration})` };
  });
  const types = [...Map.groupBy(fields, ({ type }) => type)].map(
    ([type, members]) => `type ${type} {\n${members.map(({ line }) => line).join('\n')}\n}`,
  );
  return types.join('\n');
}

function check(coordinate: string, argument: keyof FieldLimit, value: number, maximum: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= maximum) return;
  throw new Error(`@rateLimit on ${coordinate}: ${argument} is ${value}: give a whole number from 1 to ${maximum}`);
}

/** The library creates a limiter for each pair of limit and duration; these use the gateway's counters. */
function limitersOn(counters: Counters): Pick<RateLimitOptions<Caller, IRateLimiterOptions>, 'limiterClass'> {
  class FieldLimiter extends RateLimiterCompatibleAbstract {
    readonly #counter: Counter;

    constructor({ points, duration }: IRateLimiterOptions) {
      super();
      this.#counter = counters.counter('field', points, duration);
    }

    /** @throws RateLimiterRes where no points remain, as the library expects. */
    override async consume(key: string, points = 1): Promise<RateLimiterRes> {
      const { allowed, remaining, resetsIn } = await this.#counter.consume(key, points);
      const result = new RateLimiterRes(remaining, resetsIn);
      if (!allowed) throw result;
      return result;
    }
  }
  // The library's types require another base class, which rate-limiter-flexible does not export; only `consume` is
  // called.
  return {
    limiterClass: FieldLimiter as unknown as NonNullable<RateLimitOptions<Caller, IRateLimiterOptions>['limiterClass']>,
  };
}

function coordinateOf({ parentType, fieldName }: GraphQLResolveInfo): string {
  return `${parentType.name}.${fieldName}`;
}

function errorOf(coordinate: string | null, { limit, duration }: FieldLimit, retryAfter: number): DeniedField {
  const times = limit === 1 ? 'once' : `${limit} times`;
  return {
    message: `${coordinate ?? 'This'} may be selected ${times} in ${duration} s. Try again in ${retryAfter} s.`,
    extensions: errorExtensions('RATE_LIMIT_EXCEEDED', { limit, duration, retryAfter }),
  };
}
