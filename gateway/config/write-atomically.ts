// Files that are replaced as a whole: readers see the old text or the new one, also while two processes write.
import { randomUUID } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

/**
 * Writes a file, with its folder where there is none.
 * @throws Error of the file system; the file is as it was then.
 */
export function writeAtomically(file: string, text: string | Uint8Array): void {
  mkdirSync(dirname(file), { recursive: true });
  const written = `${file}.${randomUUID().slice(0, 8)}.new`;
  try {
    writeFileSync(written, text);
    renameSync(written, file);
  } catch (error) {
    rmSync(written, { force: true });
    throw error;
  }
}
