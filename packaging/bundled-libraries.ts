// Libraries that the package contains, so that they are not installed with it: they would bring packages or files that
// nothing else needs, or peers that conflict. `docs/dependencies.md` has the reasons.
import { globSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { brotliCompressSync as compress, constants } from 'node:zlib';
import { type Plugin, rolldown } from 'rolldown';
import { isInstalled, type Manifest, packageOf, readManifest } from './manifest.ts';
import { printNotices } from './notices.ts';

/** Statements of imports and exports, with their names, `import()` and `require()`. */
const importPattern =
  /(?:^(?:import|export)\s([\w$*{},\s]*)\bfrom\s|^import\s|\b(?:import|require)\()['"](@?\w[^'"\s]*)['"]/gm;

interface Import {
  specifier: string;
  /** What stands before `from`: `{ a, b as c }`, `a`; null where a module is imported as a whole. */
  names: string | null;
}

/** What files of a folder import that is not installed with the package. */
function notInstalled(folder: string, manifest: Manifest, files = '**/*.js'): Import[] {
  const texts = globSync(files, { cwd: folder }).map((file) => readFileSync(join(folder, file), 'utf8'));
  return texts
    .flatMap((text) => [...text.matchAll(importPattern)])
    .map(([, names, specifier]) => ({ specifier: specifier as string, names: names?.trim() ?? null }))
    .filter(({ specifier }) => !isInstalled(specifier, manifest));
}

/**
 * Writes a module for each library that `dist` imports and the package's users do not install, and the notices of all
 * packages in them.
 * @returns the module's file by the name that is imported.
 * @throws Error for one that is no dependency of development, as the lock file has no version of it; for one whose
 * types are public.
 */
export async function bundleLibraries(
  root: string,
  dist: string,
  target: string,
): Promise<ReadonlyMap<string, string>> {
  const manifest = readManifest(root);
  const imports = Map.groupBy(notInstalled(dist, manifest), ({ specifier }) => specifier);
  const names = [...imports.keys()].sort();
  const [inTypings] = notInstalled(dist, manifest, '**/*.d.ts');
  if (inTypings) throw new Error(`Public types are those of ${inTypings.specifier}, which users do not install`);
  for (const name of names) {
    if (!(packageOf(name) in (manifest.devDependencies ?? {})))
      throw new Error(`${name} is in no list of package.json`);
  }
  const fileNames = new Map(names.map((name) => [name, name.replace(/^@/, '').replaceAll('/', '-')]));
  const bundle = await rolldown({
    cwd: root,
    input: Object.fromEntries([...fileNames].map(([name, file]) => [file, `${ENTRY}${name}`])),
    platform: 'node',
    external: (id) => isInstalled(id, manifest),
    plugins: [entries(imports), compressedPage()],
    // On a busy machine; and of the code of libraries.
    checks: { eval: false, pluginTimings: false },
  });
  const { output } = await bundle.write({
    dir: target,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: '[name]-[hash].js',
  });
  await bundle.close();
  const folders = output.flatMap((chunk) => (chunk.type === 'chunk' ? chunk.moduleIds : [])).flatMap(packageFolder);
  writeFileSync(join(target, 'NOTICES.md'), printNotices([...new Set(folders)].sort()));
  return new Map([...fileNames].map(([name, file]) => [name, join(target, `${file}.js`)]));
}

const ENTRY = 'entry:';

/**
 * The module of each library exports what the gateway imports of it: the rest, and what only the rest uses, is left
 * out.
 */
function entries(imports: ReadonlyMap<string, Import[]>): Plugin {
  return {
    name: 'entries',
    resolveId: { filter: { id: /^entry:/ }, handler: (id) => ({ id, moduleSideEffects: true }) },
    load: {
      filter: { id: /^entry:/ },
      handler(id) {
        const name = id.slice(ENTRY.length);
        // Several files may import the same name.
        const names = new Set<string>();
        let isWhole = false;
        for (const { names: given } of imports.get(name) ?? []) {
          if (given === null) {
            isWhole = true;
            continue;
          }
          const list = given.startsWith('{') ? given.slice(1, -1).split(',') : ['default'];
          for (const each of list) if (each.trim() !== '') names.add(each.trim().replace(/ as \w+$/, ''));
        }
        // A whole module has all names but the default one.
        const listed = isWhole ? [...names].filter((each) => each === 'default') : [...names];
        const whole = isWhole ? `export * from '${name}';\n` : '';
        return { code: `${whole}export { ${listed.join(', ')} } from '${name}';`, moduleType: 'js' };
      },
    },
  };
}

/**
 * GraphiQL is 9 MB of text in one module; in the package it is a compressed file, which is read when the page is
 * opened.
 */
function compressedPage(): Plugin {
  return {
    name: 'compressed-page',
    load: {
      filter: { id: /\brender-graphiql[\\/]esm[\\/]graphiql\.js$/ },
      async handler(id) {
        const texts: Record<string, string> = { ...(await import(id)) };
        const params = { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_LGWIN]: 24 };
        const fileName = 'graphiql.json.br';
        this.emitFile({ type: 'asset', fileName, source: compress(JSON.stringify(texts), { params }) });
        return `import { readFileSync } from 'node:fs';
import { brotliDecompressSync } from 'node:zlib';
const text = brotliDecompressSync(readFileSync(new URL('./${fileName}', import.meta.url)));
export const { ${Object.keys(texts).join(', ')} } = JSON.parse(text.toString());`;
      },
    },
  };
}

/** The folder of the package that a module is of; none for modules that the bundler adds. */
function packageFolder(id: string): string[] {
  const start = id.lastIndexOf(`${sep}node_modules${sep}`);
  if (start === -1) return [];
  const packages = id.slice(0, start + `${sep}node_modules${sep}`.length);
  return [join(packages, packageOf(id.slice(packages.length).replaceAll(sep, '/')))];
}

/** Lets the modules of `dist` import the bundled libraries from their files. */
export function linkLibraries(dist: string, libraries: ReadonlyMap<string, string>): void {
  for (const file of globSync('gateway/**/*.js', { cwd: dist }).map((name) => join(dist, name))) {
    const text = readFileSync(file, 'utf8');
    const linked = text.replace(importPattern, (found, _names, specifier: string) => {
      const library = libraries.get(specifier);
      return library ? found.replace(specifier, relativeUrl(dirname(file), library)) : found;
    });
    if (linked !== text) writeFileSync(file, linked);
  }
}

function relativeUrl(from: string, to: string): string {
  const path = relative(from, to).replaceAll(sep, '/');
  return path.startsWith('.') ? path : `./${path}`;
}
