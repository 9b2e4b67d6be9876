// Watched files: those that a start has read, and those of clients that are not there yet.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../../test/harness/folder.ts';
import { StartWatcher, type WatchedStart } from './start-watcher.ts';

test('new clients are reported, also the first one; the rest of their code is not, unless the start has read it', async () => {
  const folder = temporaryFolder({ 'gateway.config.mjs': '', 'clients/app/client.ts': '', 'clients/app/rules.ts': '' });
  const reported = new Set<string>();
  let onReport = () => {};
  const watcher = new StartWatcher((files) => {
    for (const file of files) reported.add(file.slice(folder.length + 1));
    onReport();
  });
  onTestFinished(() => watcher.close());
  const untilReported = async (...files: string[]) => {
    while (!files.every((file) => reported.has(file))) {
      await new Promise<void>((resolve) => {
        onReport = resolve;
      });
    }
  };
  const write = (path: string) => writeFileSync(`${folder}/${path}`, 'changed');
  const setup = (paths: readonly string[]): WatchedStart => ({
    watched: paths.map((path) => `${folder}/${path}`),
    clients: `${folder}/clients`,
    // Of what was written above, nothing is new.
    started: Number.POSITIVE_INFINITY,
  });
  await watcher.watch(setup(['gateway.config.mjs', 'clients/app/client.ts', 'clients/app/rules.ts']));

  for (const path of ['web/src', 'web/operations/cart', 'web/generated']) {
    mkdirSync(`${folder}/clients/${path}`, { recursive: true });
  }
  for (const path of ['app/other.ts', 'web/src/client.ts', 'web/generated/types.ts']) write(`clients/${path}`);
  const ofWeb = ['client.ts', 'View.graphql', 'operations/cart/Cart.graphql', 'generated/documents.json'];
  const read = ['clients/app/rules.ts', ...ofWeb.map((path) => `clients/web/${path}`)];
  for (const path of read) write(path);
  await untilReported(...read);
  rmSync(`${folder}/clients`, { recursive: true });
  await untilReported('clients');
  expect([...reported].filter((path) => /other|src\/client|types/.test(path))).toEqual([]);

  reported.clear();
  await watcher.watch(setup(['gateway.config.mjs']));
  mkdirSync(`${folder}/clients/web`, { recursive: true });
  write('clients/web/client.ts');
  await untilReported('clients/web/client.ts');
});
