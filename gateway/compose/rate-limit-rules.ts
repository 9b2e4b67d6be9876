// Rate limits of a field (`@rateLimit`), read from the directives that its sources give it.
import {
  type ConstDirectiveNode,
  type GraphQLField,
  type GraphQLInputType,
  getNullableType,
  isInputObjectType,
  isLeafType,
  isListType,
} from 'graphql';
import { MAX_RATE_LIMIT, MAX_WINDOW_SECONDS } from '../config/rate-limits.ts';
import { directiveArguments } from './declared-directives.ts';

export interface RateLimit {
  limit: number;
  /** Seconds. */
  duration: number;
  /** Paths to arguments, such as `input.email`: each combination of their values is counted by itself. */
  identityArgs?: readonly (readonly string[])[];
  /** False where all callers are counted together; true by default. */
  perCaller?: boolean;
  /** Path to an argument whose list length is the number of times that a selection counts. */
  arrayLengthField?: readonly string[];
  /** Message of the error beyond the limit, in place of the gateway's. */
  message?: string;
}

/** In characters, and names in one path. */
const MAX_MESSAGE_LENGTH = 500;
const MAX_IDENTITY_ARGS = 10;

/** @returns the limits of the field; of those that count the same, the strictest one. */
export function rateLimitsOf(
  field: Pick<GraphQLField<unknown, unknown>, 'args'>,
  directives: readonly ConstDirectiveNode[],
  report: (problem: string) => void,
): readonly RateLimit[] {
  const limits = new Map<string, RateLimit>();
  for (const directive of directives) {
    if (directive.name.value !== 'rateLimit') continue;
    const limit = rateLimitOf(field, directive, report);
    const { identityArgs = [], perCaller = true, arrayLengthField = null } = limit;
    const counted = JSON.stringify([identityArgs, perCaller, arrayLengthField]);
    const other = limits.get(counted);
    if (!other || rateOf(limit) < rateOf(other)) limits.set(counted, limit);
  }
  return [...limits.values()];
}

function rateOf({ limit, duration }: RateLimit): number {
  return limit / duration;
}

function rateLimitOf(
  field: Pick<GraphQLField<unknown, unknown>, 'args'>,
  directive: ConstDirectiveNode,
  report: (problem: string) => void,
): RateLimit {
  const given = Object.fromEntries(
    Object.entries(directiveArguments(directive)).map(([name, value]) => [name, value ?? undefined]),
  );
  const { limit = 60, duration = 60, perCaller = true, message } = given;
  if (!isWhole(limit, MAX_RATE_LIMIT) || !isWhole(duration, MAX_WINDOW_SECONDS)) {
    report(
      `@rateLimit requires limit (1 to ${MAX_RATE_LIMIT}) and duration (1 to ${MAX_WINDOW_SECONDS} ` +
        'seconds) as whole numbers',
    );
  }
  if (typeof perCaller !== 'boolean') report('@rateLimit(perCaller:) requires true or false');
  const isMessage = message === undefined || (typeof message === 'string' && message.length <= MAX_MESSAGE_LENGTH);
  if (!isMessage) report(`@rateLimit(message:) requires text of at most ${MAX_MESSAGE_LENGTH} characters`);
  const names = given.identityArgs === undefined ? [] : [given.identityArgs].flat();
  if (names.length > MAX_IDENTITY_ARGS)
    report(`@rateLimit(identityArgs:) takes at most ${MAX_IDENTITY_ARGS} arguments`);
  const identityArgs = names.map((name) => pathOf(field, 'identityArgs', name, report).path);
  if (given.perCaller === false && names.length === 0) {
    report('@rateLimit(perCaller: false) requires identityArgs: all callers would be limited together');
  }
  const list =
    given.arrayLengthField === undefined ? null : pathOf(field, 'arrayLengthField', given.arrayLengthField, report);
  if (list?.type && !isListType(getNullableType(list.type))) {
    report(`@rateLimit(arrayLengthField: "${list.path.join('.')}") names ${list.type}, which is no list`);
  }
  return {
    limit: Number(limit),
    duration: Number(duration),
    ...(identityArgs.length > 0 && { identityArgs }),
    ...(perCaller === false && { perCaller }),
    ...(list && { arrayLengthField: list.path }),
    ...(message !== undefined && { message: String(message) }),
  };
}

/** A path such as `input.email` through the field's arguments and the fields of inputs. */
function pathOf(
  { args }: Pick<GraphQLField<unknown, unknown>, 'args'>,
  argument: string,
  text: unknown,
  report: (problem: string) => void,
): { path: string[]; type: GraphQLInputType | undefined } {
  const path = typeof text === 'string' ? text.split('.') : [];
  const [first, ...rest] = path;
  let type: GraphQLInputType | undefined = args.find(({ name }) => name === first)?.type;
  for (const name of rest) {
    const input: GraphQLInputType | undefined = type && getNullableType(type);
    // What is inside a custom scalar is not described.
    if (input && isLeafType(input)) return { path, type: undefined };
    type = isInputObjectType(input) ? input.getFields()[name]?.type : undefined;
  }
  if (!type) {
    report(
      `@rateLimit(${argument}: ${JSON.stringify(text)}) names no argument of the field; give its name, or a path to a ` +
        'field of an input such as "input.email"',
    );
  }
  return { path, type };
}

function isWhole(value: unknown, maximum: number): boolean {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 1 && value <= maximum;
}
