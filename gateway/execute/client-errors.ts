// Subgraph errors as clients may see them: a code and the subgraph that is the cause, without internal details.
import type { GraphQLError } from 'graphql';
import { markDeliberate } from '../compose/resolver-errors.ts';
import { ErrorCode, errorExtensions } from '../errors.ts';
import { isNestedBeyond } from '../json/json-values.ts';
import { NumberText } from '../json/number-text.ts';
import type { SubgraphError } from '../transport/subgraph-error.ts';
import { type Extensions, FieldError, type Key, toGraphQLError } from './field-error.ts';
import { MAX_NESTING } from './nesting.ts';

/** Which of a subgraph's own errors pass word for word; see the configuration's `subgraphErrors`. */
export type SubgraphErrorMode = 'coded' | 'all' | 'none';

/** The parts of one subgraph's errors that reach clients. */
export interface SubgraphErrorRules {
  mode: SubgraphErrorMode;
  /** Keys of `extensions` that pass besides the code. */
  extensions: readonly string[];
  /** The path of the code in an error: property names, from the error on. */
  code: readonly string[];
}

/** Returns the rules of a subgraph. */
export type ErrorRules = (subgraph: string) => SubgraphErrorRules;

/** The rules of one subgraph as the configuration has them. */
export interface SubgraphErrorSettings {
  extensions: readonly string[];
  /** Names with dots between them. */
  code: string;
}

const standard: SubgraphErrorSettings = { extensions: [], code: 'extensions.code' };

/** @param settings by default only the code passes, from `extensions.code`. */
export function errorRules(mode: SubgraphErrorMode, settings: SubgraphErrorSettings = standard): SubgraphErrorRules {
  return { mode, extensions: settings.extensions, code: settings.code.split('.') };
}

/**
 * Codes that are not meant for clients: those of internal failures, as common servers name them, and those of
 * problems with the gateway's own request, whose names a client with a view must not see.
 */
const internalCodes: ReadonlySet<unknown> = new Set([
  ErrorCode.INTERNAL_SERVER_ERROR,
  'INTERNAL_ERROR',
  'INTERNAL',
  'DataFetchingException',
  ErrorCode.GRAPHQL_PARSE_FAILED,
  ErrorCode.GRAPHQL_VALIDATION_FAILED,
  'InvalidSyntax',
]);

/** The error of a subgraph that returned no usable response. */
export function failedSubgraph({ message, code, subgraph, retryAfter, details }: SubgraphError): FieldError {
  const extensions = { subgraph, ...(retryAfter !== null && { retryAfter }), ...details };
  return new FieldError(message, errorExtensions(code, extensions));
}

/**
 * An error from a subgraph's own response. Its path stays as it came, up to the first part that is not a key; of its
 * extensions the code and those that `rules` name pass, since the rest (status codes, traces, queries) is internal to
 * the services.
 */
export function reportedBySubgraph(raw: unknown, subgraph: string, rules: SubgraphErrorRules): FieldError {
  const { message, path, extensions } = (typeof raw === 'object' && raw !== null ? raw : {}) as Record<string, unknown>;
  const code = codeOf(raw, rules.code);
  const passes =
    typeof message === 'string' && (rules.mode === 'all' || (rules.mode === 'coded' && code !== undefined));
  if (!passes) {
    const hidden = `The subgraph "${subgraph}" reported an error.`;
    return new FieldError(hidden, errorExtensions('SUBGRAPH_ERROR', { subgraph }), readPath(path));
  }
  const more = rules.extensions.length === 0 ? undefined : allowed(extensions, rules.extensions);
  return new FieldError(message, { ...more, code: code ?? ErrorCode.SUBGRAPH_ERROR, subgraph }, readPath(path));
}

/** As an error of graphql-js, whose code is meant for clients. */
export function asGraphQLError(error: FieldError): GraphQLError {
  return toGraphQLError(new FieldError(error.message, markDeliberate(error.extensions), error.path));
}

/** Undefined where there is no code that is meant for clients. */
function codeOf(raw: unknown, path: readonly string[]): string | number | undefined {
  let value = raw;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  if (value instanceof NumberText) return value.toPlain();
  const isCode = (typeof value === 'string' && value !== '') || typeof value === 'number';
  return isCode && !internalCodes.has(value) ? (value as string | number) : undefined;
}

function allowed(extensions: unknown, keys: readonly string[]): Extensions | undefined {
  if (typeof extensions !== 'object' || extensions === null) return undefined;
  const passed: Record<string, unknown> = {};
  for (const key of keys) {
    if (!Object.hasOwn(extensions, key)) continue;
    const value = (extensions as Record<string, unknown>)[key];
    if (!isNestedBeyond(value, MAX_NESTING)) passed[key] = value;
  }
  return passed;
}

/** A path as far as it is made of keys and indices (specification, section 7.1.2). */
function readPath(path: unknown): Key[] | undefined {
  if (!Array.isArray(path)) return undefined;
  const end = path.findIndex((key) => typeof key !== 'string' && typeof key !== 'number');
  return end === -1 ? path : path.slice(0, end);
}
