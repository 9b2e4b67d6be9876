// A reporter that ends the whole run with one plain line: `N passed, N failed`, and `, N skipped` if any were. Before it,
// each test that passed in its second attempt only, by name.
import { writeSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

export class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    let unstable = '';
    for (const module of modules) {
      let failedTests = 0;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (test.diagnostic()?.flaky) unstable += `unstable: ${module.relativeModuleId} > ${test.fullName}\n`;
        if (state === 'failed') failedTests++;
        else if (state !== 'pending') counts[state]++;
      }
      // A file that cannot be loaded, or whose hooks fail, has failed without a failed test.
      counts.failed += failedTests === 0 && !module.ok() ? 1 : failedTests;
    }
    const skipped = counts.skipped > 0 ? `, ${counts.skipped} skipped` : '';
    const line = `${unstable}${counts.passed} passed, ${counts.failed} failed${skipped}\n`;
    // At the very end: other reporters print their summaries from this same event.
    process.once('exit', () => writeSync(1, line));
  }
}
