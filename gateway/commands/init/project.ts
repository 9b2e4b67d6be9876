// Files of a new project: those of the package's templates, and its `package.json`.
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Texts by path, relative to the project's folder. */
export type ProjectFiles = ReadonlyMap<string, string>;

/** The package's folder: of the sources, and of what is built of them one folder deeper. */
const packageFolder = fileURLToPath(
  new URL(import.meta.url.endsWith('.ts') ? '../../../' : '../../../../', import.meta.url),
);

interface Manifest {
  name: string;
  version: string;
  engines: { node: string };
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
}

/** Names that begin with a dot; npm packs no `.gitignore`. */
const hidden = /^(?:gitignore|dockerignore|env\.example|github\/)/;

/** Files of a template, on top of those that all projects have. */
export function templateFiles(template: 'example' | 'services'): Map<string, string> {
  const files = new Map<string, string>();
  for (const name of ['shared', template]) {
    const folder = join(packageFolder, 'templates', name);
    for (const entry of globSync('**/*', { cwd: folder, withFileTypes: true }).filter((each) => each.isFile())) {
      const path = join(entry.parentPath, entry.name)
        .slice(folder.length + 1)
        .replaceAll('\\', '/');
      files.set(path.replace(hidden, '.$&'), readFileSync(join(folder, path), 'utf8'));
    }
  }
  return files;
}

/**
 * The project's `package.json`, with a dependency on the version of this package that runs.
 * @param folder absolute; the project has its name.
 * @param development packages of this one's own dependencies that the project's development needs as well.
 */
export function packageJson(folder: string, development: readonly string[]): string {
  const own = JSON.parse(readFileSync(join(packageFolder, 'package.json'), 'utf8')) as Manifest;
  const range = (name: string) => [name, own.dependencies[name] ?? own.devDependencies[name]];
  const dependencies = { [own.name]: `^${own.version}` };
  const devDependencies = Object.fromEntries([...development, '@types/node', 'typescript'].sort().map(range));
  const project = {
    name: projectName(folder, [own.name, ...Object.keys(devDependencies)]),
    private: true,
    type: 'module',
    engines: own.engines,
    scripts: {
      start: 'concierge dev',
      serve: 'concierge start',
      validate: 'concierge validate',
      compose: 'concierge compose',
      check: 'concierge check',
      documents: 'concierge documents',
      typecheck: 'tsc',
      test: 'node --test "test/*.test.ts"',
    },
    dependencies,
    devDependencies,
  };
  return `${JSON.stringify(project, null, 2)}\n`;
}

/** The folder's name as npm allows it. A package cannot depend on one of its own name. */
function projectName(folder: string, taken: readonly string[]): string {
  const name = basename(folder)
    .toLowerCase()
    .replace(/[^a-z0-9._-]+/g, '-')
    .replace(/^[._-]+|[._-]+$/g, '')
    .slice(0, 200);
  if (name === '') return 'gateway';
  return taken.includes(name) ? `${name}-project` : name;
}
