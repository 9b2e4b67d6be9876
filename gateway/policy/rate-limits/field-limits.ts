// Field rate limits (`@rateLimit`). The library graphql-rate-limit-directive wraps resolvers of a schema; it is given a
// schema that has only the limited fields and resolves them to nothing, and its resolvers are called by the operation
// checks: rejected fields are removed from the plan before anything is fetched.
import { makeExecutableSchema } from '@graphql-tools/schema';
import { type GraphQLFieldResolver, type GraphQLResolveInfo, isObjectType } from 'graphql';
import { type RateLimitOptions, rateLimitDirective } from 'graphql-rate-limit-directive';
import { type IRateLimiterOptions, RateLimiterCompatibleAbstract, RateLimiterRes } from 'rate-limiter-flexible';
import type { RateLimit } from '../../compose/rate-limit-rules.ts';
import { MAX_RATE_LIMIT, MAX_WINDOW_SECONDS } from '../../config/rate-limits.ts';
import { errorExtensions } from '../../errors.ts';
import type { DeniedField } from '../../query-plan/denied-fields.ts';
import { type Arguments, argumentsKey, lengthOf } from './argument-values.ts';
import { type Caller, callerKey } from './caller.ts';
import type { Counter, Counters } from './counters.ts';
import { wholeSeconds } from './header-fields.ts';
import { COUNTED_BY_ARGUMENTS } from './local-limiter.ts';

/** One occurrence of a field in an operation. */
export interface Occurrence {
  /** `Type.field` */
  coordinate: string;
  /** Differs between the occurrences of an operation. */
  place: string;
}

export interface FieldLimits {
  /**
   * Consumes the points of every occurrence, in order; each alias counts. Of an occurrence that one of its limits
   * rejects, the others get theirs back. Coordinates without a limit are ignored.
   * @param argumentsOf called for limits that depend on arguments.
   * @returns the rejected occurrences by their place.
   */
  consume<Occurred extends Occurrence>(
    occurrences: readonly Occurred[],
    caller: Caller,
    argumentsOf?: (occurrence: Occurred) => Arguments,
  ): Promise<ReadonlyMap<string, DeniedField>>;
}

type Shown = (coordinate: string) => string | null;

/** What the library's resolver of a limit gets as the arguments of its field. */
interface Consumption {
  key: string;
  points: number;
}

/** One limit of one field. */
interface Declared extends RateLimit {
  coordinate: string;
}

interface Rule extends Declared {
  counter: Counter;
  resolve: GraphQLFieldResolver<undefined, null>;
  /** The part that the library reads. */
  info: GraphQLResolveInfo;
}

interface Consumed extends Consumption {
  rule: Rule;
  place: string;
}

const noneRejected: ReadonlyMap<string, DeniedField> = new Map();
const noArguments = (): Arguments => ({});

/** Type of the limits, for the library: a field for each. */
const LIMITS = 'Limits';

/**
 * @param rules by coordinate.
 * @param shown the client schema name of a coordinate; null where the client's view does not have it.
 * @throws Error for a limit or duration that cannot be counted, with its coordinate.
 */
export function createFieldLimits(
  rules: ReadonlyMap<string, readonly RateLimit[]>,
  counters: Counters,
  shown: Shown = (coordinate) => coordinate,
): FieldLimits {
  if (rules.size === 0) return { consume: async () => noneRejected };
  const all = [...rules].flatMap(([coordinate, limits]) => limits.map((limit) => ({ ...limit, coordinate })));
  const [byArguments, others] = [all.filter(isByArguments), all.filter((limit) => !isByArguments(limit))];
  const created = [
    ...createRules(others, 'field', counters, shown),
    ...createRules(byArguments, COUNTED_BY_ARGUMENTS, counters, shown),
  ];
  const byCoordinate = Map.groupBy(created, ({ coordinate }) => coordinate);
  return {
    async consume(occurrences, caller, argumentsOf = noArguments) {
      const consumed = occurrences.flatMap((occurrence) =>
        (byCoordinate.get(occurrence.coordinate) ?? []).map(
          (rule): Consumed => ({
            rule,
            place: occurrence.place,
            ...consumptionOf(rule, caller, () => argumentsOf(occurrence)),
          }),
        ),
      );
      if (consumed.length === 0) return noneRejected;
      const denied = await Promise.all(
        consumed.map(
          ({ rule: { resolve, info }, key, points }) =>
            resolve(undefined, { key, points }, null, info) as Promise<DeniedField | null>,
        ),
      );
      const rejected = new Map<string, DeniedField>();
      for (const [index, error] of denied.entries()) {
        const place = consumed[index]?.place;
        if (error && place !== undefined && !rejected.has(place)) rejected.set(place, error);
      }
      for (const [index, { rule, place, key, points }] of consumed.entries()) {
        if (!denied[index] && rejected.has(place)) rule.counter.refund(key, points);
      }
      return rejected;
    },
  };
}

