// The package as its users have it: packed, and installed in a folder outside of the repository with the packages that
// package-lock.json lists for its dependencies. They are copied from the repository, so that no registry is needed;
// `packaging/verify.ts` installs from one.
import { execFileSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { root } from '../harness/gateway.ts';

interface Locked {
  version?: string;
  dev?: boolean;
  optional?: boolean;
}

export interface InstalledPackage {
  /** With a `package.json` and `node_modules`. */
  folder: string;
  /** Of the package in `node_modules`. */
  packageFolder: string;
  tarball: string;
  /** Distinct packages, as `name@version`, with the bytes that each takes on a disk. */
  sizes: ReadonlyMap<string, number>;
}

/** @param folder empty. */
export function installPackage(folder: string): InstalledPackage {
  const packed = npm(['pack', root, '--ignore-scripts', '--json', '--pack-destination', folder], folder);
  const [{ filename }] = JSON.parse(packed) as [{ filename: string }];
  const tarball = join(folder, filename);
  const packageFolder = join(folder, 'node_modules', 'concierge-gateway');
  mkdirSync(packageFolder, { recursive: true });
  execFileSync('tar', ['-xzf', tarball, '-C', packageFolder, '--strip-components=1']);
  const sizes = new Map([[`concierge-gateway@${manifestOf(packageFolder).version}`, sizeOf(packageFolder)]]);
  const locked = JSON.parse(readFileSync(`${root}package-lock.json`, 'utf8')).packages as Record<string, Locked>;
  for (const [path, { version, dev, optional }] of Object.entries(locked)) {
    if (path === '' || dev || optional) continue;
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    cpSync(join(root, path), target, {
      recursive: true,
      filter: (file) => !file.slice(root.length + path.length).includes('node_modules'),
    });
    sizes.set(`${path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)}@${version}`, sizeOf(target));
  }
  const dependencies = { 'concierge-gateway': manifestOf(packageFolder).version };
  writeFileSync(
    join(folder, 'package.json'),
    JSON.stringify({ name: 'user', type: 'module', private: true, dependencies }),
  );
  return { folder, packageFolder, tarball, sizes };
}

export function npm(args: readonly string[], cwd: string): string {
  return execFileSync('npm', args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

function manifestOf(folder: string): { version: string } {
  return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
}

/** As `du` counts: whole blocks of 4 KiB. */
function sizeOf(folder: string): number {
  const files = globSync('**', { cwd: folder }).map((file) => statSync(join(folder, file)));
  return files.reduce((sum, { size }) => sum + Math.ceil(size / 4096) * 4096, 0);
}
