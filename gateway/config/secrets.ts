// Secrets of a configuration: values of environment variables and files, read while the configuration is loaded.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ConfigError } from './config-error.ts';
import { environmentVariable } from './environment.ts';
import { maskValue } from './masked-values.ts';

let folder: string | null = null;

/**
 * The value of an environment variable. It is never shown in messages about the configuration.
 * @param fallback in place of a variable that is not set, or empty. Default: none.
 * @throws ConfigError for a variable that is not set, or empty, without a fallback.
 *
 * @example
 * headers: { 'x-api-key': env('SHOP_KEY'), authorization: `Bearer ${env('SHOP_TOKEN')}` }
 */
export function env<Text extends string = string>(name: string, fallback?: Text): Text {
  const value = environmentVariable(name);
  // Of a type that the configuration requires, such as a duration: the value is checked with the configuration.
  if (value !== undefined && value !== '') return remembered(value as Text);
  if (fallback !== undefined) return fallback;
  const state = value === undefined ? 'is not set' : 'is empty';
  throw new ConfigError(
    `the environment variable ${name} ${state}; set it, or read it from a file with --env-file (see docs/configuration.md)`,
  );
}

/**
 * The text of a file, such as a mounted secret, without the line breaks at its end. It is never shown in messages about
 * the configuration.
 * @param path relative to the configuration file; without one, to the working directory.
 * @throws ConfigError for a file that does not exist, cannot be read, or is empty.
 *
 * @example
 * headers: { 'x-api-key': file('/run/secrets/shop-key') }
 */
export function file(path: string): string {
  const found = resolve(folder ?? '.', path);
  let text: string;
  try {
    text = readFileSync(found, 'utf8').replace(/[\r\n]+$/, '');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`;
    throw new ConfigError(`the file ${found} ${reason}`, { cause });
  }
  if (text === '') throw new ConfigError(`the file ${found} is empty`);
  return remembered(text);
}

/** Runs `load`, in which paths of `file` are relative to this folder. */
export async function withSecretFolder<Value>(base: string, load: () => Promise<Value>): Promise<Value> {
  const outer = folder;
  folder = base;
  try {
    return await load();
  } finally {
    folder = outer;
  }
}

function remembered<Text extends string>(value: Text): Text {
  maskValue(value);
  return value;
}
