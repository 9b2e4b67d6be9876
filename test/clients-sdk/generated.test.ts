// Generated files of clients: they are what the clients' definitions and operations generate.
import { spawnSync } from 'node:child_process';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { build } from 'vite';
import { expect, test } from 'vitest';
import * as admin from '../../clients/admin/generated/sdk.ts';
import { texts as adminTexts } from '../../clients/admin/generated/texts.ts';
import * as mobile from '../../clients/mobile/generated/sdk.ts';
import { texts as mobileTexts } from '../../clients/mobile/generated/texts.ts';
import * as web from '../../clients/web/generated/sdk.ts';
import { texts as webTexts } from '../../clients/web/generated/texts.ts';
import { loadClients } from '../../gateway/client-views/load-clients.ts';
import { generateClients } from '../../gateway/commands/codegen/codegen.ts';
import { printSdk, printTexts } from '../../gateway/commands/codegen/sdk.ts';
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
    clients.flatMap((client) =>
      ['operations', 'sdk', 'texts'].map((name) => join(client.folder, `generated/${name}.ts`)),
    ),
  );
  for (const { file, text } of files) expectFile(file, text);
});

test.each(
  Object.entries({
    admin: { ...admin, texts: adminTexts },
    mobile: { ...mobile, texts: mobileTexts },
    web: { ...web, texts: webTexts },
  }),
)('the documents in the SDK of %s are those of its manifest', (name, { texts, ...sdk }) => {
  const documents = Object.entries(sdk).flatMap(([exported, value]) => (exported.endsWith('Document') ? [value] : []));
  const listed = readManifest(`${root}clients/${name}/generated/documents.json`).documents;
  expect(documents.length).toBeGreaterThan(0);
  expect(documents).toEqual(listed.map(({ id, name, type }) => ({ id, name, type })));
  expect(texts).toEqual(Object.fromEntries(listed.map(({ id, body }) => [id, body])));
});

/** The SDK and the texts of a client `tv`. */
async function made(files: Record<string, string>): Promise<{ sdk: string; texts: string }> {
  const folder = join(temporaryFolder(files), 'clients');
  const client = (await loadClients(folder)).get('tv') ?? null;
  return {
    sdk: printSdk(join(folder, 'tv'), client, 'type Query { a: Int }'),
    texts: printTexts(join(folder, 'tv'), client),
  };
}

test("a document may have what would end a template, and the SDK sends the client's name", async () => {
  const text = `query Tick($a: String = "\`\${b}\\\\n") { echo(a: $a) }`;
  const { sdk, texts } = await made({
    'clients/tv/operations/tick.graphql': text,
    'clients/tv/client.mjs': 'export default { version: "3" }',
  });
  expect(sdk).toContain("requestWith({ name: 'tv', version: '3', ...options })");
  expect(sdk).toContain('tick: (variables: TickQueryVariables = {}, options?: RequestOptions)');
  const literal = /TickText = (`[\s\S]*?[^\\]`);\n/.exec(texts)?.[1] ?? '';
  const { documents } = collectDocuments(join(temporaryFolder({ 'tick.graphql': text })));
  expect(new Function(`return ${literal}`)()).toBe(documents[0]?.body);
});

