// Operations that can never be served: every request for one is rejected, whatever its variables and its caller.
import { type GraphQLError, Kind } from 'graphql';
import type { PreparedOperation } from '../engine/prepared-operation.ts';
import { ErrorCode, requestError } from '../errors.ts';
import type { OperationChecks } from './operation-checks.ts';
import { Rejection } from './rejection.ts';

export type Foresees = Pick<OperationChecks, 'foresee'>;

/** Variables of `@skip` and `@include` whose choices are all tried. */
const MAX_VARIABLES = 4;

/** Codes of errors for which a document is none of its view: a gateway does not start with one. */
const invalid: ReadonlySet<unknown> = new Set([
  undefined,
  ErrorCode.GRAPHQL_PARSE_FAILED,
  ErrorCode.GRAPHQL_VALIDATION_FAILED,
]);

/** Whether a document is not valid, or is, and exceeds a limit. */
export function isInvalid(errors: readonly GraphQLError[]): boolean {
  return errors.some(({ extensions }) => invalid.has(extensions.code));
}

/**
 * The reasons; none for an operation that some request may have served. Numbers in variables are taken for 0, by which lists
 * are as short as they can be.
 */
export function neverServed(operation: PreparedOperation, checks: Foresees): readonly GraphQLError[] {
  const coerced = operation.coerce({});
  const given = 'values' in coerced ? coerced.values : {};
  const values = { ...given, ...Object.fromEntries(numbersOf(operation).map((name) => [name, 0])) };
  const conditions = Object.entries(operation.conditions(values));
  // Of more, a choice that is served may be among those that are not tried.
  if (conditions.length > MAX_VARIABLES) return [];
  let reasons: readonly GraphQLError[] = [];
  // The first choice is that of the defaults, which is planned anyway.
  for (let choice = 0; choice < 2 ** conditions.length; choice += 1) {
    const chosen = conditions.map(([name, value], index) => [name, value !== isSet(choice, index)]);
    const variables = { ...values, ...Object.fromEntries(chosen) };
    reasons = rejectionErrors(operation, checks.foresee(operation, variables), variables);
    if (reasons.length === 0) return [];
  }
  return reasons;
}

function isSet(number: number, bit: number): boolean {
  return Math.floor(number / 2 ** bit) % 2 === 1;
}

/** The errors of every request with these variables; none where it depends on the caller. Plans the operation. */
export function rejectionErrors(
  operation: PreparedOperation,
  foreseen: ReturnType<OperationChecks['foresee']>,
  variables: Readonly<Record<string, unknown>>,
): readonly GraphQLError[] {
  if (foreseen instanceof Rejection) return foreseen.errors;
  const plan = operation.planFor(variables);
  if (!('unsupported' in plan)) return [];
  const error = plan.tooComplex ?? plan.rejection;
  return [error ?? requestError('OPERATION_NOT_PLANNABLE', { message: plan.unsupported })];
}

/** Variables of integers, such as the `first` of a list. */
function numbersOf({ operation: { variableDefinitions = [] } }: PreparedOperation): string[] {
  return variableDefinitions.flatMap(({ variable, type }) => {
    const named = type.kind === Kind.NON_NULL_TYPE ? type.type : type;
    return named.kind === Kind.NAMED_TYPE && named.name.value === 'Int' ? variable.name.value : [];
  });
}
