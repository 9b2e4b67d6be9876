import { expect, test } from 'vitest';
import { CapturedResponse } from './captured-response.ts';
import { headersOf, Message } from './message.ts';

function capture(method = 'GET'): CapturedResponse {
  const parts = { method, url: '/', ...headersOf([], 'localhost'), remoteAddress: undefined, encrypted: false };
  return new CapturedResponse(new Message({ ...parts, body: null }));
}

test('a head has every field, several of one name too, and none of a connection', async () => {
  const response = capture();
  response.setHeader('Connection', 'close');
  response.setHeader('Set-Cookie', ['a=1', 'b=2']);
  response.writeHead(201, { 'X-One': 'é', 'x-two': 2 });
  response.end('é');
  const { status, headers } = await response.captured;
  expect([status, headers.get('x-one'), headers.get('x-two')]).toEqual([201, 'é', '2']);
  expect(headers.getSetCookie()).toEqual(['a=1', 'b=2']);
  expect(headers.has('connection')).toBe(false);
  expect(headers.get('x-content-type-options')).toBe('nosniff');
  const listed = capture();
  listed.writeHead(200, 'Fine', ['x-one', '1', 'x-one', '2']);
  listed.end();
  expect((await listed.captured).headers.get('x-one')).toBe('1, 2');
});

test.each([
  ['GET', 204],
  ['GET', 304],
  ['HEAD', 200],
])('the response to %s with status %i has no body', async (method, status) => {
  const response = capture(method);
  response.writeHead(status);
  response.end('left out');
  expect((await response.captured).body).toBeNull();
  const stream = capture(method);
  stream.writeHead(status);
  stream.write('left out');
  stream.end();
  expect((await stream.captured).body).toBeNull();
});

test('a writer pauses while its reader does not read, and goes on when it does', async () => {
  const response = capture();
  const chunk = 'x'.repeat(40_000);
  expect(response.write(chunk)).toBe(true);
  expect(response.write(chunk)).toBe(false);
  let drained = 0;
  response.on('drain', () => {
    drained += 1;
  });
  const reader = ((await response.captured).body as ReadableStream<Uint8Array>).getReader();
  expect(drained).toBe(0);
  await reader.read();
  await reader.read();
  await expect.poll(() => drained).toBeGreaterThan(0);
  response.end('end');
  const last = await reader.read();
  expect(Buffer.from(last.value ?? []).toString()).toBe('end');
  expect((await reader.read()).done).toBe(true);
});

test('it finishes once it has ended, and not where it was destroyed', async () => {
  const events: string[] = [];
  const watched = (response: CapturedResponse) => {
    for (const name of ['finish', 'close']) {
      response.on(name, () => events.push(`${name} ${response.writableFinished}`));
    }
    return response;
  };
  const ended = watched(capture());
  await new Promise<void>((resolve) => ended.end('text', resolve));
  await expect.poll(() => events).toEqual(['finish true', 'close true']);
  expect(await (await ended.captured).text()).toBe('text');
  expect(ended.write('more')).toBe(false);

  events.length = 0;
  const unsent = watched(capture());
  unsent.destroy(new Error('No time.'));
  await expect(unsent.captured).rejects.toThrow('No time.');
  const cut = watched(capture());
  cut.write('half');
  const body = (await cut.captured).text();
  cut.destroy();
  cut.destroy();
  await expect(body).rejects.toThrow('before it was complete');
  await expect.poll(() => events).toEqual(['close false', 'close false']);
});

test('a body that breaks off destroys its message, without an error that has no listener', async () => {
  const parts = { method: 'POST', url: '/', ...headersOf([['a', 'b']], 'localhost'), encrypted: false };
  const body = {
    next: () => Promise.reject(new Error('The client has left.')),
  };
  const message = new Message({ ...parts, remoteAddress: '192.0.2.1', body });
  expect([message.headers, message.socket.remoteAddress]).toEqual([{ host: 'localhost', a: 'b' }, '192.0.2.1']);
  const closed = new Promise((resolve) => message.once('close', resolve));
  message.resume();
  await closed;
  expect(message.aborted).toBe(true);
});
