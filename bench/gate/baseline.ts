// Baseline of the performance gate: an earlier state of the product, packed from a commit of this repository as it
// would be published, in a folder `bench/.baseline/COMMIT-…` that later runs use again.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { repository } from '../run/gateways.ts';

/** The baseline while no release has been tagged. */
const beforeReleases = '767fb9b';

export type Baseline = {
  /** A release's tag, or the commit. */
  name: string;
  /** The file of the command line interface. */
  cli: string;
  /** The file that the package runs as `concierge`. */
  program: string;
  /** Whether `concierge start` runs a supervisor. */
  hasSupervisor: boolean;
};

/** There is no baseline to compare with: the message has the reason, and what to do. */
export class BaselineError extends Error {}

/**
 * Packs a commit, or finds it packed. The default is the last release in HEAD's history, else the commit that
 * development towards the first release started from.
 * @param limit milliseconds that the packing may take.
 * @throws BaselineError when the commit is not in this clone, or cannot be built, or not in that time
 */
export function prepareBaseline(
  given: string | undefined,
  progress: (words: string) => void,
  limit = Number.POSITIVE_INFINITY,
): Baseline {
  const name = given ?? lastRelease() ?? beforeReleases;
  const commit = commitOf(name);
  const ownLock = readFileSync(join(repository, 'package-lock.json'), 'utf8').trim();
  // Equal dependencies are shared with the working tree, others are installed as that commit locked them.
  const sharesPackages = git('show', `${commit}:package-lock.json`) === ownLock;
  const folder = join(repository, 'bench', '.baseline', `${commit}-${sharesPackages ? 'shared' : 'own'}`);
  if (!existsSync(folder)) {
    progress(`Packing the baseline ${name} …`);
    pack(commit, sharesPackages, folder, performance.now() + limit);
  }
  const product = join(folder, 'package', 'dist', 'gateway');
  const [cli, program] = [join(product, 'cli.js'), join(product, 'bin.js')];
  return {
    name,
    cli,
    program: existsSync(program) ? program : cli,
    hasSupervisor: existsSync(join(product, 'supervisor')),
  };
}

function lastRelease(): string | undefined {
  try {
    return git('describe', '--tags', '--abbrev=0', '--match', 'v[0-9]*');
  } catch {
    // No tag is in HEAD's history: nothing has been released yet.
    return undefined;
  }
}

function commitOf(name: string): string {
  try {
    return git('rev-parse', '--verify', '--quiet', '--end-of-options', `${name}^{commit}`);
  } catch (error) {
    if (!isRepository()) throw new BaselineError('The baseline is packed from git history, and this folder has none.');
    const shallow = git('rev-parse', '--is-shallow-repository') === 'true';
    const remedy = shallow ? 'The clone is shallow: run `git fetch --unshallow --tags`' : 'Fetch it';
    throw new BaselineError(`The baseline ${name} is not in this clone. ${remedy}, or name another with --baseline.`, {
      cause: error,
    });
  }
}

function isRepository(): boolean {
  try {
    return git('rev-parse', '--is-inside-work-tree') === 'true';
  } catch {
    return false;
  }
}

function pack(commit: string, sharesPackages: boolean, target: string, deadline: number): void {
  const run = (command: string, args: readonly string[], cwd: string) => runBefore(deadline, command, args, cwd);
  // On the same file system as the target: the rename at the end makes it appear complete or not at all.
  const work = `${target}.${process.pid}`;
  try {
    const source = join(work, 'source');
    mkdirSync(source, { recursive: true });
    git('archive', '--format=tar', `--output=${join(work, 'source.tar')}`, commit);
    run('tar', ['-xf', '../source.tar'], source);
    const packages = join(source, 'node_modules');
    if (sharesPackages) symlinkSync(join(repository, 'node_modules'), packages);
    else run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund'], source);
    run('npm', ['run', 'build'], source);
    run('npm', ['pack', '--ignore-scripts', '--pack-destination', work], source);
    const { name, version } = JSON.parse(readFileSync(join(source, 'package.json'), 'utf8'));
    run('tar', ['-xzf', `${name}-${version}.tgz`], work);
    renameSync(packages, join(work, 'node_modules'));
    rmSync(source, { recursive: true });
    renameSync(work, target);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function git(...args: readonly string[]): string {
  return execFileSync('git', args, {
    cwd: repository,
    encoding: 'utf8',
    maxBuffer: 64 * 1024 ** 2,
    stdio: ['ignore', 'pipe', 'pipe'],
  }).trim();
}

function runBefore(deadline: number, command: string, args: readonly string[], cwd: string): void {
  // Settings of the npm that runs this script, such as its --prefix, are not those of the baseline.
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
  const left = Math.max(1, Math.floor(deadline - performance.now()));
  const limit = Number.isFinite(left) ? { timeout: left } : {};
  try {
    execFileSync(command, args, { cwd, env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], ...limit });
  } catch (error) {
    const { stdout = '', stderr = '', code } = error as { stdout?: string; stderr?: string; code?: unknown };
    const printed = `${stdout}\n${stderr}`.trim().split('\n').slice(-15).join('\n');
    const what = code === 'ETIMEDOUT' ? 'has taken too long' : 'failed';
    throw new BaselineError(`\`${[command, ...args].join(' ')}\` ${what} for the baseline:\n${printed}`, {
      cause: error,
    });
  }
}
