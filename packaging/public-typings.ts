// Typings of the package: those that its public modules reach. The others describe modules that cannot be imported.
import { globSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';

/** @param entries public typings, relative to `dist`. */
export function removeInnerTypings(dist: string, entries: readonly string[]): void {
  const reached = new Set<string>();
  const visit = (file: string): void => {
    if (reached.has(file)) return;
    reached.add(file);
    const text = readFileSync(join(dist, file), 'utf8');
    for (const [, target] of text.matchAll(/(?:from |import\()['"](\.[^'"]+)\.(?:js|ts)['"]/g)) {
      visit(join(dirname(file), `${target}.d.ts`));
    }
  };
  for (const entry of entries) visit(entry.split('/').join(sep));
  for (const file of globSync('**/*.d.ts', { cwd: dist })) {
    if (!reached.has(relative(dist, join(dist, file)))) rmSync(join(dist, file));
  }
}
