#!/usr/bin/env node
// Entry point of the `concierge` command: rejects a Node that is too old before any code loads that needs a newer one.
import module from 'node:module';
import { fileURLToPath } from 'node:url';

const required = [22, 22] as const;
const { node: version } = process.versions;
const [major = 0, minor = 0] = version.split('.').map(Number);

if (major > required[0] || (major === required[0] && minor >= required[1])) {
  // Code that is compiled once is loaded at later starts. Beside the code: the system's folder for temporary files, Node's
  // default, is one that others may write to. Without effect in a folder that cannot be written.
  if (!module.getCompileCacheDir())
    module.enableCompileCache(fileURLToPath(new URL('../.compile-cache', import.meta.url)));
  await import('./cli.ts');
} else {
  console.error(
    `Concierge needs Node ${required.join('.')} or later, and this is Node ${version}. Install it from https://nodejs.org.`,
  );
  process.exitCode = 1;
}
