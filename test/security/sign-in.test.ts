// Development sign-in from other machines: attack, expected status and code. Requests are real; their remote address
// is set by the test's server.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openDevelopmentKey } from '../../gateway/policy/authentication/development-key.ts';
import { createSignIn } from '../../gateway/server/sign-in/token-handler.ts';
import { sendRaw } from '../fast-path/both-paths.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { concierge } from '../harness/gateway.ts';

let origin: string;
const closing: (() => void)[] = [];
beforeAll(async () => {
  const key = await openDevelopmentKey(temporaryFolder({}, (remove) => closing.push(remove)));
  const users = [{ name: 'Ann', subject: 'ann', scopes: [], roles: [] }];
  const common = { key, users, host: '0.0.0.0' };
  const guarded = createSignIn(common);
  const open = createSignIn({ ...common, fromNetwork: true });
  const server = createServer((request, response) => {
    const { peer, flag } = JSON.parse(String(request.headers['x-test']));
    Object.defineProperty(request.socket, 'remoteAddress', { value: peer });
    (flag ? open : guarded)(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => server.close());
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  for (const close of closing) close();
});

test.each<[attack: string, peer: string, host: string, flag: boolean, status: number]>([
  ['this machine', '127.0.0.1', 'localhost:4000', false, 200],
  ['this machine over IPv6', '::1', '[::1]:4000', false, 200],
  ['this machine as IPv6 writes IPv4', '::ffff:127.0.0.1', 'localhost:4000', false, 200],
  ['another machine', '192.0.2.7', '192.0.2.1:4000', false, 403],
  ['another machine that claims to be this one', '192.0.2.7', 'localhost:4000', false, 403],
  ['another machine over IPv6', '2001:db8::7', '[::1]:4000', false, 403],
  ['another machine as IPv6 writes IPv4', '::ffff:192.0.2.7', 'localhost:4000', false, 403],
  ['a peer that has gone', '', 'localhost:4000', false, 403],
  ['another machine, where any machine may', '192.0.2.7', '192.0.2.1:4000', true, 200],
  ['a name that leads here, where any machine may', '192.0.2.7', 'evil.example:4000', true, 403],
])('%s', async (_attack, peer, host, flag, status) => {
  const { status: actual, body } = await sendRaw(origin, {
    path: '/development/token',
    headers: {
      ...{ host, 'content-type': 'application/json', 'x-concierge-development': 'sign-in' },
      'x-test': JSON.stringify({ peer, flag }),
    },
    body: '{"user":"ann"}',
  });
  expect(actual).toBe(status);
  if (status === 403) expect(JSON.parse(body).errors[0].extensions).toEqual({ code: 'FORBIDDEN' });
  else expect(JSON.parse(body)).toMatchObject({ token: expect.any(String) });
});

test('the flag that lets any machine sign in has no effect without development', async () => {
  const process = concierge(['start', '--allow-remote-sign-in']);
  expect(await process.exit).toBe(1);
  expect(process.output()).toContain('--allow-remote-sign-in goes with --development');
});
