// Properties of what reads responses of services, from their bytes on: heads and chunks, bodies, event streams, and fields.
// And of what writes the requests.
import fc from 'fast-check';
import { parseJson } from '../../gateway/json/parse-json.ts';
import { readDirectives } from '../../gateway/transport/cache-directives.ts';
import { fieldLines, InvalidField, requestText } from '../../gateway/transport/http1/request-text.ts';
import { InvalidResponse } from '../../gateway/transport/http1/response-head.ts';
import { ResponseParser } from '../../gateway/transport/http1/response-parser.ts';
import { mergedHeaders, receivedHeaders } from '../../gateway/transport/received-headers.ts';
import { rejection } from '../../gateway/transport/rejected-request.ts';
import { decoderFor, unknownCoding } from '../../gateway/transport/response-codings.ts';
import { SubgraphError } from '../../gateway/transport/subgraph-error.ts';
import { readResponse } from '../../gateway/transport/subgraph-response.ts';
import {
  EventStreamDecoder,
  InvalidEventStream,
  type StreamEvent,
} from '../../gateway/transport/subscriptions/event-stream.ts';
import { type Property, property } from './run.ts';
import { anyText, fieldTexts, jsonTexts, nearJson, texts } from './texts.ts';

const streams = texts({
  tokens: [
    'data',
    ':',
    ' ',
    '\n',
    '\r',
    '\r\n',
    '\n\n',
    'event',
    'complete',
    'next',
    'id: 1',
    'retry: 5',
    '{"data":null}',
    '\ufeff',
    '\u0000',
  ],
  samples: [
    'event: next\ndata: {"data":{"a":1}}\n\nevent: complete\n\n',
    ':\n\ndata: a\r\ndata: b\r\n\r\n',
    'event: complete\ndata:\n\n',
    '\ufeffdata: é💡\n\n',
  ],
});

/** The events of a stream in these pieces, and whether it ended between two; null where it is none. */
function eventsOf(pieces: readonly Uint8Array[]): string | null {
  const events: StreamEvent[] = [];
  const decoder = new EventStreamDecoder({ maxBytes: 100_000, onEvent: (event) => void events.push(event) });
  try {
    for (const piece of pieces) decoder.write(piece);
  } catch (error) {
    if (error instanceof InvalidEventStream) return null;
    throw error;
  }
  // `complete` without data is reported at the end of its piece.
  const texts = events.map((event) => JSON.stringify(event)).sort();
  return JSON.stringify([texts, decoder.end()]);
}

const responses = texts({
  tokens: [
    'HTTP/1.1 200 OK\r\n',
    'HTTP/1.0 200\r\n',
    'HTTP/1.1 103 \r\n',
    '\r\n',
    '\r',
    '\n',
    ' ',
    '\t',
    ':',
    ';',
    'a',
    '0',
    '5',
    'ffffffffffffffff',
    'content-length: 5',
    'transfer-encoding: chunked',
    'x: y',
    '5\r\nabcde\r\n',
    '0\r\n\r\n',
    '\u0000',
    '"',
  ],
  samples: [
    'HTTP/1.1 200 OK\r\ncontent-length: 5\r\ncontent-type: a/b\r\n\r\nabcde',
    'HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n5;a="b"\r\nabcde\r\n0\r\nx: y\r\n\r\n',
    'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 204 No Content\r\nconnection: close\r\n\r\n',
    'HTTP/1.0 200 OK\r\n\r\nuntil the end',
  ],
}).map((text) => Buffer.from(text, 'latin1'));

/** What a client receives of a response in these pieces, as text; null for an invalid one. */
function receivedOf(pieces: readonly Buffer[]): string | null {
  let received = '';
  const body: Buffer[] = [];
  const parser = new ResponseParser({
    onHead: (head) => {
      received += JSON.stringify(head);
    },
    onData: (bytes) => void body.push(Buffer.from(bytes)),
    onEnd: () => {
      received += ' end';
    },
    onWhole: (bytes) => {
      body.push(Buffer.from(bytes));
      received += ' end';
    },
  });
  parser.open();
  try {
    for (const piece of pieces) parser.read(piece, piece.length);
  } catch (error) {
    if (error instanceof InvalidResponse) return null;
    throw error;
  }
  parser.end();
  return `${received} ${Buffer.concat(body).toString('latin1')}`;
}

/** The bytes, cut at these places. */
function piecesOf(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const at = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((one, other) => one - other), bytes.length];
  return at.slice(1).map((end, index) => bytes.subarray(at[index], end));
}

const anyCuts = fc.array(fc.nat(200), { maxLength: 6 });

const anyLineEnd = /\r\n|\n|\r/;

const fields = fieldTexts({
  tokens: [
    'max-age',
    '=',
    '60',
    ',',
    ' ',
    '"',
    '\\"',
    'private',
    'no-store',
    's-maxage=1',
    '"60"',
    ';',
    '*',
    '-1',
    '99999999999999999999',
  ],
  samples: [
    'public, max-age=60, s-maxage=120',
    'private="x, no-store", max-age="60"',
    'no-cache',
    'max-age=60, max-age=1',
    'Accept, *',
  ],
});

