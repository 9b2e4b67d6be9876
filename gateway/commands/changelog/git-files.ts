// Files at a git revision, as they were committed.
import { execFileSync } from 'node:child_process';
import { dirname, relative } from 'node:path';
import { wrongUsage } from '../wrong-usage.ts';

export interface Revision {
  /** As it was given. */
  name: string;
  /** Of its commit, abbreviated. */
  commit: string;
  /** The text of a file; null where the revision does not have it. @param file an absolute path. */
  read(file: string): string | null;
  /** Names of the files in a folder; none where the revision does not have it. @param folder an absolute path. */
  list(folder: string): string[];
}

/** Bytes of a file or a listing. */
const MAX_OUTPUT = 256 * 1024 ** 2;

/**
 * @param folder a folder of the repository.
 * @throws CommanderError for what is no revision.
 */
export function openRevision(name: string, folder: string): Revision {
  const git = (...args: string[]): string | null => {
    try {
      return execFileSync('git', args, {
        cwd: folder,
        encoding: 'utf8',
        maxBuffer: MAX_OUTPUT,
        stdio: ['ignore', 'pipe', 'ignore'],
      });
    } catch (error) {
      // Any other error has git's exit code: it does not have what was requested.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return null;
      throw wrongUsage('git is not installed: name a file in place of a revision.');
    }
  };
  const commit = git('rev-parse', '--verify', '--quiet', '--short', '--end-of-options', `${name}^{commit}`);
  if (commit === null)
    throw wrongUsage(
      `"${name}" is neither a file nor a git revision of ${relative(process.cwd(), folder) || 'this folder'}.`,
    );
  const hash = commit.trim();
  const shown = (path: string) => `./${relative(folder, path)}`;
  return {
    name,
    commit: hash,
    read: (file) => git('show', `${hash}:${shown(file)}`),
    list: (path) => {
      const listed = git('ls-tree', '--name-only', '-z', hash, `${shown(path)}/`) ?? '';
      const names = listed.split('\0').filter((one) => one !== '');
      return names.map((one) => one.slice(dirname(one) === '.' ? 0 : dirname(one).length + 1));
    },
  };
}
