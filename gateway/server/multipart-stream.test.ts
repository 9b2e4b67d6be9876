// Parts of `multipart/mixed`: delimiters, heartbeats, and the pace of the reader.
import { expect, test, vi } from 'vitest';
import { multipartStream } from './multipart-stream.ts';

const format = { boundary: 'graphql', heartbeat: '{}' };
const head = '\r\ncontent-type: application/json; charset=utf-8\r\n\r\n';
const heartbeat = `${head}{}\r\n--graphql`;
const decoder = new TextDecoder();

function source(texts: string[]) {
  const state = { pulled: 0, returned: 0 };
  const parts = {
    next: async () => {
      const value = texts[state.pulled];
      state.pulled += 1;
      return value === undefined ? { done: true as const, value } : { done: false as const, value };
    },
    return: async () => {
      state.returned += 1;
      return { done: true as const, value: undefined };
    },
  };
  return { parts, state };
}

/** Chunks as they are sent. */
async function chunksOf(body: ReadableStream<Uint8Array>): Promise<string[]> {
  const chunks: string[] = [];
  for await (const chunk of body) chunks.push(decoder.decode(chunk));
  return chunks;
}

test('each part is sent with the delimiter that ends it; the closing one follows the last part', async () => {
  const { parts, state } = source(['{"a":1}', '{"b":"\\r\\n--graphql--"}']);
  const first = `\r\n--graphql${heartbeat}`;
  const chunks = [first, `${head}{"a":1}\r\n--graphql`, `${head}{"b":"\\r\\n--graphql--"}\r\n--graphql`, '--\r\n'];
  expect(await chunksOf(multipartStream(parts, format))).toEqual(chunks);
  expect(state).toEqual({ pulled: 3, returned: 0 });
});

test('a format without heartbeats has none, and a body without parts is whole', async () => {
  const silent = { boundary: '-', heartbeat: null };
  expect((await chunksOf(multipartStream(source([]).parts, silent))).join('')).toBe('\r\n-----\r\n');
  const { parts } = source(['1']);
  expect((await chunksOf(multipartStream(parts, silent))).join('')).toBe(`\r\n---${head}1\r\n-----\r\n`);
});

test('a client that does not read gets no heartbeats and pulls no parts; leaving ends the source and the timer', async () => {
  vi.useFakeTimers();
  try {
    const { parts, state } = source(Array.from({ length: 100 }, (_, index) => `${index}`));
    const reader = multipartStream(parts, format).getReader();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(state.pulled).toBe(0);
    await reader.read();
    await vi.advanceTimersByTimeAsync(600_000);
    expect(state.pulled).toBe(1);
    await reader.cancel();
    expect(state.returned).toBe(1);
    expect(vi.getTimerCount()).toBe(0);
  } finally {
    vi.useRealTimers();
  }
});

test('heartbeats are sent while there is nothing else, to a client that reads', async () => {
  vi.useFakeTimers();
  try {
    const pending = {
      next: () => new Promise<never>(() => {}),
      return: async () => ({ done: true as const, value: 0 }),
    };
    const reader = multipartStream(pending, format).getReader();
    await reader.read();
    for (let count = 0; count < 3; count += 1) {
      const next = reader.read();
      await vi.advanceTimersByTimeAsync(12_000);
      expect(decoder.decode((await next).value)).toBe(heartbeat);
    }
    await reader.cancel();
  } finally {
    vi.useRealTimers();
  }
});

test('a source that fails breaks the body off, without its closing delimiter', async () => {
  const failing = { next: () => Promise.reject(new Error('lost')) };
  const reader = multipartStream(failing, format).getReader();
  await reader.read();
  await expect(reader.read()).rejects.toThrow('lost');
});
