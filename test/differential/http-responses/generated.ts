// Bytes of HTTP/1.1 responses, as services send them and as they should not: valid ones, and the same with changes.
import type { Random } from '../random.ts';

export interface GeneratedResponse {
  bytes: Buffer;
  /** Lengths of the pieces in which they arrive. */
  pieces: readonly number[];
  /** Whether the service closes the connection afterwards. */
  ends: boolean;
}

const statusLines = [
  ...['HTTP/1.1 200 OK', 'HTTP/1.1 200 OK', 'HTTP/1.1 200 OK', 'HTTP/1.1 200 ', 'HTTP/1.1 200', 'HTTP/1.0 200 OK'],
  ...[
    'HTTP/1.1 204 No Content',
    'HTTP/1.1 304 Not Modified',
    'HTTP/1.1 503 Später',
    'HTTP/2.0 200 OK',
    'HTTP/1.1 20 OK',
  ],
  ...['HTTP/1.1 2000 OK', 'http/1.1 200 OK', 'HTTP/1.1  200 OK', 'HTTP/1.1 101 Switching Protocols', 'ICY 200 OK'],
];
const fields = [
  ...[
    'Content-Type: application/json',
    'Date: Sun, 29 Nov 2026 04:00:00 GMT',
    'Connection: keep-alive',
    'Connection: close',
  ],
  ...['Keep-Alive: timeout=5', 'Set-Cookie: a=1', 'Set-Cookie: b=2', 'X-Empty:', 'X-Tabs:\t\tvalue\t', 'X-Latin: \xe9'],
  ...['Vary: Accept', ' folded: line', 'No-Colon', 'Space : before', 'X-Control: a\x01b', 'X-Nul: a\0b', ': nameless'],
  ...['Transfer-Encoding: gzip', 'Transfer-Encoding: identity', 'Transfer-Encoding: gzip, chunked', 'Trailer: X-End'],
  ...['Content-Length: 5', 'Content-Length: 0', 'Content-Length: +5', 'Content-Length: 5, 5', 'Content-Length: 0x5'],
  ...['Upgrade: websocket', '__proto__: x', 'constructor: y'],
];
const odd = [
  '\r',
  '\n',
  '\r\n',
  '\0',
  ' ',
  '\t',
  ':',
  ';',
  '0',
  '5',
  'a',
  '\xff',
  '\r\n\r\n',
  ',',
  '"',
  '-',
  'HTTP/1.1 200 OK\r\n',
];

export function generateResponse(random: Random): GeneratedResponse {
  const body = 'x'
    .repeat(random.pick([0, 1, 5, 5, 17, 300]))
    .replace(/x/g, () => random.pick(['{', '}', 'a', '\r', '\n', '\xc3']));
  let text = '';
  while (random.chance(0.08))
    text += random.pick(['HTTP/1.1 100 Continue\r\n\r\n', 'HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n']);
  text += `${random.chance(0.8) ? 'HTTP/1.1 200 OK' : random.pick(statusLines)}\r\n`;
  const oddFields = random.chance(0.4);
  for (let count = random.below(5); count > 0; count--) {
    text += `${random.pick(oddFields ? fields : fields.slice(0, 11))}\r\n`;
  }
  const framing = random.pick(['length', 'length', 'chunked', 'chunked', 'close', 'wrong', 'both']);
  if (framing === 'length' || framing === 'both') text += `Content-Length: ${body.length}\r\n`;
  if (framing === 'wrong') text += `content-length: ${Math.max(0, body.length + random.between(-3, 3))}\r\n`;
  if (framing === 'chunked' || framing === 'both')
    text += `Transfer-Encoding: ${random.pick(['chunked', 'Chunked'])}\r\n`;
  text += `\r\n${framing === 'chunked' || framing === 'both' ? chunked(body, random) : body}`;
  while (random.chance(0.3)) text = changed(text, random);
  const bytes = Buffer.from(text, 'latin1');
  const pieces: number[] = [];
  for (let left = bytes.length; left > 0; left -= pieces.at(-1) as number) {
    pieces.push(random.chance(0.4) ? left : random.between(1, left));
  }
  return { bytes, pieces, ends: random.chance(0.7) };
}

function chunked(body: string, random: Random): string {
  let text = '';
  for (let at = 0; at < body.length; ) {
    const size = random.between(1, body.length - at);
    const written = random.pick([size.toString(16), size.toString(16).toUpperCase(), `00${size.toString(16)}`]);
    text += `${written}${random.chance(0.15) ? random.pick([';a=b', ' ;a="b;c"', ';', ' ', ';\x01']) : ''}\r\n${body.slice(at, at + size)}\r\n`;
    at += size;
  }
  return `${text}0\r\n${random.chance(0.15) ? random.pick(['X-End: 1\r\n', 'X-End: 1\r\nY: 2\r\n', 'bad line\r\n', ': x\r\n']) : ''}\r\n`;
}

function changed(text: string, random: Random): string {
  const at = random.below(text.length + 1);
  const to = Math.min(text.length, at + random.pick([0, 0, 1, 2, 7]));
  return text.slice(0, at) + (random.chance(0.7) ? random.pick(odd) : '') + text.slice(to);
}