test('a subscription has a document and no function', async () => {
  const { sdk } = await made({
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

/** A project with a client `tv` for which `concierge codegen` has run. @returns the client's folder. */
async function generated(sdl: string, operations: string, definition = '{}'): Promise<string> {
  const folder = temporaryFolder({
    'gateway.config.mjs': `export default { subgraphs: { a: { url: '${closedUrl}', schema: 'a.graphql' } } }`,
    'a.graphql': sdl,
    'clients/tv/client.mjs': `export default ${definition}`,
    'clients/tv/operations/all.graphql': operations,
  });
  const run = (...args: string[]) => outcomeOf(['codegen', '--config', `${folder}/gateway.config.mjs`, ...args]);
  expect(await run('--check')).toMatchObject({ code: 1 });
  const first = await run();
  expect(first.code, first.output).toBe(0);
  expect(await run('--check')).toMatchObject({ code: 0 });
  return join(folder, 'clients/tv');
}

/** What the TypeScript compiler reports. */
function compiled(...files: string[]): string {
  const options = '--noEmit --strict --ignoreConfig --target es2024 --module nodenext --lib es2024,dom --types';
  const args = [...options.split(' '), '', '--allowImportingTsExtensions', ...files];
  return spawnSync(process.execPath, [`${root}node_modules/typescript/bin/tsc`, ...args], { encoding: 'utf8' }).stdout;
}

const oddNames =
  'getHTTPStatus get_user GET_ACTORS UserV2API issue_comments IssueForSSOLogin q _a1 delete A1 a2b x__y _ __z Z_ ' +
  'HTML5Page OAuth2_0Login i18n v1_0 IOSAppV3 API ABCdef aBC abcDEF9 Class enum default New await Async let import ' +
  'Function null this True Typed Client text send Send_x Error Response Headers Array Object Shape Codec promise';

interface PublicNames {
  source: string;
  query: string[];
  mutation: string[];
  subscription: string[];
}

/** Names of operations of public clients, each with where it is from. */
const publicNames: PublicNames[] = JSON.parse(readFileSync(`${root}test/clients-sdk/public-names.json`, 'utf8'));

test('SDKs of large public clients compile, by the names of their operations', async () => {
  const kinds = ['query', 'mutation', 'subscription'] as const;
  const files = await Promise.all(
    publicNames.map(async (names) => {
      const operations = kinds.flatMap((kind) =>
        names[kind]
          .join(' ')
          .split(' ')
          .flatMap((name) => (name === '' ? [] : `${kind} ${name}($in: In) { a(in: $in) }`)),
      );
      const sdl = kinds.map((kind) => `type ${kind.charAt(0).toUpperCase()}${kind.slice(1)} { a(in: In): Int }`);
      const folder = await generated([...sdl, 'input In { b: Int }'].join(' '), operations.join('\n'));
      const sdk = readFileSync(join(folder, 'generated/sdk.ts'), 'utf8');
      expect(sdk.match(/^export const \w+Document\b/gm)?.length, names.source).toBe(operations.length);
      return [join(folder, 'generated/sdk.ts'), join(folder, 'generated/texts.ts')];
    }),
  );
  expect(compiled(...files.flat())).toBe('');
});

test('an SDK compiles, whatever the names of its operations are, and converts scalars by codecs', async () => {
  const operations = [
    ...oddNames.split(' ').map((name) => `query ${name}($in: in_put) { a(in: $in) }`),
    'mutation Set_it { set } subscription onTICK { tick { ...TickParts } } fragment TickParts on tick_event { a }',
    'query Sums($n: BigInt!, $all: [BigInt!], $in: Range) { sum(n: $n, all: $all, in: $in) { ... on Sum { of: n } ...Rest } }',
    'fragment Rest on Sum { rows sums { n at } }',
  ];
  const folder = await generated(
    'type Query { a(in: in_put): HTTP_code sum(n: BigInt!, all: [BigInt!], in: Range): Sum } type Mutation { set: Int } ' +
      'type Subscription { tick: tick_event } type tick_event { a: Int } input in_put { code: HTTP_code } ' +
      'enum HTTP_code { OK } scalar BigInt scalar Time type Sum { n: BigInt rows: [[BigInt]] sums: [Sum!] at: Time } ' +
      'input Range { from: BigInt inner: [Range!] note: String }',
    operations.join('\n'),
    "{ scalars: { BigInt: 'bigint', Time: 'Date' } }",
  );
  const use = join(folder, 'use.ts');
  writeFileSync(
    use,
    `import { createClient, createRequest, sendSums } from './generated/sdk.ts';
const codecs = {
  BigInt: { encode: (value: bigint) => String(value), decode: (json: unknown) => BigInt(json as string) },
  Time: { encode: (value: Date) => value.toISOString(), decode: (json: unknown) => new Date(json as string) },
};
export async function sums(fetch: (url: string, init: RequestInit) => Promise<Response>) {
  const range = { from: 1n, note: '1', inner: [{ from: 2n, inner: null }] };
  const { data } = await sendSums(createRequest({ url: '/', codecs, fetch }), { n: 9007199254740993n, all: [3n], in: range });
  const n: bigint | null | undefined = data?.sum?.of;
  const at: Date | null | undefined = data?.sum?.sums?.[0]?.at;
  return { n, at, data };
}
// @ts-expect-error Scalars need their codecs.
createClient({ url: '/' });
`,
  );
  expect(compiled(join(folder, 'generated/sdk.ts'), join(folder, 'generated/texts.ts'), use)).toBe('');
  const { sums } = await import(use);
  const bodies: string[] = [];
  const respond = (sum: object) => async (_url: string, init: RequestInit) => {
    bodies.push(String(init.body));
    return new Response(JSON.stringify({ data: { sum } }));
  };
  const at = '2026-01-02T03:04:05.000Z';
  const served = {
    of: '9007199254740995',
    rows: [['1', null], null],
    sums: [
      { n: '2', at },
      { n: null, at: null },
    ],
  };
  const { n, data } = await sums(respond(served));
  expect(JSON.parse(bodies[0]!).variables).toEqual({
    n: '9007199254740993',
    all: ['3'],
    in: { from: '1', note: '1', inner: [{ from: '2', inner: null }] },
  });
  expect(n).toBe(9007199254740995n);
  expect(data.sum.rows).toEqual([[1n, null], null]);
  expect(data.sum.sums).toEqual([
    { n: 2n, at: new Date(at) },
    { n: null, at: null },
  ]);
  // Its last digits were lost when the response was parsed.
  await expect(sums(respond({ of: 2 ** 60 }))).rejects.toThrow(
    new TypeError('Sums: the codec of BigInt cannot decode a value: the number is not a safe integer'),
  );
});

test('a bundle has the operations that it uses, and texts where they are sent', async () => {
  const operations = Array.from(
    { length: 200 },
    (_, index) => `query Screen${index} { ${'a '.repeat(200)} b${index}: a }`,
  );
  const folder = await generated('type Query { a: Int }', operations.join('\n'));
  const bundled = async (program: string): Promise<string> => {
    writeFileSync(join(folder, 'main.ts'), program);
    const { output } = (await build({
      root: folder,
      configFile: false,
      logLevel: 'silent',
      build: { write: false, target: 'es2022', lib: { entry: join(folder, 'main.ts'), formats: ['es'] }, minify: true },
    }).then((built) => [built].flat()[0])) as { output: { code?: string }[] };
    return output.map(({ code = '' }) => code).join('\n');
  };
  const one = await bundled(
    `import { createRequest, sendScreen7 } from './generated/sdk.ts';
     export const show = () => sendScreen7(createRequest({ url: '/graphql/tv' }));`,
  );
  expect(one).toContain('Screen7');
  expect(one).not.toMatch(/Screen(?!7\b)/);
  expect(one).not.toContain('b7: a');
  expect(one.length).toBeLessThan(5_000);
  const all = await bundled(
    `import { createClient } from './generated/sdk.ts'; import { texts } from './generated/texts.ts';
     export const client = createClient({ url: '/graphql/tv', texts });`,
  );
  expect(all).toContain('Screen199');
  expect(all).toContain('b199: a');
});
