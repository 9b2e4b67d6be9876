// A store that Keyv takes, in one file: what it is given is in the file when its promise resolves.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';

export class FileStore {
  readonly #file: string;
  /** Called before each operation, with its name. What it throws, or rejects with, the operation fails with. */
  before: (operation: 'get' | 'set' | 'delete') => unknown = () => {};

  constructor(file: string) {
    this.#file = file;
  }

  async get(key: string): Promise<unknown> {
    await this.before('get');
    return this.#load()[key];
  }

  async set(key: string, value: unknown): Promise<boolean> {
    await this.before('set');
    this.#save({ ...this.#load(), [key]: value });
    return true;
  }

  async delete(key: string): Promise<boolean> {
    await this.before('delete');
    const { [key]: found, ...rest } = this.#load();
    this.#save(rest);
    return found !== undefined;
  }

  async clear(): Promise<void> {
    this.#save({});
  }

  /** Each row by its key, as text. */
  rows(): Record<string, string> {
    return this.#load() as Record<string, string>;
  }

  /** Puts the rows as they are in place of all others. */
  replace(rows: Record<string, string>): void {
    this.#save(rows);
  }

  #load(): Record<string, unknown> {
    return existsSync(this.#file) ? JSON.parse(readFileSync(this.#file, 'utf8')) : {};
  }

  #save(rows: Record<string, unknown>): void {
    writeFileSync(this.#file, JSON.stringify(rows));
  }
}
