// Loading the configuration, from the file on disk to the exit code, and its messages.
import { expect, test } from 'vitest';
import { temporaryFolder } from '../../test/harness/folder.ts';
import { concierge } from '../../test/harness/gateway.ts';
import { checkConfig, configFile, loadConfig } from './load.ts';

const users = { url: 'http://127.0.0.1:4001/graphql', schema: 'users.graphql' };
const fine = { subgraphs: { users } };

/** The message that rejects the configuration, without its heading. */
function rejection(config: unknown): string {
  try {
    checkConfig(config, 'gateway.config.ts');
  } catch (error) {
    const [heading, ...lines] = (error as Error).message.split('\n');
    expect(heading).toMatch(/^gateway\.config\.ts: \d+ errors?$/);
    return lines.map((line) => line.trim()).join('\n');
  }
  throw new Error('the configuration was accepted');
}

function onDisk(text: string, name = 'gateway.config.mjs'): string {
  return temporaryFolder({ [name]: text });
}

test.each<[string, unknown, string]>([
  ['a port above 65535', { port: 70_000 }, 'port is 70000: give a whole number from 0 to 65535'],
  ['a port that is no number', { port: 'http' }, 'port is "http": give a whole number from 0 to 65535'],
  ['a port with a fraction', { port: 1.5 }, 'port is 1.5: give a whole number from 0 to 65535'],
  ['an empty host', { host: '' }, 'host is "": give an address or host name'],
  ['subgraphs that are a list', { subgraphs: [] }, 'subgraphs is []: give an object with one entry for each service'],
  ['no subgraph at all', { subgraphs: {} }, 'subgraphs is {}: name at least one service, or give a supergraph'],
  [
    'a subgraph name that could not stand in an error',
    { subgraphs: { 'my users': users } },
    'subgraphs["my users"]: a name is letters, digits, "-" and "_", and begins with a letter',
  ],
  [
    'a subgraph that is only an address',
    { subgraphs: { users: 'http://127.0.0.1:4001' } },
    'subgraphs.users is "http://127.0.0.1:4001": give an object such as ' +
      '{ url: "http://127.0.0.1:4001/graphql", schema: "schema/subgraphs/users.graphql" }',
  ],
  [
    'an address without http://',
    { subgraphs: { users: { ...users, url: '127.0.0.1:4001/graphql' } } },
    'subgraphs.users.url is "127.0.0.1:4001/graphql": ' +
      'give a full address with http:// or https://, such as "http://127.0.0.1:4001/graphql"',
  ],
  [
    'one bad address among several',
    { subgraphs: { users: { ...users, url: [users.url, 'four'] } } },
    'subgraphs.users.url[1] is "four": ' +
      'give a full address with http:// or https://, such as "http://127.0.0.1:4001/graphql"',
  ],
  [
    'an empty list of addresses',
    { subgraphs: { users: { ...users, url: [] } } },
    'subgraphs.users.url is []: give one address with http:// or https://, a list of them, { dns: "http://…" }, or { file: "addresses.json" }',
  ],
  [
    'no schema file',
    { subgraphs: { users: { url: users.url } } },
    'subgraphs.users.schema is missing: give a file path, relative to the configuration file, a list of them, a glob, SDL, or { introspect: true }',
  ],
  [
    'a duration without a unit',
    { subgraphs: { users: { ...users, timeout: '30' } } },
    'subgraphs.users.timeout is "30": give milliseconds as a number above 0, or text such as "500ms", "30s", "2m"',
  ],
  [
    'a duration of nothing',
    { timeout: 0 },
    'timeout is 0: give milliseconds as a number above 0, or text such as "500ms", "30s", "2m"',
  ],
  ['a duration that no timer can wait for', { timeout: '600h' }, 'timeout is "600h": give 596h (24 days) at most'],
  [
    'credentials that cannot be decoded',
    { subgraphs: { users: { ...users, url: 'http://%ff:b@127.0.0.1:4001/graphql' } } },
    'subgraphs.users.url is "http://***@127.0.0.1:4001/graphql": give a full address with http:// or https://, such as "http://127.0.0.1:4001/graphql"',
  ],
  [
    'no request in flight',
    { subgraphs: { users: { ...users, concurrency: 0 } } },
    'subgraphs.users.concurrency is 0: give requests as a whole number above 0',
  ],
  [
    'an end of event streams that is none',
    { subgraphs: { users: { ...users, subscriptions: { end: 'never' } } } },
    'subgraphs.users.subscriptions.end is "never": give "complete" or "close"',
  ],
  [
    'responses of half a byte',
    { subgraphs: { users: { ...users, maxResponseBytes: 0.5 } } },
    'subgraphs.users.maxResponseBytes is 0.5: give bytes as a whole number above 0, or text such as "64kb", "10mb"',
  ],
  [
    'bodies of no byte',
    { maxBodyBytes: 0 },
    'maxBodyBytes is 0: give bytes as a whole number above 0, or text such as "64kb", "10mb"',
  ],
  [
    'a dev command without a program',
    { subgraphs: { users: { ...users, dev: { command: [] } } } },
    'subgraphs.users.dev.command is []: give the program and its arguments',
  ],
  [
    'resolvers that are none',
    { fields: { schema: 'gateway.graphql', resolvers: 'profile' } },
    'fields.resolvers is "profile": give an object of resolvers: { Query: { profile: (root, args, context) => … } }',
  ],
  ['a graph file without a name', { graph: '' }, 'graph is "": give a file path'],
  [
    'a setting of GraphiQL that is none',
    { graphiql: 'yes' },
    'graphiql is "yes": give true, false, or { enabled: true, examples: [{ query: "…" }] }',
  ],
  ['an unknown mode for errors', { subgraphErrors: 'some' }, 'subgraphErrors is "some": give "coded", "all" or "none"'],
  [
    'an unknown log level',
    { log: { level: 'loud' } },
    'log.level is "loud": give "trace", "debug", "info", "warn", "error", "fatal" or "silent"',
  ],
  ['an unknown log format', { log: { format: 'xml' } }, 'log.format is "xml": give "json" or "pretty"'],
  ['a plugin that is a name', { plugins: ['cors'] }, 'plugins[0] is "cors": give a plugin: an object of hooks'],
  ['an option that does not exist', { prot: 4000 }, 'prot is not an option; did you mean port?'],
  [
    'an option that does not exist, deep inside',
    { subgraphs: { users: { ...users, wxyzwxyz: 3 } } },
    'subgraphs.users.wxyzwxyz is not an option; remove it or correct its name',
  ],
])('%s is rejected with its path, its value and what is allowed', (_problem, written, message) => {
  expect(rejection({ ...fine, ...(written as object) })).toBe(message);
});

