// TLS files: certificates and keys in PEM, read again when they have changed, so that renewed ones are used for new
// connections without a restart.
import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import { ConfigError } from '../config/config-error.ts';
import type { Logger } from '../telemetry/log.ts';

/** Paths of PEM files, and the passphrase of the key. */
export interface TlsPaths {
  ca?: string | undefined;
  cert?: string | undefined;
  key?: string | undefined;
  passphrase?: string | undefined;
}

/** PEM texts. */
export type Credentials = TlsPaths;

export interface TlsFilesOptions {
  /** Base of relative paths. */
  folder: string;
  /** Path of the section in the configuration, for messages, such as `tls`. */
  option: string;
  /** Default: changes leave no log line. */
  log?: Pick<Logger, 'info' | 'warn'> | undefined;
  /** Called after each change, with whether it is used. Default: nothing. */
  onReload?: ((isUsed: boolean) => void) | undefined;
}

const names = ['ca', 'cert', 'key'] as const;

const blocks = /-----BEGIN (?:TRUSTED )?CERTIFICATE-----[\s\S]*?-----END (?:TRUSTED )?CERTIFICATE-----/g;

export class TlsFiles {
  readonly #paths: TlsPaths;
  readonly #options: TlsFilesOptions;
  /** State of the files when they were last read. */
  #seen: string;
  #credentials: Credentials;

  /** @throws ConfigError for a file that cannot be read, and for a certificate and key that do not match. */
  constructor(paths: TlsPaths, options: TlsFilesOptions) {
    this.#paths = paths;
    this.#options = options;
    this.#seen = this.#state();
    this.#credentials = this.#read();
  }

  /**
   * To be called for each new connection: the files' content, read again where the files have changed. Files that are
   * not valid leave the former content in use, with a log line. Another object means another content.
   */
  current(): Credentials {
    const state = this.#state();
    if (state === this.#seen) return this.#credentials;
    this.#seen = state;
    const { option, log, onReload } = this.#options;
    try {
      const read = this.#read();
      if (names.every((name) => read[name] === this.#credentials[name])) return this.#credentials;
      this.#credentials = read;
      onReload?.(true);
      log?.info({ option }, 'TLS files have changed: new connections use them');
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      onReload?.(false);
      log?.warn(
        { option, reason: error.message },
        'TLS files have changed and are not valid: the former ones are used',
      );
    }
    return this.#credentials;
  }

  /** Without reading them: a new file, a renamed one and a mounted link to another one differ in it. */
  #state(): string {
    let state = '';
    for (const name of names) {
      const path = this.#paths[name];
      if (path === undefined) continue;
      const stats = statSync(resolve(this.#options.folder, path), { throwIfNoEntry: false });
      state += stats ? `${stats.ino}:${stats.size}:${stats.mtimeMs} ` : 'none ';
    }
    return state;
  }

  #read(): Credentials {
    const { cert, key, passphrase } = this.#paths;
    const credentials: Credentials = { ...(passphrase !== undefined && { passphrase }) };
    for (const name of names) {
      const text = this.#file(name);
      if (text !== undefined) credentials[name] = text;
    }
    this.#checkAuthorities(credentials.ca);
    try {
      createSecureContext(credentials);
    } catch (error) {
      throw new ConfigError(
        `${this.#options.option}: ${cert} and ${key} are no certificate and its key in PEM ` +
          `(${error instanceof Error ? error.message : String(error)})`,
      );
    }
    return credentials;
  }

  /** Node ignores what is no certificate in it, and would trust no authority. */
  #checkAuthorities(ca: string | undefined): void {
    if (ca === undefined) return;
    const found = ca.match(blocks) ?? [];
    try {
      for (const block of found) new X509Certificate(block);
      if (found.length > 0) return;
    } catch {
      // Named below, like a file without any certificate.
    }
    throw new ConfigError(`${this.#options.option}.ca: ${this.#paths.ca} has no certificate of an authority in PEM`);
  }

  #file(name: 'ca' | 'cert' | 'key'): string | undefined {
    const written = this.#paths[name];
    if (written === undefined) return undefined;
    const path = resolve(this.#options.folder, written);
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      throw new ConfigError(`${this.#options.option}.${name}: ${path} cannot be read (${code})`);
    }
  }
}
