// API keys of a file, which is read again when it changes. A file that cannot be used changes nothing: the last keys
// stay valid, and the log has the reason.
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { type ApiKeyConfig, apiKeysFile, keyProblems, MAX_API_KEYS } from '../../config/api-keys.ts';
import { check } from '../../config/checked.ts';
import { ConfigError } from '../../config/config-error.ts';
import { parseJsonFile } from '../../json/json-syntax.ts';
import { decodeUtf8 } from '../../json/utf8.ts';
import type { Logger } from '../../telemetry/log.ts';

export interface KeyFileContent {
  path: string;
  /** Keys of the configuration, beside which those of the file have to be valid. */
  others: readonly ApiKeyConfig[];
  /** Names of the configured rate plans. */
  plans: ReadonlySet<string>;
}

export interface ApiKeyFileOptions extends KeyFileContent {
  /** Milliseconds between two reads of the file. */
  interval: number;
  /** Called after each change, with whether it is used. Default: nothing. */
  onReload?: ((isUsed: boolean) => void) | undefined;
  log: Logger;
}

export class ApiKeyFile {
  readonly #options: ApiKeyFileOptions;
  readonly #onChange: (keys: readonly ApiKeyConfig[]) => void;
  readonly #timer: NodeJS.Timeout;
  /** As last read, valid or not. */
  #content: Buffer;
  /** Why the file cannot be read; null while it can. */
  #problem: string | null = null;
  #reading: Promise<void> | null = null;

  /**
   * @param onChange called with all keys, those of the configuration included: at once, and after each valid change.
   * @throws ConfigError where the file cannot be used at the start.
   */
  constructor(options: ApiKeyFileOptions, onChange: (keys: readonly ApiKeyConfig[]) => void) {
    this.#options = options;
    this.#onChange = onChange;
    const { content, keys } = readKeyFile(options);
    this.#content = content;
    onChange(keys);
    // By reading it: that also finds files that are replaced, and links that are moved, as mounted secrets are.
    this.#timer = setInterval(() => {
      this.#reading ??= this.#read().finally(() => {
        this.#reading = null;
      });
    }, options.interval).unref();
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#reading;
  }

  async #read(): Promise<void> {
    const { path, log, others } = this.#options;
    try {
      const content = await readFile(path);
      this.#problem = null;
      if (content.equals(this.#content)) return;
      this.#content = content;
      const keys = parseKeys(content, this.#options);
      this.#onChange(keys);
      this.#options.onReload?.(true);
      log.info({ file: path, keys: keys.length - others.length }, 'API keys read again');
    } catch (error) {
      const reason = error instanceof ConfigError ? error.message : String((error as NodeJS.ErrnoException).code);
      if (reason === this.#problem) return;
      this.#problem = reason;
      this.#options.onReload?.(false);
      log.error({ file: path, reason }, 'API keys not read: the last ones stay valid');
    }
  }
}

/**
 * Reads a file with API keys.
 * @returns its bytes, and all keys, those of the configuration first.
 * @throws ConfigError for a file that cannot be read or used.
 */
export function readKeyFile(options: KeyFileContent): { content: Buffer; keys: ApiKeyConfig[] } {
  const { path } = options;
  let content: Buffer;
  try {
    content = readFileSync(path);
  } catch (error) {
    throw new ConfigError(`${path}: the API keys cannot be read: ${(error as NodeJS.ErrnoException).code}`);
  }
  return { content, keys: parseKeys(content, options) };
}

/** @throws ConfigError with the place of each problem and never a value, which may be a key in plain text. */
function parseKeys(content: Buffer, { path, others, plans }: KeyFileContent): ApiKeyConfig[] {
  const text = decodeUtf8(content);
  // Two names would become one where their letters cannot be distinguished.
  if (text === null) throw new ConfigError(`${path}: this is no UTF-8`);
  const { value, error: invalidAt } = parseJsonFile(text);
  if (invalidAt) {
    throw new ConfigError(`${path}:${invalidAt.line}:${invalidAt.column}: this is no JSON: ${invalidAt.reason}`);
  }
  const { data, problems: invalid } = check(apiKeysFile, value, { source: path, showsValues: false });
  if (!data) throw new ConfigError(`${path}: ${invalid.map(({ message }) => message).join('; ')}`);
  const all = [...others, ...data.keys];
  const problems = keyProblems(all, plans).map(({ path: [, index, field], message }) => {
    const inFile = Number(index) - others.length;
    return `keys[${inFile}].${field}: ${message}`;
  });
  if (all.length > MAX_API_KEYS) {
    problems.push(`there are more than ${MAX_API_KEYS} keys, with those of the configuration`);
  }
  if (problems.length > 0) throw new ConfigError(`${path}: ${problems.join('; ')}`);
  return all;
}
