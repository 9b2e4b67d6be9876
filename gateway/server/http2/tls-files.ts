// TLS files: the certificate and the key of the server, read again when they have changed, so that a renewed
// certificate is used without a restart.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { createSecureContext } from 'node:tls';
import { ConfigError } from '../../config/config-error.ts';
import type { TlsConfig } from '../../config/tls.ts';

/** PEM texts. */
export interface Credentials {
  cert: string;
  key: string;
  passphrase?: string | undefined;
}

/** Milliseconds between two looks at the files. */
const CHECK_INTERVAL_MS = 10_000;

export class TlsFiles {
  readonly #config: TlsConfig;
  readonly #folder: string;
  #credentials: Credentials;

  /**
   * @param folder base of relative paths.
   * @throws ConfigError for a file that cannot be read, and for a certificate and key that do not match.
   */
  constructor(config: TlsConfig, folder: string) {
    this.#config = config;
    this.#folder = folder;
    this.#credentials = this.#read();
  }

  get credentials(): Credentials {
    return this.#credentials;
  }

  /**
   * Watches the files.
   * @param changed called with new credentials that are valid.
   * @param failed called with the problem where the files have changed and are not valid; the former ones stay.
   * @param interval milliseconds.
   * @returns a function that ends it.
   */
  watch(
    changed: (credentials: Credentials) => void,
    failed: (problem: ConfigError) => void,
    interval = CHECK_INTERVAL_MS,
  ): () => void {
    let lastProblem = '';
    const timer = setInterval(() => {
      try {
        const read = this.#read();
        lastProblem = '';
        if (read.cert === this.#credentials.cert && read.key === this.#credentials.key) return;
        this.#credentials = read;
        changed(read);
      } catch (error) {
        if (!(error instanceof ConfigError)) throw error;
        // Between the writing of both files they do not match for a moment: once is no problem.
        if (lastProblem !== error.message) lastProblem = error.message;
        else failed(error);
      }
    }, interval);
    timer.unref();
    return () => clearInterval(timer);
  }

  #read(): Credentials {
    const { passphrase } = this.#config;
    const [cert, key] = [this.#file('cert'), this.#file('key')];
    const credentials = { cert, key, ...(passphrase !== undefined && { passphrase }) };
    try {
      createSecureContext(credentials);
    } catch (error) {
      throw new ConfigError(
        `tls: ${this.#config.cert} and ${this.#config.key} are no certificate and its key in PEM ` +
          `(${error instanceof Error ? error.message : String(error)})`,
      );
    }
    return credentials;
  }

  #file(name: 'cert' | 'key'): string {
    const path = resolve(this.#folder, this.#config[name]);
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      throw new ConfigError(`tls.${name}: ${path} cannot be read (${(error as NodeJS.ErrnoException).code})`);
    }
  }
}
