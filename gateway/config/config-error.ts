// Configuration error: every problem at once, one line each.
import { withoutMaskedValues } from './masked-values.ts';

/** One problem of a configuration. */
export interface ConfigProblem {
  /** File, environment variable or option of the command line that the value comes from. */
  source: string;
  /** In the file, from 1. */
  line?: number;
  column?: number;
  /** Path of the option, such as `subgraphs.users.url`; null where the whole file is concerned. */
  path: string | null;
  /** The problem and its remedy, with the path and the value. */
  message: string;
}

/** A configuration that cannot be used. The message lists every problem, one line each. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  /** The problems one by one, where they are known. */
  readonly problems: readonly ConfigProblem[];

  constructor(message: string, options: ErrorOptions & { problems?: readonly ConfigProblem[] } = {}) {
    super(withoutMaskedValues(message), options);
    this.problems = options.problems ?? [];
  }
}

/** A file that cannot be loaded, for one reason, at a place in it if that is known. */
export function unusableFile(
  file: string,
  reason: string,
  place: { line: number; column: number } | null = null,
  cause?: unknown,
): ConfigError {
  const where = place === null ? file : `${file}:${place.line}:${place.column}`;
  const message = withoutMaskedValues(reason);
  return new ConfigError(`${where} ${message}`, {
    cause,
    problems: [{ source: file, ...place, path: null, message }],
  });
}
