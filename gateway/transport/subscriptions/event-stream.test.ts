// Event stream decoder: the grammar of WHATWG HTML 9.2.6, whatever the chunks, and the ends that the grammar hides.
import { expect, test } from 'vitest';
import { EventStreamDecoder, InvalidEventStream, type StreamEvent } from './event-stream.ts';

function decode(chunks: readonly Uint8Array[], maxBytes = 10_000): { events: StreamEvent[]; isBetweenEvents: boolean } {
  const events: StreamEvent[] = [];
  const decoder = new EventStreamDecoder({ maxBytes, onEvent: (event) => events.push(event) });
  for (const chunk of chunks) decoder.write(chunk);
  return { events, isBetweenEvents: decoder.end() };
}

const next = (data: string, id: string | null = null): StreamEvent => ({ type: 'next', data, id });
const complete: StreamEvent = { type: 'complete', data: '', id: null };

const streams: readonly (readonly [string, string, readonly StreamEvent[]])[] = [
  ['line feeds', 'event: next\ndata: é日🙂\n\nevent: complete\ndata:\n\n', [next('é日🙂'), complete]],
  ['a byte order mark', '\ufeffevent: next\ndata: \ufeffa\n\nevent: complete\ndata:\n\n', [next('\ufeffa'), complete]],
  ['comments', ': ping\n\nevent: next\n: ping\ndata: a\n\n:\n\nevent: complete\ndata:\n\n', [next('a'), complete]],
  [
    'ids and times to wait',
    'id: 7\nretry: 3\nretry: x\nevent: next\ndata: a\nother\n\nevent:complete\ndata\n\n',
    [next('a', '7'), complete],
  ],
  [
    'several lines of data',
    'event: next\ndata: {\ndata:"é": 1\ndata: }\n\nevent: complete\ndata:\n\n',
    [next('{\n"é": 1\n}'), complete],
  ],
  [
    'events without a name',
    'data: a\n\ndata: b\n\nevent: complete\ndata: null\n\n',
    [
      { type: '', data: 'a', id: null },
      { type: '', data: 'b', id: null },
      { type: 'complete', data: 'null', id: null },
    ],
  ],
  ['`complete` without data', 'event: next\ndata: a\n\nevent: complete\n\n', [next('a'), complete]],
  ['an event without data, which is none', 'event: next\n\nevent: ping\n\nevent: complete\n\n', [complete]],
];

const written = streams.flatMap(([name, text, events]) =>
  [
    ['LF', '\n'],
    ['CRLF', '\r\n'],
    ['CR', '\r'],
  ].map(([end, characters]) => ({
    name: `${name}, ${end}`,
    text: text.replaceAll('\n', characters as string),
    events,
  })),
);

test.each(written)('$name: the same events wherever the stream is cut in two, and byte by byte', ({ text, events }) => {
  const bytes = Buffer.from(text);
  for (let at = 0; at <= bytes.length; at += 1) {
    expect(decode([bytes.subarray(0, at), bytes.subarray(at)])).toEqual({ events, isBetweenEvents: true });
  }
  expect(decode([...bytes].map((byte) => Buffer.of(byte))).events).toEqual(events);
});

/** Nothing but comments since the last empty line, or since the beginning. */
const betweenEvents = /(?:^(?:\xef\xbb\xbf)?|\n\n)(?::[^\n]*\n|\n)*(?::[^\n]*)?$/;

test.each(written)(
  '$name: a stream cut off at any byte has the events so far, and shows an event that is cut',
  ({ text, events }) => {
    const bytes = Buffer.from(text);
    for (let at = 0; at < bytes.length; at += 1) {
      const head = bytes.subarray(0, at);
      const cut = decode([head]);
      expect(cut.events).toEqual(events.slice(0, cut.events.length));
      const lines = head.toString('latin1').replaceAll(/\r\n?/g, '\n');
      expect([at, cut.isBetweenEvents]).toEqual([at, betweenEvents.test(lines)]);
    }
  },
);

test('bytes that are not UTF-8 are an error, not a replacement character', () => {
  for (const bytes of [[0xff], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0x1f, 0x8b]]) {
    expect(() => decode([Buffer.from('data: a'), Buffer.from([...bytes, 0x0a, 0x0a])])).toThrow(InvalidEventStream);
  }
});

test.each([
  ['in one chunk', [`data: ${'é'.repeat(60)}\n\n`]],
  ['in a line without end', Array<string>(20).fill('data: 12345')],
  ['in lines without end', Array<string>(30).fill('data: 12345\n')],
])('an event beyond the bound is an error: %s', (_how, chunks) => {
  expect(() =>
    decode(
      chunks.map((chunk) => Buffer.from(chunk)),
      100,
    ),
  ).toThrow(InvalidEventStream);
});

test('an event of the bound is none, nor are many events and comments beyond it', () => {
  const events = `data: ${'é'.repeat(50)}\n\n: ${'c'.repeat(500)}\n\n`.repeat(5);
  expect(decode([Buffer.from(events)], 100).events).toHaveLength(5);
  expect(
    decode(
      [...Buffer.from(events)].map((byte) => Buffer.of(byte)),
      100,
    ).events,
  ).toHaveLength(5);
});