test('a configuration without subgraphs gets an example of one', () => {
  expect(rejection({})).toBe('subgraphs is missing: name at least one service, or give a supergraph');
});

test('several errors are reported at once, one line each', () => {
  const { length } = rejection({ subgraphs: { users: { url: 5, schema: 7, colour: 'red' } }, port: -1 }).split('\n');
  expect(length).toBe(4);
});

test('a value is shown without the credentials in its addresses, however long it is', () => {
  const long = 'x'.repeat(100);
  for (const url of [
    `ftp://me:secret@127.0.0.1/`,
    `ftp://me:sec@ret@127.0.0.1/`,
    `ftp://me:secret${long}@127.0.0.1/`,
    ['ftp://me:secret@127.0.0.1/', `ftp://me:secret${long}@127.0.0.1/`],
  ]) {
    const message = rejection({ subgraphs: { users: { ...users, url } } });
    expect(message).toContain('subgraphs.users.url');
    expect(message).not.toMatch(/sec|ret@/);
  }
});

test('defaults fill what the file leaves out', () => {
  expect(checkConfig(fine)).toMatchObject({
    port: 4000,
    host: '127.0.0.1',
    graph: 'schema/graph.graphql',
    timeout: '30s',
    shutdownGrace: '30s',
    maxBodyBytes: 1_048_576,
    requestTimeout: '30s',
    connections: { max: 20_000, perAddress: 500, perCaller: 500 },
    subgraphErrors: 'coded',
    log: { level: 'info' },
    plugins: [],
  });
});

test('a named export gatewayConfig is read like a default export', async () => {
  const folder = onDisk(`export const gatewayConfig = ${JSON.stringify({ ...fine, port: 4100 })};`);
  const { config, file } = await loadConfig({}, {}, folder);
  expect(config.port).toBe(4100);
  expect(file).toBe(`${folder}/gateway.config.mjs`);
});

test('a TypeScript file is read as it is', async () => {
  const text = `const port: number = 4200; export default { ...${JSON.stringify(fine)}, port };`;
  const { config } = await loadConfig({}, {}, onDisk(text, 'gateway.config.ts'));
  expect(config.port).toBe(4200);
});

test('the command line wins over the environment, and the environment over the file', async () => {
  const folder = onDisk(`export default ${JSON.stringify({ ...fine, port: 1, host: 'file' })};`);
  const environment = { PORT: '2', HOST: 'environment', LOG_LEVEL: 'warn' };
  const file = (await loadConfig({}, {}, folder)).config;
  expect(file).toMatchObject({ port: 1, host: 'file', log: { level: 'info' } });
  const fromEnvironment = (await loadConfig({}, environment, folder)).config;
  expect(fromEnvironment).toMatchObject({ port: 2, host: 'environment', log: { level: 'warn' } });
  const fromCommandLine = (await loadConfig({ port: '3', host: 'line' }, environment, folder)).config;
  expect(fromCommandLine).toMatchObject({ port: 3, host: 'line', log: { level: 'warn' } });
});

