// Makes the next version of the changesets: its section in the changelog, and its number in `package.json` and the lock
// file. `npm run changeset:version`, or `node packaging/version.ts [folder]`.
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { releaseUnreleased } from './changelog.ts';
import { readManifest } from './manifest.ts';

const root = fileURLToPath(new URL('../', import.meta.url));
const folder = resolve(process.argv[2] ?? root);
const changesets = globSync('*.md', { cwd: join(folder, '.changeset') }).filter((name) => name !== 'README.md');
if (changesets.length === 0) throw new Error('There are no changesets: npm run changeset writes one.');
execFileSync(process.execPath, [`${root}node_modules/@changesets/cli/bin.js`, 'version'], {
  cwd: folder,
  stdio: 'inherit',
});
const { version } = readManifest(folder);
rewrite('CHANGELOG.md', (changelog) => releaseUnreleased(changelog, version));
rewrite('package-lock.json', (text) => {
  const lock = JSON.parse(text) as { version: string; packages: { '': { version: string } } };
  lock.version = version;
  lock.packages[''].version = version;
  return `${JSON.stringify(lock, null, 2)}\n`;
});

function rewrite(name: string, change: (text: string) => string): void {
  const file = join(folder, name);
  if (existsSync(file)) writeFileSync(file, change(readFileSync(file, 'utf8')));
}
