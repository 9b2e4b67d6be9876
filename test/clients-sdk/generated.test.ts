// Generated files of clients: they are what the clients' definitions and operations generate.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { generate } from '@graphql-codegen/cli';
import { expect, test } from 'vitest';
import * as admin from '../../clients/admin/generated/sdk.ts';
import * as mobile from '../../clients/mobile/generated/sdk.ts';
import * as web from '../../clients/web/generated/sdk.ts';
import { plugin } from '../../codegen/sdk-plugin.ts';
import codegen from '../../codegen.ts';
import { loadClients } from '../../gateway/client-views/load-clients.ts';
import { clientSchemaFile } from '../../gateway/commands/compose.ts';
import { composeViews } from '../../gateway/composed-views.ts';
import { openComposition } from '../../gateway/composition.ts';
import { loadConfig } from '../../gateway/config/load.ts';
import { collectDocuments } from '../../gateway/persisted-documents/collect-documents.ts';
import { printManifest, readManifest } from '../../gateway/persisted-documents/manifest.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { root } from '../harness/gateway.ts';

const { config, folder } = await loadConfig({ config: `${root}gateway.config.ts` }, {});
const clients = [...(await loadClients(join(folder, config.clients.folder))).values()];
const graphFile = join(folder, config.graph);

function expectFile(file: string, text: string): void {
  expect(existsSync(file), `${file} is not there: run npm run codegen`).toBe(true);
  expect(readFileSync(file, 'utf8'), `${file} is out of date: run npm run codegen`).toBe(text);
}

test('each client has the schema of its view beside the graph, and no other folder has one', async () => {
  const composition = openComposition(config, folder);
  try {
    const views = composeViews(composition, composition.compose(), clients);
    for (const { client, view } of views) expectFile(clientSchemaFile(graphFile, client.reference), view.sdl);
    expectFile(graphFile, composition.compose().sdl);
  } finally {
    await composition.close();
  }
  const files = globSync(clientSchemaFile(graphFile, '*')).map((file) => basename(file, '.graphql'));
  expect(files.sort()).toEqual(clients.map(({ reference }) => reference));
});

test('each client has the manifest of its operations', () => {
  for (const { folder: client } of clients) {
    expectFile(join(client, 'generated/documents.json'), printManifest(collectDocuments(join(client, 'operations'))));
  }
});

test('each client has the types and the SDK that codegen makes of its schema and its operations', async () => {
  const generates = Object.entries(codegen.generates).filter(([file]) => file.startsWith('clients/'));
  expect(generates.map(([file]) => file).sort()).toEqual(
    clients.flatMap(({ reference }) =>
      ['operations', 'sdk'].map((name) => `clients/${reference}/generated/${name}.ts`),
    ),
  );
  const files = await generate({ generates: Object.fromEntries(generates), silent: true, cwd: root }, false);
  expect(files).toHaveLength(generates.length);
  for (const { filename, content } of files) expectFile(filename, content);
});

test.each(Object.entries({ admin, mobile, web }))(
  'the documents in the SDK of %s are those of its manifest',
  (name, sdk) => {
    const documents = Object.entries(sdk).flatMap(([exported, value]) =>
      exported.endsWith('Document') ? [value] : [],
    );
    const listed = readManifest(`${root}clients/${name}/generated/documents.json`).documents;
    expect(documents.length).toBeGreaterThan(0);
    expect(documents).toEqual(listed.map(({ id, name, type, body }) => ({ id, name, type, text: body })));
  },
);

const made = (files: Record<string, string>) =>
  plugin(null, null, { client: join(temporaryFolder(files), 'clients/tv') });

test("a document may have what would end a template, and the SDK sends the client's name", async () => {
  const text = `query Tick($a: String = "\`\${b}\\\\n") { echo(a: $a) }`;
  const sdk = await made({
    'clients/tv/operations/tick.graphql': text,
    'clients/tv/client.mjs': 'export default { version: "3" }',
  });
  expect(sdk).toContain("createRequest({ name: 'tv', version: '3', ...options })");
  expect(sdk).toContain('tick: (variables: TickQueryVariables = {}, options?: RequestOptions)');
  const literal = /text: (`[\s\S]*?[^\\]`),\n/.exec(sdk)?.[1] ?? '';
  const { documents } = collectDocuments(join(temporaryFolder({ 'tick.graphql': text })));
  expect(new Function(`return ${literal}`)()).toBe(documents[0]?.body);
});

test('a subscription has a document and no function', async () => {
  const sdk = await made({
    'clients/tv/operations/a.graphql': 'subscription Ticks { tick }',
    'clients/tv/client.mjs': 'export default {}',
  });
  expect(sdk).toContain('TicksDocument: TypedDocument<TicksSubscription, TicksSubscriptionVariables>');
  expect(sdk).not.toContain('ticks:');
});

test('operations that would be one function are rejected', async () => {
  const files = (name: string) => ({
    'clients/tv/operations/a.graphql': `query ${name} { a } query tick { b }`,
    'clients/tv/client.mjs': 'export default {}',
  });
  await expect(made(files('Tick'))).rejects.toThrow('Two functions of the SDK would be "tick": rename the operation.');
  await expect(made(files('Request'))).rejects.toThrow('would be "request"');
});