test('an empty environment variable has no effect', async () => {
  const folder = onDisk(`export default ${JSON.stringify({ ...fine, port: 1 })};`);
  const { config } = await loadConfig({}, { PORT: '', HOST: '', LOG_LEVEL: '', CONFIG_PATH: '' }, folder);
  expect(config).toMatchObject({ port: 1, host: '127.0.0.1', log: { level: 'info' } });
});

test('a PORT that is no number is rejected like one in the file', async () => {
  const folder = onDisk(`export default ${JSON.stringify(fine)};`);
  await expect(loadConfig({}, { PORT: '4OOO' }, folder)).rejects.toThrow(
    /^PORT=4OOO: give a whole number from 0 to 65535$/,
  );
});

test('CONFIG_PATH names another file, and --config wins over it', async () => {
  const folder = temporaryFolder({
    'one.mjs': `export default ${JSON.stringify({ ...fine, port: 1 })};`,
    'two.mjs': `export default ${JSON.stringify({ ...fine, port: 2 })};`,
  });
  expect((await loadConfig({}, { CONFIG_PATH: 'one.mjs' }, folder)).config.port).toBe(1);
  expect((await loadConfig({ config: 'two.mjs' }, { CONFIG_PATH: 'one.mjs' }, folder)).config.port).toBe(2);
});

test('a supergraph on the command line changes that option of the file in the folder, and drops nothing', async () => {
  const supergraph = { supergraph: 'one.graphql', port: 1, limits: { depth: 3 } };
  const folder = onDisk(`export default ${JSON.stringify(supergraph)};`);
  const { config, file } = await loadConfig({ supergraph: 'two.graphql' }, {}, folder);
  expect(config).toMatchObject({ supergraph: `${folder}/two.graphql`, port: 1, limits: { depth: 3 } });
  expect(file).toBe(`${folder}/gateway.config.mjs`);
  const without = await loadConfig({ supergraph: 'two.graphql', config: false }, {}, folder);
  expect(without).toMatchObject({ file: null, config: { port: 4000 } });
  const other = onDisk(`export default ${JSON.stringify(fine)};`);
  await expect(loadConfig({ supergraph: 'two.graphql' }, {}, other)).rejects.toThrow(
    'the supergraph has the schema: remove this',
  );
});

test('a folder without a configuration file gets the command that makes one', async () => {
  const folder = temporaryFolder();
  await expect(loadConfig({}, {}, folder)).rejects.toThrow(
    `There is no gateway.config.ts in ${folder}. Make one (see the README), or name it with --config or CONFIG_PATH.`,
  );
});

test('a configuration file that does not exist is named', async () => {
  await expect(loadConfig({ config: 'missing.ts' }, {}, temporaryFolder())).rejects.toThrow(
    'There is no configuration file missing.ts. Give one with --config or CONFIG_PATH.',
  );
});

test('a configuration file that throws is named with its reason', async () => {
  const folder = onDisk('throw new Error("DATABASE_URL is not set");');
  await expect(loadConfig({}, {}, folder)).rejects.toThrow(
    'gateway.config.mjs:1:7 cannot be loaded: DATABASE_URL is not set',
  );
});

test('a configuration file that exports nothing gets an example', async () => {
  await expect(loadConfig({}, {}, onDisk('export const port = 4000;'))).rejects.toThrow(
    'gateway.config.mjs exports no configuration. Write: export default defineConfig({ … })',
  );
});

test('the command line ends with exit code 1 and only the message', async () => {
  const folder = onDisk(`export default ${JSON.stringify({ ...fine, port: 'http', colour: 'red' })};`);
  const process = concierge(['start', '--config', `${folder}/gateway.config.mjs`]);
  expect(await process.exit).toBe(1);
  expect(process.output()).toMatch(
    /^\S*gateway\.config\.mjs: 2 errors\n {2}port is "http": .*\n {2}colour is not an option.*\n$/,
  );
});

test('the command line ends with exit code 2 where it is used wrongly', async () => {
  const process = concierge(['start', '--colour', 'red']);
  expect(await process.exit).toBe(2);
  expect(process.output()).toContain('There is no option --colour');
});

test('the file of an invalid configuration has a path as well, so that its change can be waited for', () => {
  const folder = temporaryFolder({ 'gateway.config.json': '{ "subgraphs": {' });
  expect(configFile({}, {}, folder)).toBe(`${folder}/gateway.config.json`);
  expect(configFile({ config: 'gateway.config.json' }, {}, folder)).toBe(`${folder}/gateway.config.json`);
  expect(configFile({ config: 'other.json' }, {}, folder)).toBe(null);
  expect(configFile({}, { CONFIG_PATH: 'other.json' }, folder)).toBe(null);
});
