// The plan of the house, held against the code: a folder imports only from those below it on the way of a request.
import { globSync, readFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const gateway = fileURLToPath(new URL('../gateway/', import.meta.url));

/** Stations on the way of a request, from the front door down. */
const layers = ['commands', 'server', 'policy', 'plan', 'execute', 'cache', 'transport', 'telemetry'];
/** Beside the way: anybody may import them, they import only those that come after them here. */
const forNested = ['check', 'transforms', 'clients', 'compose', 'config', 'telemetry', 'json'];

interface Import {
  from: string;
  to: string;
}

const imports: Import[] = globSync('**/*.ts', { cwd: gateway })
  .filter((file) => !file.endsWith('.test.ts'))
  .flatMap((file) =>
    [...readFileSync(resolve(gateway, file), 'utf8').matchAll(/from '(\.[^']+)'/g)].map(([, target]) => ({
      from: file,
      to: relative(gateway, resolve(gateway, dirname(file), target as string)),
    })),
  );

const folderOf = (file: string) => (file.includes('/') ? (file.split('/')[0] as string) : '');

function isAllowed({ from, to }: Import): boolean {
  const [source, target] = [folderOf(from), folderOf(to)];
  // The files at the top put the house together; only commands, which are such uses of it, may import them.
  if (source === '') return true;
  if (target === '') return source === 'commands';
  if (source === target) return true;
  if (forNested.includes(source)) return forNested.indexOf(target) > forNested.indexOf(source);
  if (forNested.includes(target)) return true;
  return layers.indexOf(target) > layers.indexOf(source);
}

describe('the layout of the gateway', () => {
  it('has imports to check', () => {
    expect(imports.length).toBeGreaterThan(50);
  });

  it('lets each station import only from stations below it', () => {
    expect(imports.filter((one) => !isAllowed(one)).map(({ from, to }) => `${from} -> ${to}`)).toEqual([]);
  });

  it('has no folder that is not on the plan', () => {
    const folders = new Set(imports.map(({ from }) => folderOf(from)).filter((folder) => folder !== ''));
    expect([...folders].filter((folder) => !layers.includes(folder) && !forNested.includes(folder))).toEqual([]);
  });

  it('has no circles between files', () => {
    const below = Map.groupBy(imports, ({ from }) => from);
    const circles: string[] = [];
    const done = new Set<string>();
    const visit = (file: string, way: string[]) => {
      if (way.includes(file)) circles.push([...way.slice(way.indexOf(file)), file].join(' -> '));
      if (way.includes(file) || done.has(file)) return;
      for (const { to } of below.get(file) ?? []) visit(to, [...way, file]);
      done.add(file);
    };
    for (const file of below.keys()) visit(file, []);
    expect(circles).toEqual([]);
  });
});
