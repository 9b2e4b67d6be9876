// The examples as their readers run them: a copy of the folder outside of the repository, with the built package installed, the
// services and the gateway as processes.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from './harness/folder.ts';
import { root } from './harness/gateway.ts';
import { startProcess, type TestProcess } from './harness/process.ts';
import { send } from './harness/subgraphs.ts';

const command = 'node_modules/concierge-gateway/dist/gateway/bin.js';

beforeAll(() => {
  if (!existsSync(`${root}dist/gateway/bin.js`)) throw new Error('The package is not built: npm run build');
});

interface Example {
  folder: string;
  start(script: string, args?: string[]): TestProcess;
  /** The gateway's URL. */
  url: string;
}

/** Copies an example and starts it. Its ports become free ones: those of the services stand in its files. */
async function startExample(name: string, args: (folder: string) => string[]): Promise<Example> {
  const folder = temporaryFolder();
  cpSync(`${root}examples/${name}`, folder, { recursive: true });
  mkdirSync(`${folder}/node_modules`);
  symlinkSync(root, `${folder}/node_modules/concierge-gateway`);
  for (const dependency of ['graphql', 'graphql-yoga', 'jose']) {
    symlinkSync(`${root}node_modules/${dependency}`, `${folder}/node_modules/${dependency}`);
  }
  const start = (script: string, given: string[] = []): TestProcess => {
    const env = { PORT: '0', CONFIG_PATH: '', LOG_LEVEL: '', FORCE_COLOR: '0' };
    const process = startProcess({ script: join(folder, script), args: given, env });
    onTestFinished(async () => {
      await process.stop();
    });
    return process;
  };
  const listening = /^\w+: \{.*"port":(\d+)/gm;
  const fixed = /(?<=^serve\('\w+', )\d+/gm;
  const services = readFileSync(`${folder}/services.ts`, 'utf8');
  const ports = services.match(fixed) ?? [];
  writeFileSync(`${folder}/services.ts`, services.replace(fixed, '0'));
  const process = start('services.ts');
  const free = () => [...process.output().matchAll(listening)].map(([, port]) => String(port));
  await process.until(() => free().length === ports.length);
  for (const file of readdirSync(folder).filter((one) => /^(gateway\.config\.ts|supergraph\.graphql)$/.test(one))) {
    const text = readFileSync(`${folder}/${file}`, 'utf8');
    const replaced = ports.reduce((now, port, index) => now.replaceAll(port, String(free()[index])), text);
    writeFileSync(`${folder}/${file}`, replaced);
  }
  const gateway = start(command, ['start', ...args(folder)]);
  const { url } = await gateway.line(({ msg }) => msg === 'listening');
  return { folder, start, url: String(url) };
}

const configured = (folder: string) => ['--config', `${folder}/gateway.config.ts`];

test('minimal: one query over two services', async () => {
  const { url } = await startExample('minimal', configured);
  expect(await send(url, '{ books { title reviews { stars text } } latestReview { text book { title } } }')).toEqual({
    data: {
      books: [
        { title: 'Middlemarch', reviews: [{ stars: 5, text: 'Whole lives in one town.' }] },
        { title: 'Germinal', reviews: [{ stars: 4, text: 'Dark, and hopeful.' }] },
      ],
      latestReview: { text: 'Dark, and hopeful.', book: { title: 'Germinal' } },
    },
  });
});

test('authentication and caching: a token opens what is its own, and public data is cached until it is changed', async () => {
  const { url, start } = await startExample('authentication-and-caching', configured);
  const tokenOf = async (...args: string[]) => {
    const process = start('token.ts', args);
    expect(await process.exit).toBe(0);
    return { authorization: `Bearer ${process.output().trim()}` };
  };
  const query = '{ me { name email } articles { title views } }';
  const anonymous = await send(url, query);
  expect(anonymous).toMatchObject({ data: { me: null }, errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });

  const articles = await send(url, '{ articles { title views } }');
  expect(await send(url, '{ articles { title views } }')).toEqual(articles);
  const headers = await tokenOf('ada', 'write');
  const own = await send<{ me: unknown }>(url, query, { headers });
  expect(own.data?.me).toEqual({ name: 'Ada Lovelace', email: 'ada@example.com' });

  const publish = 'mutation { publish(title: "Notes") { title } }';
  expect(await send(url, publish, { headers: await tokenOf('grace') })).toMatchObject({
    errors: [{ extensions: { code: 'FORBIDDEN' } }],
  });
  expect(await send(url, publish, { headers })).toEqual({ data: { publish: { title: 'Notes' } } });
  const after = await send<{ articles: { title: string }[] }>(url, '{ articles { title views } }');
  expect(after.data?.articles.map(({ title }) => title)).toEqual(['On the Analytical Engine', 'Notes']);
});

test('a federation supergraph is served without a configuration file', async () => {
  const { url } = await startExample('federation-supergraph', (folder) => [
    '--no-config',
    '--supergraph',
    `${folder}/supergraph.graphql`,
  ]);
  expect(await send(url, '{ products { name inStock } }')).toEqual({
    data: {
      products: [
        { name: 'Kettle', inStock: 3 },
        { name: 'Lamp', inStock: 0 },
      ],
    },
  });
});
