// Development tokens and API keys, as the command line makes them.
import { hash } from 'node:crypto';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { expect, test } from 'vitest';
import { mintDevelopmentToken, openDevelopmentKey } from '../../gateway/policy/authentication/development-key.ts';
import { outcomeOf } from '../harness/command.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { concierge } from '../harness/gateway.ts';
import { startAuthenticator } from './authenticator.ts';

const config = { subgraphs: { users: { url: 'http://127.0.0.1:9/graphql', schema: 'users.graphql' } } };

function project(): string {
  return temporaryFolder({ 'gateway.config.mjs': `export default ${JSON.stringify(config)};` });
}

const tokenArgs = (folder: string, args: string[]) => ['token', '--config', `${folder}/gateway.config.mjs`, ...args];
const tokenCommand = (folder: string, args: string[], env = {}) =>
  outcomeOf(tokenArgs(folder, args), { env: { NODE_ENV: '', ...env } });

test('concierge token prints a token that the gateway of this folder accepts, and nothing else', async () => {
  const folder = project();
  const { code, output } = await tokenCommand(folder, [
    ...['--sub', '42', '--scope', 'orders:read orders:write'],
    ...['--role', 'support', '--role', 'admin', '--expires', '30m'],
  ]);
  expect(code).toBe(0);
  const token = output.replace(/\n$/, '');
  expect(token).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+$/);
  const { bearer } = startAuthenticator({}, { development: await openDevelopmentKey(folder) });
  const found = await bearer(token);
  expect(found?.identity).toMatchObject({
    subject: '42',
    issuer: 'concierge-development',
    scopes: ['orders:read', 'orders:write'],
    roles: ['support', 'admin'],
  });
  const { iat, exp } = found!.identity.claims as { iat: number; exp: number };
  expect(exp - iat).toBe(1800);
});

test('processes that need the key at the same time get the same one', async () => {
  const folder = project();
  const tokens = await Promise.all(
    ['a', 'b', 'c'].map(async (subject) => {
      const process = concierge(tokenArgs(folder, ['--sub', subject]), { NODE_ENV: '' });
      expect(await process.exit).toBe(0);
      return process.output().trim();
    }),
  );
  const { bearer } = startAuthenticator({}, { development: await openDevelopmentKey(folder) });
  for (const token of tokens) expect(await bearer(token)).not.toBeNull();
  expect(readdirSync(`${folder}/.concierge`)).toEqual(['development-key.json']);
});

test('the key is readable by its owner alone', async () => {
  const folder = temporaryFolder();
  await openDevelopmentKey(folder);
  expect(statSync(`${folder}/.concierge/development-key.json`).mode & 0o777).toBe(0o600);
  expect(statSync(`${folder}/.concierge`).mode & 0o777).toBe(0o700);
});

test('there are no development tokens in production, neither made nor accepted', async () => {
  const folder = project();
  const { code, output } = await tokenCommand(folder, ['--sub', '42'], { NODE_ENV: 'production' });
  expect(code).toBe(1);
  expect(output).toMatch(/^There are no development tokens where NODE_ENV is "production"\..*\n$/);
  const token = await mintDevelopmentToken(await openDevelopmentKey(folder), { subject: '42', expires: 60_000 });
  const { rejection } = startAuthenticator({ jwt: [{ issuer: 'https://login.example', secret: 'x'.repeat(32) }] });
  expect((await rejection(token)).message).toBe('The token is of an unknown issuer.');
});

test("another folder's token is rejected, and one that has expired", async () => {
  const [key, other] = [await openDevelopmentKey(temporaryFolder()), await openDevelopmentKey(temporaryFolder())];
  const { clock, rejection } = startAuthenticator({}, { development: key });
  const foreign = await mintDevelopmentToken(other, { subject: '42', expires: 60_000 });
  expect((await rejection(foreign)).message).toBe('The token has a wrong signature.');
  const token = await mintDevelopmentToken(key, { subject: '42', expires: 60_000 });
  clock.now += 70_000;
  expect((await rejection(token)).message).toBe('The token has expired.');
});

test('subgraphs can verify development tokens with the public key, the only part that is published', async () => {
  const { jwks, ...key } = await openDevelopmentKey(temporaryFolder());
  expect(Object.keys(jwks.keys[0]!).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x']);
  const token = await mintDevelopmentToken({ jwks, ...key }, { subject: '42', expires: 60_000 });
  const { payload } = await jwtVerify(token, createLocalJWKSet(jwks), { issuer: 'concierge-development' });
  expect(payload).toMatchObject({ sub: '42', scope: '', roles: [] });
});

test('a damaged key file is named, without its content', async () => {
  const folder = temporaryFolder();
  await openDevelopmentKey(folder);
  const file = `${folder}/.concierge/development-key.json`;
  const { d } = JSON.parse(readFileSync(file, 'utf8'));
  writeFileSync(file, `{"d":"${d}"`);
  const message = await openDevelopmentKey(folder).catch((error: Error) => error.message);
  expect(message).toBe(`${file} does not contain a development key. Delete the file to create a new one.`);
});

test.each([[['--sub', '']], [['--sub', '42', '--expires', 'soon']], [[]]])(
  'a token without a subject or a valid expiry is not made: %j',
  async (args) => {
    const { code, output } = await tokenCommand(project(), args);
    expect(code).toBe(2);
    expect(output).toMatch(/--sub|--expires/);
  },
);

test('concierge api-key prints a new key and the hash for the configuration', async () => {
  const { output } = await outcomeOf(['api-key']);
  const [, key, written] = /^key {3}(\S+)\nhash {2}(\S+)\n$/.exec(output) ?? [];
  expect(written).toBe(`sha256:${hash('sha256', key!)}`);
  const { present } = startAuthenticator({ apiKeys: { keys: [{ name: 'warehouse', hash: written! }] } });
  expect((await present({ 'x-api-key': key! }))?.identity.subject).toBe('warehouse');
});
