import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { ClosingLine } from './test/harness/closing-line.ts';

// Several hundred processes load the same sources: Node compiles each once. Inherited by workers and by what tests start.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('node_modules/.cache/node-compile', import.meta.url));

/** Node's test processes take the settings below; a project is which files it runs. */
const project = (name: string, include: string[]) => ({ extends: true as const, test: { name, include } });

export default defineConfig({
  test: {
    projects: [
      // Beside the code, in this process alone: no Redis, no browser, no other process.
      project('unit', ['gateway/**/*.test.ts']),
      project('system', ['test/**/*.test.ts']),
    ],
    // Node runs the sources as they are, as it does outside of tests. Through Vite, a test would get the ES module copy of
    // `graphql` while the libraries get the CommonJS one, and a schema of one copy is refused by the other.
    experimental: { viteModuleRunner: false },
    pool: 'forks',
    // One fewer is the default; the tests wait for other processes much of the time.
    maxWorkers: availableParallelism() + 1,
    // A test that hangs ends in the end; a busy machine is no failure.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // On a shared machine a test that fails has a second attempt; the end of the run says which needed it.
    retry: process.env.CI === undefined ? 0 : 1,
    reporters: ['default', new ClosingLine()],
  },
});
