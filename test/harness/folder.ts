// A folder of its own for a test or a file of tests, gone when they are over.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { onTestFinished } from 'vitest';

/**
 * Makes the folder with these files (path to text); returns its absolute path.
 * @param later takes what removes the folder; the test's end, unless given. A hook has to give it.
 */
export function temporaryFolder(
  files: Record<string, string> = {},
  later: (remove: () => void) => void = onTestFinished,
): string {
  const folder = mkdtempSync(join(tmpdir(), 'concierge-test-'));
  later(() => rmSync(folder, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
  return folder;
}
