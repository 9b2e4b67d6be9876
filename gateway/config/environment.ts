// Environment variables of this process. Everything else gets them from here, or as arguments.
import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';

/** This process's environment with these variables in it. */
export function environmentWith(variables: Readonly<Record<string, string>>): Record<string, string | undefined> {
  return { ...process.env, ...variables };
}

/** Undefined for a variable that is not set. */
export function environmentVariable(name: string): string | undefined {
  return process.env[name];
}

/** Whether `NODE_ENV` is "production". Used only to forbid development features: it never enables anything. */
export function isProduction(): boolean {
  return process.env.NODE_ENV === 'production';
}

/** Variables of an environment file that are not set already; none where it cannot be read, which the configuration's loader reports. */
export function environmentOfFile(file: string): Record<string, string> {
  try {
    const variables = Object.entries(parseEnv(readFileSync(file, 'utf8')));
    return Object.fromEntries(variables.filter(([name]) => process.env[name] === undefined)) as Record<string, string>;
  } catch {
    return {};
  }
}
