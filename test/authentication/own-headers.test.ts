// Header fields that the gateway sends to a service on its own account, with secrets from the environment and from
// files.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../../gateway/config/load.ts';
import { createGateway, env, file, type GatewayConfig } from '../../gateway/index.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { type Service, serveGraph } from '../values/served-graph.ts';
import { PlainClient } from '../websocket/shop.ts';

const sdl = `
  type Query { key: String @cacheControl(maxAge: 60) }
  type Subscription { keys: String }
`;

function setVariable(name: string, value: string): void {
  process.env[name] = value;
  onTestFinished(() => {
    delete process.env[name];
  });
}

function returnKey(service: Service): void {
  service.returns = ({ query, headers }) => {
    const key = `${headers['x-api-key']} ${headers.authorization ?? '-'}`;
    if (!query.startsWith('subscription')) return { data: { key } };
    return {
      status: 200,
      headers: { 'content-type': 'text/event-stream' },
      body: `event: next\ndata: {"data":{"keys":${JSON.stringify(key)}}}\n\nevent: complete\ndata:\n\n`,
    };
  };
}

test('a service gets its header fields with every request, whoever the caller is, and another service does not', async () => {
  setVariable('SHOP_KEY_OF_TEST', 'k-123456');
  const { query, services, origins } = await serveGraph({
    services: { first: sdl, second: 'type Query { other: String }' },
    settings: { first: { headers: { 'X-Api-Key': env('SHOP_KEY_OF_TEST') } } },
    config: { forward: { headers: ['authorization'] } },
  });
  returnKey(services.first as Service);
  const first = await query('{ key }', { headers: { 'x-api-key': 'forged' } });
  expect(first.data).toEqual({ key: 'k-123456 -' });
  expect((await query('{ key }', { headers: { authorization: 'Bearer u' } })).data).toEqual({
    key: 'k-123456 Bearer u',
  });
  await query('{ other }');
  expect((services.second as Service).requests[0]?.headers).not.toHaveProperty('x-api-key');
  const client = await PlainClient.open(`${(origins[0] as string).replace('http', 'ws')}/graphql`);
  expect((await client.query('1', 'subscription { keys }')).payload).toMatchObject({ data: { keys: 'k-123456 -' } });
});

test('a service that rejects the gateway by its own `authorization` does not sign callers out', async () => {
  const { query, services } = await serveGraph({
    services: { first: sdl },
    settings: { first: { headers: { authorization: 'Bearer of the gateway' } } },
    config: { forward: { headers: ['cookie'] } },
  });
  (services.first as Service).returns = () => ({ status: 401 });
  const { errors } = await query('{ key }', { headers: { cookie: 'sid=1' } });
  expect(errors).toMatchObject([{ extensions: { code: 'SUBGRAPH_ERROR' } }]);
});

test('a secret of a file is its text without the line break at its end, relative to the configuration', async () => {
  const folder = temporaryFolder({
    'secrets/key': 'from-a-file\r\n',
    'gateway.config.mjs': `
      import { env, file } from ${JSON.stringify(new URL('../../gateway/index.ts', import.meta.url).href)};
      export default { subgraphs: { first: { url: 'http://127.0.0.1:1', schema: 'first.graphql', headers: {
        'x-api-key': file('secrets/key'), 'x-region': env('REGION_OF_TEST', 'eu') } } } };`,
  });
  const { config } = await loadConfig({}, {}, folder);
  expect(config.subgraphs.first?.headers).toEqual({ 'x-api-key': 'from-a-file', 'x-region': 'eu' });
});

test('a variable or a file that is missing or empty is a clear error at start', async () => {
  expect(() => env('MISSING_IN_TEST')).toThrow('the environment variable MISSING_IN_TEST is not set; set it');
  setVariable('EMPTY_IN_TEST', '');
  expect(() => env('EMPTY_IN_TEST')).toThrow('the environment variable EMPTY_IN_TEST is empty; set it');
  const folder = temporaryFolder({ empty: '\n' });
  expect(() => file(join(folder, 'none'))).toThrow(`the file ${join(folder, 'none')} does not exist`);
  expect(() => file(join(folder, 'empty'))).toThrow(`the file ${join(folder, 'empty')} is empty`);
  expect(() => file(folder)).toThrow(`the file ${folder} cannot be read (EISDIR)`);
  const index = JSON.stringify(new URL('../../gateway/index.ts', import.meta.url).href);
  writeFileSync(
    join(folder, 'gateway.config.mjs'),
    `import { env } from ${index}; export default { x: env('NO_SUCH') };`,
  );
  await expect(loadConfig({}, {}, folder)).rejects.toThrow(
    /gateway\.config\.mjs:\d+:\d+ cannot be loaded: the environment variable NO_SUCH is not set/,
  );
});

test('no message shows a secret, wherever in the configuration it is', () => {
  setVariable('SECRET_OF_TEST', 'hush "hush" 1');
  const secret = env('SECRET_OF_TEST');
  const messageOf = (config: object) => {
    try {
      createGateway(config as GatewayConfig);
    } catch (error) {
      return (error as Error).message;
    }
    return '';
  };
  const url = 'http://127.0.0.1:1';
  for (const config of [
    { subgraphs: { first: { url, schema: 'a.graphql', headers: { 'x-api-key': `${secret}\n` } } } },
    { subgraphs: { first: { url, schema: 'a.graphql', headers: [secret] } } },
    { subgraphs: [{ url, headers: { 'x-api-key': 'another secret' } }] },
    { host: 7, subgraphs: { first: { url: `ftp://${secret}`, schema: 'a.graphql' } } },
    { redis: { url: secret }, subgraphs: { first: { url, schema: 'a.graphql' } } },
  ]) {
    const message = messageOf(config);
    expect(message).toMatch(/error/);
    expect(message).not.toMatch(/hush|another/);
  }
});

test.each<[string, Partial<GatewayConfig>, object, string]>([
  ['a header of the connection', {}, { headers: { host: 'a' } }, 'it cannot be set: the gateway writes it itself'],
  ['two lines', {}, { headers: { 'x-a': 'a\r\nx-b: b' } }, 'give the value of a header: printable ASCII, on one line'],
  [
    'a header that is forwarded',
    { forward: { headers: ['x-a'] } },
    { headers: { 'X-A': 'a' } },
    '`forward.headers` sends it too: choose one of the two',
  ],
  [
    'a header of a claim',
    { forward: { claims: { 'x-a': 'sub' } } },
    { headers: { 'x-a': 'a' } },
    '`forward.claims` sends it too: choose one of the two',
  ],
  [
    'a header of a hook',
    { hooks: { subgraphHeaders: ['x-a'], onSubgraphRequest: () => {} } },
    { headers: { 'x-a': 'a' } },
    '`hooks.subgraphHeaders` sends it too: choose one of the two',
  ],
  [
    'credentials beside those of the address',
    {},
    { url: 'http://u:p@127.0.0.1', headers: { authorization: 'a' } },
    'the address sends it too: choose one of the two',
  ],
])('%s is an error', (_what, config, settings, message) => {
  const subgraphs = { first: { url: 'http://127.0.0.1', schema: 'first.graphql', ...settings } };
  expect(() => createGateway({ ...config, subgraphs })).toThrow(message);
});
