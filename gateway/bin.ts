#!/usr/bin/env node
// Entry point of the `concierge` command: rejects a Node that is too old before any code loads that needs a newer one.
const required = 24;
const { node: version } = process.versions;

if (Number.parseInt(version, 10) >= required) {
  await import('./cli.ts');
} else {
  console.error(
    `Concierge needs Node ${required} or later, and this is Node ${version}. Install it from https://nodejs.org.`,
  );
  process.exitCode = 1;
}

export {};
