// API keys of a configuration and of a watched file: rotation, expiry, mistakes in the file, and the records of their
// use.
import { hash } from 'node:crypto';
import { readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { ConfigError } from '../../gateway/config/config-error.ts';
import { checkConfig } from '../../gateway/config/load.ts';
import { usageFile } from '../../gateway/telemetry/usage/usage-store.ts';
import { rejectionOf, startAuthenticator } from '../authentication/authenticator.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { concierge, startGatewayProcess } from '../harness/gateway.ts';
import { responding, startUpstream } from '../harness/servers.ts';
import { PlainClient, Shop } from '../websocket/shop.ts';
import { serve, statusOf } from './served.ts';

const hashOf = (key: string) => `sha256:${hash('sha256', key)}`;
const idOf = (key: string) => hash('sha256', key).slice(0, 8);
const entry = (name: string, key: string, more: object = {}) => ({ name, hash: hashOf(key), ...more });
const asFile = (...keys: object[]) => JSON.stringify({ keys });

function fileWith(content: string) {
  const folder = temporaryFolder({ 'keys.json': content });
  const file = join(folder, 'keys.json');
  // As a whole: it may be read at any time.
  const write = (content: string | Buffer) => {
    writeFileSync(join(folder, 'next.json'), content);
    renameSync(join(folder, 'next.json'), file);
  };
  return { folder, file, write };
}

/** An authenticator over the file, which is read every few milliseconds. */
function watching(file: string, keys: { name: string; hash: string }[] = []) {
  return startAuthenticator({ apiKeys: { keys, file, fileInterval: 5 } });
}

const present = (started: ReturnType<typeof watching>, key: string) => started.present({ 'x-api-key': key });

test('by every transport, keys of the file are valid beside those of the configuration', async () => {
  const { file } = fileWith(asFile(entry('filed', 'second', { scopes: ['read'] })));
  const served = await serve({ authentication: { apiKeys: { keys: [entry('configured', 'first')], file } } });
  for (const [key, user, read] of [
    ['first', 'configured', null],
    ['second', 'filed', 'with the scope'],
  ]) {
    const outcomes = await served.everywhere({ 'x-api-key': key as string }, '{ user read }');
    expect(outcomes.map(({ data }) => data)).toEqual(outcomes.map(() => ({ user, read })));
  }
  expect(statusOf(await served.everywhere({ 'x-api-key': 'third' }))).toBe(401);
});

test('a changed file is read again: keys are added and removed without a restart', async () => {
  const { file, write } = fileWith(asFile(entry('a', 'first')));
  const started = watching(file);
  const before = (await present(started, 'first'))?.identity;
  write(asFile(entry('a', 'first'), entry('b', 'second')));
  await vi.waitFor(async () => expect((await present(started, 'second'))?.identity.subject).toBe('b'), {
    timeout: 30_000,
  });
  // What is kept for an identity stays kept.
  expect((await present(started, 'first'))?.identity).toBe(before);
  write(asFile(entry('b', 'second')));
  await vi.waitFor(async () => expect((await rejectionOf(() => present(started, 'first'))).status).toBe(401), {
    timeout: 30_000,
  });
  expect(started.log).toContainEqual(expect.objectContaining({ msg: 'API keys read again', file, keys: 1 }));
});

test('a file of an editor of Windows is read like any other', async () => {
  const { file, write } = fileWith(`\ufeff${asFile(entry('é', 'first'))}`);
  const started = watching(file);
  expect((await present(started, 'first'))?.identity.subject).toBe('é');
  write(`\ufeff${JSON.stringify({ keys: [entry('ü', 'second')] }, null, 2).replaceAll('\n', '\r\n')}`);
  await vi.waitFor(async () => expect((await present(started, 'second'))?.identity.subject).toBe('ü'), {
    timeout: 30_000,
  });
});

test('a file that is replaced, as a mounted secret is, is read again too', async () => {
  const { folder, file } = fileWith(asFile(entry('a', 'first')));
  renameSync(file, join(folder, 'one.json'));
  writeFileSync(join(folder, 'two.json'), asFile(entry('b', 'second')));
  symlinkSync('one.json', file);
  const started = watching(file);
  symlinkSync('two.json', join(folder, 'next'));
  renameSync(join(folder, 'next'), file);
  await vi.waitFor(async () => expect((await present(started, 'second'))?.identity.subject).toBe('b'), {
    timeout: 30_000,
  });
});

test.each<[string, string | Buffer, RegExp]>([
  ['no JSON', '{"keys": [{"name": "concierge_secret', /this is no JSON/],
  ['a part of it', '', /this is no JSON/],
  ['another shape', '["concierge_secret"]', /json: give an object such as \{ "keys": /],
  ['bytes that are no UTF-8', Buffer.from(asFile(entry('é secret', 'x')), 'latin1'), /this is no UTF-8/],
  ['a key in plain text', asFile({ name: 'a', key: 'concierge_secret' }), /keys\[0\]\.hash is missing: give "sha256:"/],
  ['a key in place of its hash', asFile({ name: 'a', hash: 'concierge_secret' }), /keys\[0\]\.hash: give "sha256:"/],
  ['a text as a key', asFile('concierge_secret' as unknown as object), /keys\[0\]: /],
  ['an unknown plan', asFile(entry('a', 'x', { ratePlan: 'gold' })), /keys\[0\]\.ratePlan: there is no such plan/],
  ['an expiry without a zone', asFile(entry('a', 'x', { expires: '2027-01-01' })), /keys\[0\]\.expires: give a time/],
  ['a hash twice', asFile(entry('a', 'x'), entry('b', 'x')), /keys\[1\]\.hash: another key has this hash/],
  ["a configured key's hash", asFile(entry('b', 'configured')), /keys\[0\]\.hash: another key has this hash/],
  [
    ...(['three keys of one name', asFile(entry('a', 'x'), entry('a', 'y'), entry('a', 'z'))] as const),
    /keys\[2\]\.name: two other keys have this name/,
  ],
  [
    ...(['a name with two kinds of rights', asFile(entry('a', 'x'), entry('a', 'y', { roles: ['admin'] }))] as const),
    /keys\[1\]\.name: another key of this name has other rights/,
  ],
])(
  'a file with %s keeps the last good keys, and the log has the place and never a value',
  async (_what, text, reason) => {
    const { file, write } = fileWith(asFile(entry('a', 'first')));
    const started = watching(file, [entry('configured', 'configured')]);
    write(text);
    const failed = () => started.log.filter(({ msg }) => msg === 'API keys not read: the last ones stay valid');
    await vi.waitFor(
      () => expect(failed()).toMatchObject([{ level: 50, file, reason: expect.stringMatching(reason) }]),
      { timeout: 30_000 },
    );
    expect(JSON.stringify(started.log)).not.toContain('secret');
    expect((await present(started, 'first'))?.identity.subject).toBe('a');
    // It is mended, and was reported once.
    write(asFile(entry('b', 'second')));
    await vi.waitFor(async () => expect((await present(started, 'second'))?.identity.subject).toBe('b'), {
      timeout: 30_000,
    });
    expect(failed()).toHaveLength(1);
    // At the start there are no last keys.
    write(text);
    expect(() => watching(file, [entry('configured', 'configured')])).toThrow(ConfigError);
  },
);

test('a file that vanishes keeps the last good keys', async () => {
  const { file } = fileWith(asFile(entry('a', 'first')));
  const started = watching(file);
  rmSync(file);
  const failed = () => started.log.filter(({ msg }) => String(msg).startsWith('API keys not read'));
  await vi.waitFor(() => expect(failed()).toMatchObject([{ reason: 'ENOENT' }]), { timeout: 30_000 });
  expect((await present(started, 'first'))?.identity.subject).toBe('a');
  expect(() => watching(file)).toThrow('the API keys cannot be read: ENOENT');
});

test('two keys of one name are one identity, and each expires by itself', async () => {
  const expires = '2030-01-31T01:00:00+01:00';
  const { present, clock } = startAuthenticator({
    apiKeys: { keys: [entry('a', 'old', { expires, roles: ['r'] }), entry('a', 'new', { roles: ['r'] })] },
  });
  const [old, fresh] = [await present({ 'x-api-key': 'old' }), await present({ 'x-api-key': 'new' })];
  expect(old?.identity).toBe(fresh?.identity);
  // Connections that were opened with the key end with it.
  expect([old?.expires, fresh?.expires]).toEqual([Date.parse('2030-01-31T00:00:00Z'), null]);
  clock.now = Date.parse(expires);
  expect(await rejectionOf(() => present({ 'x-api-key': 'old' }))).toMatchObject({
    ...{ status: 401, message: 'The API key has expired.' },
    challenge: expect.stringContaining('invalid_token'),
  });
  expect((await present({ 'x-api-key': 'new' }))?.identity.subject).toBe('a');
});

test('a key that is withdrawn ends the connections that were opened with it, and no others', async () => {
  const others = [entry('b', 'second'), entry('c', 'third', { expires: '2999-01-01T00:00:00Z' })];
  const { file, write } = fileWith(asFile(entry('a', 'first'), ...others));
  const shop = await Shop.start();
  const { url, http } = await shop.gateway({ authentication: { apiKeys: { file, fileInterval: 5 } } });
  const query = 'subscription { stockChanged { id } }';
  const events = async (key: string) => {
    const headers = { 'content-type': 'application/json', accept: 'text/event-stream', 'x-api-key': key };
    const response = await fetch(http, { method: 'POST', headers, body: JSON.stringify({ query }) });
    return response.text();
  };
  const sockets = await Promise.all(
    ['first', 'second', 'third'].map((key) => PlainClient.open(url, { 'x-api-key': key })),
  );
  for (const socket of sockets) socket.subscribe('1', query);
  const stream = events('first');
  await shop.subscribed(4);
  // The third key has another expiry from now on.
  write(asFile(entry('b', 'second'), entry('c', 'third', { expires: '2998-01-01T00:00:00Z' })));
  const [first, second, third] = sockets as [PlainClient, PlainClient, PlainClient];
  const withdrawn = { code: 4401, reason: 'Unauthorized: the API key is no longer valid' };
  expect(await Promise.all([first.closed, third.closed])).toEqual([withdrawn, withdrawn]);
  expect(await stream).toContain('The API key is no longer valid. Subscribe again with a new one.');
  await shop.subscribed(1);
  expect((await second.query('2', '{ product { id } }')).type).toBe('next');
});

test('a key that expires ends the connections that were opened with it', async () => {
  const shop = await Shop.start();
  const expires = new Date(Date.now() + 1500).toISOString();
  const { url } = await shop.gateway({ authentication: { apiKeys: { keys: [entry('a', 'first', { expires })] } } });
  const client = await PlainClient.open(url, { headers: { 'X-API-Key': 'first' } });
  expect(await client.closed).toEqual({ code: 4401, reason: 'Unauthorized: the API key has expired' });
});

test.each<[string, object, RegExp]>([
  ['no keys and no file', {}, /authentication\.apiKeys\.keys.*give at least one key, or a file/],
  ['an expiry that is no time', { keys: [entry('a', 'x', { expires: 'soon' })] }, /expires is "soon": give a time/],
  [
    'other rights for one name',
    { keys: [entry('a', 'x', { scopes: ['s'] }), entry('a', 'y')] },
    /keys\[1\]\.name .*another key of this name has other rights/,
  ],
])('a configuration with %s is not valid', (_what, apiKeys, message) => {
  const subgraphs = { users: { url: 'http://127.0.0.1:1', schema: 'a.graphql' } };
  expect(() => checkConfig({ subgraphs, authentication: { apiKeys } })).toThrow(message);
});

test('the day of the last use of each key is in the usage records, and `concierge usage --keys` shows it', async () => {
  const service = await startUpstream(responding(200, { data: { hello: 'hi' } }));
  onTestFinished(() => service.stop());
  const folder = temporaryFolder({
    'service.graphql': 'type Query { hello: String }',
    'keys.json': asFile(entry('filed', 'second', { expires: '2999-01-01T00:00:00Z' }), entry('idle', 'third')),
    'gateway.config.mjs': `export default ${JSON.stringify({
      port: 0,
      authentication: { apiKeys: { keys: [entry('configured', 'first')], file: 'keys.json' } },
      subgraphs: { service: { url: service.url, schema: 'service.graphql' } },
    })};`,
  });
  const { url, process } = await startGatewayProcess(join(folder, 'gateway.config.mjs'));
  const headers = { 'content-type': 'application/json' };
  for (const key of ['first', 'second', 'first']) {
    const body = JSON.stringify({ query: '{ hello }' });
    expect((await fetch(url, { method: 'POST', headers: { ...headers, 'x-api-key': key }, body })).status).toBe(200);
  }
  expect(await process.stop()).toBe(0);
  const stored = readFileSync(usageFile(folder), 'utf8');
  expect(stored).not.toContain(hash('sha256', 'first'));
  const today = new Date().toISOString().slice(0, 10);

  const usage = concierge(['usage', '--keys', '--config', join(folder, 'gateway.config.mjs')]);
  expect(await usage.exit).toBe(0);
  expect(usage.output()).toBe(
    `configured  ${idOf('first')}  2 requests, last on ${today}\n` +
      `filed       ${idOf('second')}  1 request, last on ${today}, expires 2999-01-01T00:00:00Z\n` +
      `idle        ${idOf('third')}  no requests in the last 30 days\n`,
  );
});
