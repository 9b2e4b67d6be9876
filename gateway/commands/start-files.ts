// Files that a start reads: the configuration with what it imports, and what it names. A change of one of them is a
// reason to start again.
import { globSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CheckedConfig } from '../config/config.ts';
import { isIntrospected } from '../config/introspected-schema.ts';
import { moduleEndings } from '../config/module-loader.ts';
import { schemaFiles } from '../service-schema.ts';

/** Of the gateway's own code. */
export const gatewayFolder = new URL('..', import.meta.url).href;

/** The modules of the configuration and of clients, from its making on. */
export class LoadedModules {
  readonly #files = new Set<string>();
  readonly #stop: () => void;

  constructor() {
    const hooks = registerHooks({
      resolve: (specifier, context, next) => {
        const resolved = next(specifier, context);
        this.#note(resolved.url);
        return resolved;
      },
      load: (url, context, next) => {
        this.#note(url);
        return next(url, context);
      },
    });
    this.#stop = () => hooks.deregister();
  }

  /** Absolute paths. To be called when no more are loaded. */
  take(): string[] {
    this.#stop();
    return [...this.#files];
  }

  #note(url: string): void {
    const isOwn = url.startsWith('file:') && !url.includes('/node_modules/') && !url.startsWith(gatewayFolder);
    if (isOwn) this.#files.add(fileURLToPath(url));
  }
}

/**
 * Absolute paths of the files and folders that the configuration names, and of the clients'. Without those that are read
 * again by themselves: TLS files, addresses, API keys, controls.
 */
export function configuredFiles(config: CheckedConfig, folder: string): string[] {
  const schemas = Object.entries(config.subgraphs).flatMap(([name, { schema }]) =>
    schema === undefined || isIntrospected(schema) ? [] : watchedSchema(schema, folder, name),
  );
  const keys = config.cache.encryption?.keyFiles ?? [];
  const others = [config.fields?.schema, config.supergraph, ...keys].filter((path) => typeof path === 'string');
  const clients = resolve(folder, config.clients.folder);
  const documents = ['operations', 'documents', 'generated/documents.json', 'generated/persisted-documents.json'];
  const ofClients = globSync(
    [`*/client.{${moduleEndings}}`, '*/*.{graphql,gql}', ...documents.map((path) => `*/${path}`)],
    { cwd: clients },
  );
  return [
    ...schemas,
    ...others.map((path) => resolve(folder, path)),
    ...ofClients.map((path) => resolve(clients, path)),
  ];
}

/** The files of a schema, and the folders of its globs, where files may be added. */
function watchedSchema(schema: string | string[], folder: string, name: string): string[] {
  const globs = [schema].flat().filter((path) => /[*?[{]/.test(path) && !/\s/.test(path));
  const folders = globs.map((glob) => resolve(folder, glob.split(/[*?[{]/)[0] as string));
  try {
    return [...schemaFiles(schema, folder, `subgraphs.${name}.schema`), ...folders];
  } catch {
    // A glob without files, which the composition reports.
    return folders;
  }
}
