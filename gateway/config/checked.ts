// Checks of a section: the value with its defaults, or one line for each problem with its path, the value that is there,
// and what to write.
import type { z } from 'zod';
import { didYouMean, listed } from '../did-you-mean.ts';
import { ConfigError, type ConfigProblem } from './config-error.ts';
import { remedyOf } from './issue-sentences.ts';
import { withoutMaskedValues } from './masked-values.ts';
import { optionsAt, pathsOf } from './option-paths.ts';
import { showValue } from './shown-values.ts';

/** Options that the environment or the command line has set, by path: `PORT=4000`, `--port 4000`. */
export type Origins = ReadonlyMap<string, string>;

/** At most so many options are listed for one that does not exist. */
const MAX_LISTED = 8;

/** How problems of a value are described. */
export interface CheckOptions {
  /** File that the value comes from. */
  source: string;
  /** Of values that come from elsewhere: problems of those name the variable or the option. */
  origins?: Origins;
  /** Whether messages show values. Default: true, with secrets masked. */
  showsValues?: boolean;
}

/**
 * The value with its defaults.
 * @throws ConfigError with all problems, one line each.
 */
export function checked<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  source: string,
  origins: Origins = new Map(),
): z.output<Schema> {
  const { data, problems } = check(schema, value, { source, origins });
  if (problems.length > 0) throw new ConfigError(messageOf(problems, source), { problems });
  return data as z.output<Schema>;
}

/** The value with its defaults, or what is wrong with it. */
export function check<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  options: CheckOptions,
): { data?: z.output<Schema>; problems: ConfigProblem[] } {
  const { data, error } = schema.safeParse(value, { error: remedyOf });
  if (!error) return { data, problems: [] };
  const issues = error.issues.flatMap((issue) => withinUnion(issue));
  return { problems: issues.flatMap((issue) => problemsOf(issue, schema, value, options)) };
}

function messageOf(problems: readonly ConfigProblem[], source: string): string {
  const own = problems.filter((problem) => problem.source === source);
  const others = problems.filter((problem) => problem.source !== source).map(({ message }) => message);
  if (own.length === 0) return others.join('\n');
  const heading = `${source}: ${own.length === 1 ? '1 error' : `${own.length} errors`}`;
  return [heading, ...own.map(({ message }) => `  ${message}`), ...others].join('\n');
}

/** Issues within the alternative of a union that the value is meant for, where its kind shows that; else the issue. */
function withinUnion(issue: z.core.$ZodIssue): z.core.$ZodIssue[] {
  if (issue.code !== 'invalid_union') return [issue];
  const meant = issue.errors.filter((issues) => issues.length > 0 && !issues.some(isOfAnotherKind));
  const [best] = meant.toSorted((one, other) => one.length - other.length);
  if (!best) return [issue];
  return best
    .map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }))
    .flatMap((inner) => withinUnion(inner));
}

/** Whether the value as a whole is none of this alternative. */
function isOfAnotherKind({ code, path }: z.core.$ZodIssue): boolean {
  return path.length === 0 && code !== 'unrecognized_keys' && code !== 'custom';
}

function problemsOf(
  issue: z.core.$ZodIssue,
  schema: z.ZodType,
  config: unknown,
  { source, origins, showsValues = true }: CheckOptions,
): ConfigProblem[] {
  const { path } = issue;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const option = showPath([...path, key]);
      const message = `${option} is not an option${correction(key, path, schema)}`;
      return { source, path: option, keys: [...path, key], message };
    });
  }
  const where = path.length === 0 ? 'the configuration' : showPath(path);
  const option = path.length === 0 ? null : where;
  const remedy = withoutMaskedValues(issue.message);
  const origin = origins?.get(where);
  if (origin !== undefined) return [{ source: origin, path: option, keys: path, message: `${origin}: ${remedy}` }];
  if (issue.code === 'invalid_key') {
    return [{ source, path: option, keys: path, message: `${where}: ${issue.issues[0]?.message ?? remedy}` }];
  }
  const value = path.reduce<unknown>(
    (parent, key) => (typeof parent === 'object' && parent !== null ? Reflect.get(parent, key) : undefined),
    config,
  );
  if (!showsValues && option === null) return [{ source, path: null, keys: path, message: remedy }];
  const shown = showsValues ? ` is ${showValue(value, path)}` : '';
  const state = value === undefined ? ' is missing' : shown;
  return [{ source, path: option, keys: path, message: `${where}${state}: ${remedy}` }];
}

/** Names that other gateways have for options. */
const namesElsewhere: Readonly<Record<string, string>> = {
  services: 'subgraphs',
  sources: 'subgraphs',
  endpoint: 'url',
  uri: 'url',
  address: 'url',
  routingUrl: 'url',
  sdl: 'schema',
  typeDefs: 'schema',
  auth: 'authentication',
  rateLimit: 'rateLimits',
  logging: 'log',
  persistedQueries: 'documents',
};

/** What to write in place of an option that does not exist. */
function correction(key: string, path: readonly PropertyKey[], schema: z.ZodType): string {
  const names = optionsAt(schema, path);
  const usual = Object.hasOwn(namesElsewhere, key) ? (namesElsewhere[key] as string) : '';
  if (names.includes(usual)) return `; did you mean ${showPath([...path, usual])}?`;
  const elsewhere = pathsOf(schema, key);
  if (elsewhere.length > 0 && elsewhere.length <= 2) return `; did you mean ${listed(elsewhere, 'or')}?`;
  const near = didYouMean(key, names, (name) => showPath([...path, name]));
  if (near !== '') return near;
  if (names.length === 0 || names.length > MAX_LISTED) return '; remove it or correct its name';
  return `; remove it: ${names.length === 1 ? 'the one option' : 'the options'} here ${names.length === 1 ? 'is' : 'are'} ${listed(names, 'and')}`;
}

/** `subgraphs.users.url[1]`, `authorization.policies["is owner"]`. */
export function showPath(path: readonly PropertyKey[]): string {
  return path
    .map((key, index) => {
      if (typeof key === 'number') return `[${key}]`;
      const name = String(key);
      if (!/^[\w$-]+$/.test(name)) return `[${JSON.stringify(name)}]`;
      return index === 0 ? name : `.${name}`;
    })
    .join('');
}
