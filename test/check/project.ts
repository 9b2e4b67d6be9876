// A project with one service, in a folder of its own, whose changes `concierge check` judges.
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { outcomeOf } from '../harness/command.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { root } from '../harness/gateway.ts';

export interface Outcome {
  code: number | null;
  output: string;
}

export interface Project {
  folder: string;
  write(path: string, text: string): void;
  /** Writes the changed schema, and checks it. */
  check(changed: string, ...args: string[]): Promise<Outcome>;
  run(...args: string[]): Promise<Outcome>;
}

/** @param settings of the service `shop`. @param options of the configuration. */
export function project(files: Record<string, string>, settings: object = {}, options: object = {}): Project {
  const config = {
    subgraphs: { shop: { url: 'http://127.0.0.1:9/graphql', schema: 'shop.graphql', ...settings } },
    graph: 'graph.graphql',
    ...options,
  };
  const folder = temporaryFolder({ 'gateway.config.mjs': `export default ${JSON.stringify(config)};`, ...files });
  const write = (path: string, text: string) => {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  };
  const run = async (...args: string[]) => {
    const { code, output } = await outcomeOf([...args, '--config', `${folder}/gateway.config.mjs`]);
    // It runs in the repository's root and shows files relative to it.
    return { code, output: output.replaceAll(`${relative(root, folder)}/`, '') };
  };
  return {
    folder,
    write,
    run,
    check: (changed, ...args) => {
      write('changed.graphql', changed);
      return run('check', '--subgraph', 'shop', '--schema', `${folder}/changed.graphql`, ...args);
    },
  };
}
