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
  /** The path, key by key. */
  keys?: readonly PropertyKey[];
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

  /** One error of several. */
  static join(errors: readonly ConfigError[]): ConfigError {
    const [first] = errors;
    if (first && errors.length === 1) return first;
    return new ConfigError(errors.map(({ message }) => message).join('\n'), {
      problems: errors.flatMap(({ problems }) => problems),
    });
  }
}

/**
 * A file that cannot be loaded, for one reason, at a place in it if that is known.
 * @param reason a predicate: `cannot be loaded: …`.
 */
export function unusableFile(
  file: string,
  reason: string,
  place: { line: number; column: number } | null = null,
  cause?: unknown,
): ConfigError {
  const where = place === null ? file : `${file}:${place.line}:${place.column}`;
  return inFile(file, `${where} ${reason}`, reason, place, cause);
}

/** One problem of a file: a sentence of its own. */
export function fileProblem(file: string, message: string, cause?: unknown): ConfigError {
  return inFile(file, `${file}: ${message}`, message, null, cause);
}

function inFile(
  source: string,
  text: string,
  message: string,
  place: { line: number; column: number } | null,
  cause: unknown,
): ConfigError {
  const position = place === null ? {} : { line: place.line, column: place.column };
  return new ConfigError(text, {
    cause,
    problems: [{ source, ...position, path: null, message: withoutMaskedValues(message) }],
  });
}
