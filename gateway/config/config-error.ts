// Configuration errors: one line for each problem, with the path in the file, the value and what is allowed.
import type { z } from 'zod';
import { withoutMaskedValues } from './masked-values.ts';

/** A configuration that cannot be used. The message lists every problem, one line each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** One line for each problem: path, value, remedy. `source` is the file that the values come from. */
export function describeProblems(source: string, issues: readonly z.core.$ZodIssue[], config: unknown): string {
  const lines = issues.flatMap((issue) => describeIssue(issue, config));
  const heading = `${source}: ${lines.length === 1 ? '1 error' : `${lines.length} errors`}`;
  return withoutMaskedValues([heading, ...lines.map((line) => `  ${line}`)].join('\n'));
}

function describeIssue(issue: z.core.$ZodIssue, config: unknown): string[] {
  const path = issue.path.map(String);
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => `${[...path, key].join('.')} is not an option; remove it or correct its name`);
  }
  const where = path.length === 0 ? 'the configuration' : path.join('.');
  const value = path.reduce<unknown>(
    (parent, key) => (typeof parent === 'object' && parent !== null ? Reflect.get(parent, key) : undefined),
    config,
  );
  if (issue.code === 'invalid_key') return [`${where}: ${issue.issues[0]?.message ?? issue.message}`];
  if (value === undefined) return [`${where} is missing: ${issue.message}`];
  const isSecret = secret.has(path.at(-1) ?? '') || (path.at(-2) === 'headers' && path[0] === 'subgraphs');
  return [`${where} is ${isSecret ? '***' : show(value)}: ${issue.message}`];
}

/** Options whose values are never shown in logs or terminals, whether right or wrong. */
const secret = new Set(['secret', 'clientSecret', 'key', 'hash', 'token']);

/** A description of functions and class instances, whose content may include credentials; null for plain data. */
function kindOf(value: unknown): string | null {
  if (typeof value === 'function') return 'a function';
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype === null || prototype === Object.prototype) return null;
  return `an instance of ${value.constructor.name}`;
}

function show(value: unknown): string {
  const kind = kindOf(value);
  if (kind !== null) return kind;
  const shown = (name: string, part: unknown) =>
    secret.has(name) || (name === 'headers' && !Array.isArray(part)) ? '***' : (kindOf(part) ?? masked(part));
  const text = JSON.stringify(value, shown) ?? String(value);
  // Credentials are masked first: in text that is cut in the middle of them, their end can no longer be found.
  const safe = text.replace(/\/\/[^\s"]*@/g, '//***@');
  return safe.length > 80 ? `${safe.slice(0, 77)}...` : safe;
}

function masked(value: unknown): unknown {
  return typeof value === 'string' ? withoutMaskedValues(value) : value;
}
