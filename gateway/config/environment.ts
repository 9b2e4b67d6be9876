// Environment of child processes.

/** This process's environment with these variables in it. */
export function environmentWith(variables: Readonly<Record<string, string>>): Record<string, string | undefined> {
  return { ...process.env, ...variables };
}
