// The layers of docs/architecture.md, held against the code: a folder imports only from layers below it, and no file imports
// itself through others.
import { globSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const gateway = fileURLToPath(new URL('../gateway/', import.meta.url));

/** From the command line down to what every layer may use. */
const layers = [
  'commands',
  'supervisor',
  'server',
  'pipeline',
  'policy',
  'engine',
  'execute',
  'planner',
  'cache',
  'persisted-documents',
  'transforms',
  'client-views',
  'compose',
  'redis',
  'transport',
  'query-plan',
  'telemetry',
  'cluster',
  'config',
  'json-schema',
  'json',
];
/** Not in the lifecycle of requests: compares schemas and documents for `commands` and composition. */
const outsideLifecycle = 'check';
/** What `check` imports, and what imports `check`. */
const belowCheck = ['persisted-documents', 'transforms', 'client-views', 'compose', 'telemetry', 'config', 'json'];
/** At the top, and open to every layer; they import nothing else of the gateway. */
const openToAll = ['errors.ts', 'error-catalogue.ts', 'fragments.ts', 'maybe-promise.ts', 'did-you-mean.ts'];

interface Import {
  from: string;
  to: string;
}

const files = globSync('**/*.ts', { cwd: gateway })
  .filter((file) => !file.endsWith('.test.ts'))
  .map((file) => ({ file, text: readFileSync(resolve(gateway, file), 'utf8') }));

const imports: Import[] = files.flatMap(({ file, text }) =>
  [...text.matchAll(/(?:from |import\()'(\.[^']+)'/g)].map(([, target]) => ({
    from: file,
    to: relative(gateway, resolve(gateway, dirname(file), target as string)),
  })),
);

const folderOf = (file: string) => (file.includes('/') ? (file.split('/')[0] as string) : '');

function isAllowed({ from, to }: Import): boolean {
  const [source, target] = [folderOf(from), folderOf(to)];
  if (openToAll.includes(to)) return true;
  if (openToAll.includes(from)) return false;
  // The files at the top join the layers; only commands, which are uses of the whole, import them.
  if (source === '') return true;
  if (target === '') return source === 'commands';
  if (source === target) return true;
  if (target === outsideLifecycle) return source === 'commands';
  if (source === outsideLifecycle) return belowCheck.includes(target);
  return layers.indexOf(target) > layers.indexOf(source);
}

describe('the layers of the gateway', () => {
  it('have imports to check', () => {
    expect(imports.length).toBeGreaterThan(50);
  });

  it('import only from layers below them', () => {
    expect(imports.filter((one) => !isAllowed(one)).map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
  });

  it('are all the folders there are', () => {
    const folders = new Set(imports.map(({ from }) => folderOf(from)).filter((folder) => folder !== ''));
    expect([...folders].filter((folder) => !layers.includes(folder) && folder !== outsideLifecycle)).toEqual([]);
  });

  it('use the techniques of the hot path through one file, which documents them', () => {
    const folder = 'execute/hot-path/';
    const inside = imports.filter(({ from, to }) => to.startsWith(folder) && !from.startsWith(folder));
    expect([...new Set(inside.map(({ to }) => to))]).toEqual([`${folder}index.ts`]);
    const generating = files.filter(({ text }) => /new Function\(|node:vm/.test(text));
    expect(generating.map(({ file }) => file)).toEqual([`${folder}generated-code.ts`]);
  });

  it('read environment variables in config/ alone', () => {
    const readers = files.filter(({ text }) => /\bprocess\??\.?\[?['"]?env\b|from 'node:process'/.test(text));
    expect(readers.map(({ file }) => file).filter((file) => folderOf(file) !== 'config')).toEqual([]);
    expect(readers.map(({ file }) => file)).toContain('config/environment.ts');
  });

  it('have no cycles between files', () => {
    const below = Map.groupBy(imports, ({ from }) => from);
    const cycles: string[] = [];
    const done = new Set<string>();
    const visit = (file: string, path: string[]) => {
      if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(' -> '));
      if (path.includes(file) || done.has(file)) return;
      for (const { to } of below.get(file) ?? []) visit(to, [...path, file]);
      done.add(file);
    };
    for (const file of below.keys()) visit(file, []);
    expect(cycles).toEqual([]);
  });
});
