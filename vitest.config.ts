import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { ClosingLine } from './test/harness/closing-line.ts';

// Several hundred processes load the same sources: Node compiles each once. Inherited by workers and by what tests start.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('node_modules/.cache/node-compile', import.meta.url));

/** Test files that measure the memory or the event loop of their process, or replace a module of Node. */
const alone = [
  'gateway/cache/memory-storage.test.ts',
  'gateway/telemetry/metrics/request-metrics.test.ts',
  'test/http/compression-failure.test.ts',
  'test/overload.test.ts',
  'test/security/slow-clients.test.ts',
];

/**
 * Test files in processes that run many of them, one after the other: the code is loaded and compiled once. What a file
 * changes of its process (variables, listeners, timers), it puts back.
 */
const sharing = (name: string, files: string) => ({
  extends: true as const,
  test: { name, include: [files], exclude: alone, isolate: false },
});

/** Those of `alone`, each in a process of its own. */
const single = (name: string, folder: string) => ({
  extends: true as const,
  test: { name, include: alone.filter((file) => file.startsWith(folder)) },
});

export default defineConfig({
  test: {
    projects: [
      // Beside the code, in this process alone: no Redis, no browser, no other process.
      sharing('unit', 'gateway/**/*.test.ts'),
      single('unit-alone', 'gateway/'),
      // Groups, because a process never frees what it has loaded.
      sharing('system', 'test/*.test.ts'),
      ...['a-e', 'f-r', 's-u', 'v-z'].map((first) => sharing(`system-${first}`, `test/[${first}]*/**/*.test.ts`)),
      single('system-alone', 'test/'),
    ],
    // Node runs the sources as they are, as it does outside of tests. Through Vite, a test would get the ES module copy of
    // `graphql` while the libraries get the CommonJS one, and a schema of one copy is refused by the other.
    experimental: { viteModuleRunner: false },
    pool: 'forks',
    // One fewer is the default; the tests wait for other processes much of the time.
    maxWorkers: availableParallelism() + 1,
    // A test that hangs ends in the end; a busy machine is no failure.
    testTimeout: 120_000,
    expect: { poll: { timeout: 60_000 } },
    hookTimeout: 120_000,
    // On a shared machine a test that fails has a second attempt; the end of the run says which needed it.
    retry: process.env.CI === undefined ? 0 : 1,
    reporters: ['default', new ClosingLine()],
  },
});
