// Builds the page of the console into `dist/console`: one script and one style sheet, without anything from elsewhere. As a
// program (`node packaging/console.ts`), it builds only what is out of date.
import { copyFileSync, existsSync, globSync, mkdirSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Rolldown } from 'vite';
import { printNotices } from './notices.ts';

/** Packages in the bundle. */
const bundled = ['preact', 'uplot'];

/** @param target folder of the files. */
export async function buildConsole(root: string, target: string): Promise<void> {
  // Loaded here: a page that is up to date needs no bundler.
  const { build } = await import('vite');
  const built = await build({
    ...{ root: join(root, 'console'), base: '/console/', configFile: false, publicDir: false, logLevel: 'warn' },
    oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
    build: {
      write: false,
      modulePreload: false,
      target: 'es2023',
      rolldownOptions: { output: { entryFileNames: 'app.js', assetFileNames: 'app[extname]' } },
    },
  });
  mkdirSync(target, { recursive: true });
  for (const { output } of [built].flat() as Rolldown.RolldownOutput[]) {
    for (const made of output) {
      // At once: a gateway that runs may read it.
      const file = join(target, made.fileName);
      writeFileSync(`${file}.${process.pid}`, made.type === 'chunk' ? made.code : made.source);
      renameSync(`${file}.${process.pid}`, file);
    }
  }
  copyFileSync(join(root, 'console', 'icon.svg'), join(target, 'icon.svg'));
  const folders = bundled.map((name) => join(root, 'node_modules', name));
  writeFileSync(join(target, 'NOTICES.md'), printNotices(folders, ''));
}

function isCurrent(root: string, target: string): boolean {
  const built = ['index.html', 'app.js', 'app.css', 'icon.svg'].map((file) => join(target, file));
  if (!built.every((file) => existsSync(file))) return false;
  const oldest = Math.min(...built.map((file) => statSync(file).mtimeMs));
  const sources = ['console/**', 'gateway/server/console/messages.ts', 'gateway/server/explain-pane/plan-layout.ts'];
  return globSync([...sources, 'packaging/console.ts', 'package-lock.json'], { cwd: root }).every(
    (file) => statSync(join(root, file)).mtimeMs <= oldest,
  );
}

/** Builds the page of this repository, unless it is up to date. */
export async function prepareConsole(): Promise<void> {
  const root = fileURLToPath(new URL('../', import.meta.url));
  const target = join(root, 'dist', 'console');
  if (!isCurrent(root, target)) await buildConsole(root, target);
}

if (import.meta.main) await prepareConsole();
