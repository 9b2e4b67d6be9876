#!/usr/bin/env node
// Entry point of the `concierge` command: rejects a Node that is too old before any code loads that needs a newer one.
const required = [22, 22] as const;
const { node: version } = process.versions;
const [major = 0, minor = 0] = version.split('.').map(Number);

if (major > required[0] || (major === required[0] && minor >= required[1])) {
  await import('./cli.ts');
} else {
  console.error(
    `Concierge needs Node ${required.join('.')} or later, and this is Node ${version}. Install it from https://nodejs.org.`,
  );
  process.exitCode = 1;
}

export {};
