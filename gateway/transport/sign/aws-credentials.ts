// AWS credentials: keys of the configuration, or a shared credentials file, read again when it has changed.
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { ConfigError } from '../../config/config-error.ts';
import { maskValue } from '../../config/masked-values.ts';
import type { AwsCredentialsConfig } from '../../config/sign.ts';
import type { SignerOptions } from './signer.ts';

export interface AwsKeys {
  accessKeyId: string;
  secretAccessKey: string;
  /** Of temporary credentials. */
  sessionToken?: string | undefined;
}

export class AwsCredentials {
  readonly #config: AwsCredentialsConfig;
  readonly #options: Pick<SignerOptions, 'folder' | 'option' | 'log'>;
  /** State of the file when it was last read. */
  #seen = '';
  #keys: AwsKeys;

  /** @throws ConfigError for a file that has no such keys. */
  constructor(config: AwsCredentialsConfig, options: Pick<SignerOptions, 'folder' | 'option' | 'log'>) {
    this.#config = config;
    this.#options = options;
    if ('file' in config) this.#seen = this.#state(config.file);
    this.#keys = 'file' in config ? this.#read(config) : config;
  }

  /** To be called for each request. A changed file without keys leaves the former ones in use, with a log line. */
  current(): AwsKeys {
    const config = this.#config;
    if (!('file' in config)) return this.#keys;
    const state = this.#state(config.file);
    if (state === this.#seen) return this.#keys;
    this.#seen = state;
    const { option, log } = this.#options;
    try {
      this.#keys = this.#read(config);
      log?.info({ option }, 'AWS credentials have changed');
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      log?.warn({ option, reason: error.message }, 'changed AWS credentials are not valid: the former ones are used');
    }
    return this.#keys;
  }

  #state(file: string): string {
    const stats = statSync(this.#path(file), { throwIfNoEntry: false });
    return stats ? `${stats.ino}:${stats.size}:${stats.mtimeMs}` : '';
  }

  #path(file: string): string {
    return resolve(this.#options.folder, file);
  }

  #read({ file, profile }: { file: string; profile: string }): AwsKeys {
    const { option } = this.#options;
    const path = this.#path(file);
    let text: string;
    try {
      text = readFileSync(path, 'utf8');
    } catch (error) {
      throw new ConfigError(`${option}.file: ${path} cannot be read (${(error as NodeJS.ErrnoException).code})`);
    }
    const values = profileOf(text, profile);
    const accessKeyId = values.get('aws_access_key_id');
    const secretAccessKey = values.get('aws_secret_access_key');
    const sessionToken = values.get('aws_session_token');
    if (!accessKeyId || !secretAccessKey) {
      throw new ConfigError(
        `${option}.file: ${path} has no aws_access_key_id and aws_secret_access_key in the profile [${profile}]`,
      );
    }
    for (const secret of [secretAccessKey, sessionToken]) if (secret) maskValue(secret);
    return { accessKeyId, secretAccessKey, ...(sessionToken && { sessionToken }) };
  }
}

/** The values of a profile in a shared credentials file. */
function profileOf(text: string, profile: string): Map<string, string> {
  const values = new Map<string, string>();
  let isProfile = false;
  for (const line of text.split(/\r?\n/)) {
    const section = /^\s*\[\s*(.*?)\s*\]/.exec(line)?.[1];
    if (section !== undefined) isProfile = section === profile;
    const [, name, value] = /^\s*(\w+)\s*=\s*(.*?)\s*$/.exec(line) ?? [];
    if (isProfile && name !== undefined && value !== undefined) values.set(name, value);
  }
  return values;
}
