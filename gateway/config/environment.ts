// Environment variables of this process. Everything else gets them from here, or as arguments.

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
