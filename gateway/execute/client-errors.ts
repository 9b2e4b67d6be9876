// Errors of subgraphs as clients may see them: a code, the subgraph that is the cause, nothing of what is inside.
import type { GraphQLError } from 'graphql';
import { markDeliberate } from '../compose/resolver-errors.ts';
import { isNestedBeyond } from '../json/json-values.ts';
import { NumberText } from '../json/number-text.ts';
import type { SubgraphError } from '../transport/subgraph-error.ts';
import { type Extensions, FieldError, type Key, toGraphQLError } from './field-error.ts';
import { MAX_NESTING } from './nesting.ts';

/** Which of a subgraph's own errors pass word for word; see the configuration's `subgraphErrors`. */
export type SubgraphErrorMode = 'coded' | 'all' | 'none';

/** What of one subgraph's errors reaches clients. */
export interface SubgraphErrorRules {
  mode: SubgraphErrorMode;
  /** Keys of `extensions` that pass besides the code. */
  extensions: readonly string[];
  /** Where an error has its code: the names on the way to it, from the error. */
  code: readonly string[];
}

/** Finds the rules of a subgraph. */
export type ErrorRules = (subgraph: string) => SubgraphErrorRules;

/** As the configuration has them, for one subgraph. */
export interface SubgraphErrorSettings {
  extensions: readonly string[];
  /** Names with dots between them. */
  code: string;
}

const standard: SubgraphErrorSettings = { extensions: [], code: 'extensions.code' };

/** @param settings where there are none, only the code passes, from where it usually stands. */
export function errorRules(mode: SubgraphErrorMode, settings: SubgraphErrorSettings = standard): SubgraphErrorRules {
  return { mode, extensions: settings.extensions, code: settings.code.split('.') };
}

/**
 * Codes of errors that no service means for clients: of its failures, as common servers call them, and of what it has
 * against the gateway's own request, whose names a client with a view must not see.
 */
const unmeant: ReadonlySet<unknown> = new Set([
  'INTERNAL_SERVER_ERROR',
  'INTERNAL_ERROR',
  'INTERNAL',
  'DataFetchingException',
  'GRAPHQL_PARSE_FAILED',
  'GRAPHQL_VALIDATION_FAILED',
  'InvalidSyntax',
]);

/** A subgraph that gave no usable response. */
export function failedSubgraph({ message, code, subgraph, retryAfter }: SubgraphError): FieldError {
  return new FieldError(message, { code, subgraph, ...(retryAfter !== null && { retryAfter }) });
}

/**
 * An error from a subgraph's own response. Its path is kept as it came, up to what is no key; of its extensions pass the code
 * and what `rules` name, since the rest (status codes, traces, queries) is between the services.
 */
export function reportedBySubgraph(raw: unknown, subgraph: string, rules: SubgraphErrorRules): FieldError {
  const { message, path, extensions } = (typeof raw === 'object' && raw !== null ? raw : {}) as Record<string, unknown>;
  const code = codeOf(raw, rules.code);
  const passes =
    typeof message === 'string' && (rules.mode === 'all' || (rules.mode === 'coded' && code !== undefined));
  if (!passes) {
    const hidden = `The subgraph "${subgraph}" reported an error.`;
    return new FieldError(hidden, { code: 'SUBGRAPH_ERROR', subgraph }, readPath(path));
  }
  const more = rules.extensions.length === 0 ? undefined : allowed(extensions, rules.extensions);
  return new FieldError(message, { ...more, code: code ?? 'SUBGRAPH_ERROR', subgraph }, readPath(path));
}

/** For fallback execution, which takes errors of graphql-js. */
export function asGraphQLError(error: FieldError): GraphQLError {
  return toGraphQLError(new FieldError(error.message, markDeliberate(error.extensions), error.path));
}

/** Undefined where there is none that is meant for clients. */
function codeOf(raw: unknown, path: readonly string[]): string | number | undefined {
  let value = raw;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Record<string, unknown>)[name];
  }
  if (value instanceof NumberText) return value.toPlain();
  const isCode = (typeof value === 'string' && value !== '') || typeof value === 'number';
  return isCode && !unmeant.has(value) ? (value as string | number) : undefined;
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