function isByArguments({ identityArgs }: RateLimit): boolean {
  return identityArgs !== undefined;
}

/** The key never has an argument's value in it as it is: counters hash it. */
function consumptionOf(
  { coordinate, identityArgs, perCaller = true, arrayLengthField }: Rule,
  caller: Caller,
  given: () => Arguments,
): Consumption {
  const ofCaller = perCaller ? `${coordinate} ${callerKey(caller)}` : coordinate;
  if (!identityArgs && !arrayLengthField) return { key: ofCaller, points: 1 };
  const values = given();
  const points = arrayLengthField ? lengthOf(values, arrayLengthField) : 1;
  const counted = [...(identityArgs ?? []), ...(arrayLengthField ? [['', ...arrayLengthField]] : [])];
  const key = `${ofCaller} ${JSON.stringify(counted)} ${argumentsKey(values, identityArgs ?? [])}`;
  return { key, points };
}

/** Each limit with the library's resolver, which returns null within the limit, else the error. */
function createRules(all: readonly Declared[], name: string, counters: Counters, shown: Shown): Rule[] {
  if (all.length === 0) return [];
  for (const { coordinate, limit, duration } of all) {
    check(coordinate, 'limit', limit, MAX_RATE_LIMIT);
    check(coordinate, 'duration', duration, MAX_WINDOW_SECONDS);
  }
  const ruleAt = (fieldName: string) => all[Number(fieldName.slice(1))] as Declared;
  const { rateLimitDirectiveTypeDefs, rateLimitDirectiveTransformer } = rateLimitDirective<null, IRateLimiterOptions>({
    keyGenerator: (_limit, _source, { key }) => String(key),
    pointsCalculator: (_limit, _source, { points }) => Number(points),
    onLimit: ({ msBeforeNext }, _limit, _source, { points }, _context, { fieldName }) => {
      const rule = ruleAt(fieldName);
      return errorOf(shown(rule.coordinate), rule, Number(points), wholeSeconds(msBeforeNext));
    },
    ...limitersOn(counters, name),
  });
  const fields = all.map(
    ({ limit, duration }, index) => `  _${index}: Boolean @rateLimit(limit: ${limit}, duration: ${duration})`,
  );
  const schema = rateLimitDirectiveTransformer(
    makeExecutableSchema({ typeDefs: [rateLimitDirectiveTypeDefs, `type ${LIMITS} {\n${fields.join('\n')}\n}`] }),
  );
  const parentType = schema.getType(LIMITS);
  return all.map((limit, index): Rule => {
    const fieldName = `_${index}`;
    const resolve = isObjectType(parentType) && parentType.getFields()[fieldName]?.resolve;
    if (!resolve) throw new Error(`@rateLimit on ${limit.coordinate} has no resolver`);
    const counter = counters.counter(name, limit.limit, limit.duration);
    return { ...limit, counter, resolve, info: { parentType, fieldName } as GraphQLResolveInfo };
  });
}

function check(coordinate: string, argument: 'limit' | 'duration', value: number, maximum: number): void {
  if (Number.isInteger(value) && value >= 1 && value <= maximum) return;
  throw new Error(`@rateLimit on ${coordinate}: ${argument} is ${value}: give a whole number from 1 to ${maximum}`);
}

/** The library creates a limiter for each pair of limit and duration; these use the gateway's counters. */
function limitersOn(
  counters: Counters,
  name: string,
): Pick<RateLimitOptions<null, IRateLimiterOptions>, 'limiterClass'> {
  class FieldLimiter extends RateLimiterCompatibleAbstract {
    readonly #counter: Counter;

    constructor({ points, duration }: IRateLimiterOptions) {
      super();
      this.#counter = counters.counter(name, points, duration);
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
    limiterClass: FieldLimiter as unknown as NonNullable<RateLimitOptions<null, IRateLimiterOptions>['limiterClass']>,
  };
}

/** A list that is longer than the limit is rejected in every window. */
function errorOf(
  coordinate: string | null,
  { limit, duration, message }: RateLimit,
  points: number,
  resetsIn: number,
): DeniedField {
  const retryAfter = points > limit ? duration : resetsIn;
  const times = limit === 1 ? 'once' : `${limit} times`;
  const counted = points === 1 ? '' : `, and the list counts ${points} times`;
  return {
    message:
      message ??
      `${coordinate ?? 'This'} may be selected ${times} in ${duration} s${counted}. Try again in ${retryAfter} s.`,
    extensions: errorExtensions('RATE_LIMIT_EXCEEDED', { limit, duration, retryAfter }),
  };
}