export const serviceProperties = (): Property[] => [
  property(
    'a response is the same in whatever pieces it comes, or is none',
    fc.tuple(responses, anyCuts),
    ([bytes, cuts]) => {
      return receivedOf(piecesOf(bytes, cuts)) === receivedOf([bytes]);
    },
  ),
  property(
    'a response is read as it was written',
    fc.tuple(
      fc.constantFrom(200, 203, 404, 500),
      fc.uint8Array({ maxLength: 300 }),
      fc.constantFrom('length', 'chunked', 'close'),
      anyCuts,
    ),
    ([status, content, way, cuts]) => {
      const body = Buffer.from(content);
      const chunks = piecesOf(body, cuts.slice(0, 2)).filter(({ length }) => length > 0);
      const inChunks = chunks.flatMap((chunk) => [
        Buffer.from(`${chunk.length.toString(16)}\r\n`),
        chunk,
        Buffer.from('\r\n'),
      ]);
      const sent = {
        length: [Buffer.from(`content-length: ${body.length}\r\n\r\n`), body],
        chunked: [Buffer.from('transfer-encoding: chunked\r\n\r\n'), ...inChunks, Buffer.from('0\r\n\r\n')],
        close: [Buffer.from('\r\n'), body],
      }[way];
      const bytes = Buffer.concat([Buffer.from(`HTTP/1.1 ${status} any\r\nx-a: b\r\n`), ...sent]);
      const received = receivedOf(piecesOf(bytes, cuts)) ?? '';
      return (
        received.includes(`"status":${status},"fields":{"x-a":"b"`) &&
        received.endsWith(` end ${body.toString('latin1')}`)
      );
    },
  ),
  property(
    'a field of a request is one line, or is rejected',
    fc.tuple(fc.oneof(anyText, fields), fc.oneof(anyText, fields)),
    ([name, value]) => {
      try {
        return fieldLines([name, value]) === `${name}: ${value}\r\n` && !/[^\t\x20-\x7e\x80-\xff]/.test(name + value);
      } catch (error) {
        if (error instanceof InvalidField) return true;
        throw error;
      }
    },
  ),
  property('a request has the bytes that it announces', fc.tuple(fields, anyText), ([value, body]) => {
    const { text, encoding } = requestText(`POST / HTTP/1.1\r\nx: ${value}\r\n`, body);
    const bytes = Buffer.from(text, encoding);
    const start = bytes.indexOf('\r\n\r\n') + 4;
    const [, length] = /content-length: (\d+)$/.exec(bytes.toString('latin1', 0, start - 4)) ?? [];
    return (
      bytes.subarray(start).equals(Buffer.from(body)) &&
      Number(length) === bytes.length - start &&
      bytes.toString('latin1', 0, start).includes(`x: ${value}\r\n`)
    );
  }),
  property(
    'a body is a GraphQL response, or an error of the service',
    fc.tuple(
      fc.oneof(
        nearJson,
        jsonTexts.map((text) => `{"data":{"a":${text}}}`),
      ),
      fc.constantFrom(200, 401, 404, 429, 500),
    ),
    ([text, status]) => {
      const read = readResponse('one', status, Buffer.from(text));
      if (read instanceof SubgraphError) return !read.message.includes(text) || text.length < 9;
      return (
        read.data === undefined ||
        read.data === null ||
        JSON.stringify(read.data) === JSON.stringify((parseJson(text.replace(/^\ufeff/, '')) as { data: unknown }).data)
      );
    },
  ),
  property(
    'bytes that are no UTF-8 are no response',
    fc.uint8Array({ maxLength: 30 }),
    (bytes) => readResponse('one', 200, Buffer.from(bytes)) instanceof SubgraphError,
  ),
  property(
    'an event stream has the same events in whatever pieces it comes',
    fc.tuple(streams, fc.array(fc.nat(200), { maxLength: 6 })),
    ([text, cuts]) => {
      const bytes = Buffer.from(text);
      const [one, other] = [eventsOf(piecesOf(bytes, cuts)), eventsOf([bytes])];
      // Where a bound on lines is reached may differ by the one that a piece ends in.
      return one === other || ((one === null || other === null) && text.split(anyLineEnd).length > 1000);
    },
  ),
  property(
    'bytes are an event stream, or not',
    fc.array(fc.uint8Array({ maxLength: 20 }), { maxLength: 4 }),
    (pieces) => {
      eventsOf(pieces);
      return true;
    },
  ),
  property('directives only ever limit caching', fc.tuple(fields, fields, fields), ([control, vary, age]) => {
    const read = readDirectives({ 'cache-control': control, vary, age }, true);
    if (read && !(read.maxAge >= 0 && read.sharedMaxAge >= 0 && read.text.length <= 200)) return false;
    const never = readDirectives({ 'cache-control': `${control}, no-store`, vary, age }, true);
    const quotes = control.replaceAll('\\"', '').split('"').length % 2 === 1;
    return !quotes || (never?.maxAge === 0 && never.sharedMaxAge === 0);
  }),
  property('a service that receives too many requests is left alone for a day at most', fields, (text) => {
    const { code, retryAfter } = rejection('one', 429, text) as SubgraphError;
    return code === 'RATE_LIMIT_EXCEEDED' && (retryAfter === null || (retryAfter >= 0 && retryAfter <= 86_400));
  }),
  property('a content coding is known, or is named in a short message', fc.oneof(fields, anyText), (text) => {
    const decode = decoderFor(text);
    return decode === null || typeof decode === 'function' || unknownCoding(text).length < 300;
  }),
  property(
    'fields that pass are one line each, within a bound',
    fc.array(fc.oneof(anyText, fields), { maxLength: 6 }),
    (values) => {
      const merges = new Map([
        ['x-a', 'append'],
        ['set-cookie', 'append'],
        ['__proto__', 'last'],
      ] as const);
      const received = receivedHeaders({ 'x-a': values, 'set-cookie': values }, { order: 0, merges });
      const sent = received ? mergedHeaders([received, received]) : [];
      const length = sent.flatMap(([, value]) => value).join('').length;
      return (
        sent.flatMap(([, value]) => value).every((value) => /^[\t\x20-\x7e\x80-\xff]*$/.test(value)) && length <= 8192
      );
    },
  ),
];
