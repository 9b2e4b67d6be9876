// Secrets of a configuration: values of environment variables and files, read while the configuration is loaded.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ConfigError } from './config-error.ts';
import { environmentVariable } from './environment.ts';
import { maskValue } from './masked-values.ts';

let folder: string | null = null;
const readFiles = new Set<string>();

/**
 * The value of an environment variable, or of the file that the variable with `_FILE` after its name has the path of. It
 * is never shown in messages about the configuration.
 * @param fallback in place of a variable that is not set, or empty. Default: none.
 * @throws ConfigError for a variable that is not set, or empty, without a fallback; for both variables at once; for a
 *   file that cannot be read.
 *
 * @example
 * headers: { 'x-api-key': env('SHOP_KEY'), authorization: `Bearer ${env('SHOP_TOKEN')}` }
 */
export function env<Text extends string = string>(name: string, fallback?: Text): Text {
  const value = secretVariable(name, { [name]: environmentVariable(name), ...fileVariable(name) })?.value;
  // Of a type that the configuration requires, such as a duration: the value is checked with the configuration.
  if (value !== undefined) return remembered(value as Text);
  if (fallback !== undefined) return fallback;
  const state = environmentVariable(name) === undefined ? 'is not set' : 'is empty';
  throw new ConfigError(
    `the environment variable ${name} ${state}; set it, or ${name}_FILE to the path of a file with it, or read it from a ` +
      'file with --env-file (see docs/configuration.md)',
  );
}

function fileVariable(name: string): Record<string, string | undefined> {
  return { [`${name}_FILE`]: environmentVariable(`${name}_FILE`) };
}

/**
 * A secret of the environment: the value of `NAME`, or the text of the file that `NAME_FILE` has the path of, relative to
 * the working directory. Empty variables count as not set. Undefined for none.
 * @throws ConfigError for both variables at once, and for a file that cannot be read.
 */
export function secretVariable(
  name: string,
  environment: Readonly<Record<string, string | undefined>>,
): { value: string; origin: string } | undefined {
  const value = environment[name] || undefined;
  const path = environment[`${name}_FILE`] || undefined;
  if (value !== undefined && path !== undefined) {
    throw new ConfigError(`the environment variables ${name} and ${name}_FILE are both set: unset one of them`);
  }
  if (path !== undefined) return { value: textOf(resolve(path), `${name}_FILE: `), origin: `${name}_FILE=${path}` };
  return value === undefined ? undefined : { value, origin: name };
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
  return remembered(textOf(resolve(folder ?? '.', path)));
}

/** Absolute paths of the files that secrets were read from. */
export function secretFiles(): string[] {
  return [...readFiles];
}

/** @param option before the messages, which name the path. */
function textOf(path: string, option = ''): string {
  readFiles.add(path);
  let text: string;
  try {
    text = readFileSync(path, 'utf8').replace(/[\r\n]+$/, '');
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`;
    throw new ConfigError(`${option}the file ${path} ${reason}`, { cause });
  }
  if (text === '') throw new ConfigError(`${option}the file ${path} is empty`);
  return text;
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
