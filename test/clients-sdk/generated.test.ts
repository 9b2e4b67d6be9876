// Generated files of clients: they are what the clients' definitions and operations generate.
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from 'vitest';
import * as admin from '../../clients/admin/generated/sdk.ts';
import * as mobile from '../../clients/mobile/generated/sdk.ts';
import * as web from '../../clients/web/generated/sdk.ts';
import { loadClients } from '../../gateway/client-views/load-clients.ts';
import { generateClients } from '../../gateway/commands/codegen/codegen.ts';
import { printSdk } from '../../gateway/commands/codegen/sdk.ts';
import { clientSchemaFile } from '../../gateway/commands/compose.ts';
import { composeViews } from '../../gateway/composed-views.ts';
import { openComposition } from '../../gateway/composition.ts';
import { loadConfig } from '../../gateway/config/load.ts';
import { collectDocuments } from '../../gateway/persisted-documents/collect-documents.ts';
import { printManifest, readManifest } from '../../gateway/persisted-documents/manifest.ts';
import { outcomeOf } from '../harness/command.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { root } from '../harness/gateway.ts';
import { closedUrl } from '../harness/servers.ts';

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

test('each client has the types and the SDK that codegen makes of its view and its operations', async () => {
  const files = await generateClients(config, folder);
  expect(files.map(({ file }) => file)).toEqual(
    clients.flatMap((client) => ['operations', 'sdk'].map((name) => join(client.folder, `generated/${name}.ts`))),
  );
  for (const { file, text } of files) expectFile(file, text);
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

async function made(files: Record<string, string>): Promise<string> {
  const folder = join(temporaryFolder(files), 'clients');
  return printSdk(join(folder, 'tv'), (await loadClients(folder)).get('tv') ?? null);
}

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

test('an SDK compiles, whatever the names of its operations are', async () => {
  const names = [
    'getHTTPStatus',
    'get_user',
    'GET_ACTORS',
    'UserV2API',
    'issue_comments',
    'IssueForSSOLogin',
    'q',
    '_a1',
    'delete',
  ];
  const operations = [
    ...names.map((name) => `query ${name}($in: in_put) { a(in: $in) }`),
    'mutation Set_it { set } subscription onTICK { tick { ...TickParts } } fragment TickParts on tick_event { a }',
  ];
  const folder = temporaryFolder({
    'gateway.config.mjs': `export default { subgraphs: { a: { url: '${closedUrl}', schema: 'a.graphql' } } }`,
    'a.graphql':
      'type Query { a(in: in_put): HTTP_code } type Mutation { set: Int } type Subscription { tick: tick_event } ' +
      'type tick_event { a: Int } input in_put { code: HTTP_code } enum HTTP_code { OK }',
    'clients/tv/client.mjs': 'export default {}',
    'clients/tv/operations/all.graphql': operations.join('\n'),
  });
  const run = (...args: string[]) => outcomeOf(['codegen', '--config', `${folder}/gateway.config.mjs`, ...args]);
  expect(await run('--check')).toMatchObject({ code: 1 });
  const first = await run();
  expect(first.code, first.output).toBe(0);
  expect(await run('--check')).toMatchObject({ code: 0 });
  const options = [
    '--noEmit',
    '--strict',
    '--ignoreConfig',
    '--target',
    'es2024',
    '--module',
    'nodenext',
    '--types',
    '',
  ];
  const sdk = join(folder, 'clients/tv/generated/sdk.ts');
  const tsc = [
    `${root}node_modules/typescript/bin/tsc`,
    ...options,
    '--lib',
    'es2024,dom',
    '--allowImportingTsExtensions',
    sdk,
  ];
  expect(spawnSync(process.execPath, tsc, { encoding: 'utf8' }).stdout).toBe('');
});
