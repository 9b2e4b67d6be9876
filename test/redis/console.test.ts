// Conditions of a Redis connection that its client would write to standard error: they are lines of the log, and the connection
// works.
import { type AddressInfo, createServer } from 'node:net';
import { afterAll, beforeAll, expect, onTestFinished, test, vi } from 'vitest';
import { openRedis } from '../../gateway/redis/connection.ts';
import type { Logger } from '../../gateway/telemetry/log.ts';
import { RedisServer, reached } from '../harness/redis-server.ts';

const redis = new RedisServer();
beforeAll(() => redis.start());
afterAll(() => redis.close());

/** Opens a connection as the gateway does, and waits until it is ready. */
async function open(url: string) {
  const lines: [unknown, string][] = [];
  const write = (fields: unknown, message: string) => lines.push([fields, message]);
  const log = { error: write, warn: write, info: write, debug: write } as unknown as Logger;
  const written = (['log', 'info', 'warn', 'error'] as const).map((method) => vi.spyOn(console, method));
  const opened = openRedis({ url }, { log, commandTimeout: 5000, connectTimeout: 5000 });
  onTestFinished(async () => {
    await opened.close();
    vi.restoreAllMocks();
  });
  if (opened.client.status !== 'ready') await reached(opened.client, 'ready');
  return { ...opened, lines, texts: () => written.flatMap((spy) => spy.mock.calls) };
}

test('a user without the permission for INFO', async () => {
  const admin = await redis.connect();
  await admin.call('ACL', 'SETUSER', 'limited', 'on', '>secret', '~*', '&*', '+@all', '-info');
  const { client, lines, texts } = await open(`${redis.socket}?username=limited&password=secret`);
  expect(await client.set('a', '1')).toBe('OK');
  // Once, also for a connection that is opened anew.
  client.disconnect(true);
  await reached(client, 'ready');
  expect(texts()).toEqual([]);
  expect(lines.filter(([, message]) => message === 'Redis connection')).toEqual([
    [expect.objectContaining({ reason: expect.stringContaining('may not use INFO') }), 'Redis connection'],
  ]);
  expect(JSON.stringify(lines)).not.toContain('secret');
});

/** A server that replies to HELLO and AUTH with an error, as servers before Redis 6 do. */
async function startOldServer(error: string): Promise<string> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (bytes) => {
      for (const [, name] of String(bytes).matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n/g)) {
        const command = name?.toUpperCase();
        if (command === 'HELLO') socket.write("-ERR unknown command 'HELLO'\r\n");
        else if (command === 'AUTH') socket.write(`-ERR ${error}\r\n`);
        else socket.write(command === 'INFO' ? '$0\r\n\r\n' : '+OK\r\n');
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

test.each([
  ['Client sent AUTH, but no password is set', 'a password is given, and the server needs none'],
  [
    'AUTH <password> called without any password configured for the default user. Are you sure?',
    'a password is given, and the server needs none',
  ],
  ["wrong number of arguments for 'auth' command", 'a user name is configured, and the server has no users'],
])('a server that replies "%s" to a password', async (error, reason) => {
  const { client, lines, texts } = await open(`redis://user:secret@${await startOldServer(error)}`);
  expect(await client.set('a', '1')).toBe('OK');
  expect(texts()).toEqual([]);
  expect(lines).toEqual([[expect.objectContaining({ reason }), 'Redis connection']]);
  expect(JSON.stringify(lines)).not.toContain('secret');
});
