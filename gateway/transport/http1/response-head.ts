// Response head: the status line and fields of an HTTP/1.1 response, and what they say of its body and its connection
// (RFC 9112, sections 4 to 6 and 9). Strict: a head that two recipients could read in two ways is none.

/** A response that is not HTTP/1.1 to the letter, or that could be read in two ways. Its connection is of no more use. */
export class InvalidResponse extends Error {
  readonly code = 'INVALID_RESPONSE';
}

/** Fields by name in lower case; a list where a field is repeated. */
export type ResponseFields = Record<string, string | string[]>;

/** Length of a body in bytes, or the way in which its end is found. */
export type BodyLength = number | 'chunked' | 'until-close';

export interface ResponseHead {
  status: number;
  fields: ResponseFields;
  body: BodyLength;
  /** Whether another request may follow on the connection. */
  isReusable: boolean;
  /** Milliseconds that the service leaves the connection open without a request; undefined if it does not say. */
  idleTime: number | undefined;
}

/** Fields of one response, and of its trailers. */
const MAX_FIELDS = 256;

/** Fields by which the end of a body is found. Recipients differ in what they make of white space after them. */
const framing = new Set(['content-length', 'transfer-encoding']);

const statusLine = /^HTTP\/1\.([01]) ([1-5]\d\d)(?: [\t\x20-\x7e\x80-\xff]*)?$/;
const token = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/;
const fieldValue = /^[\t\x20-\x7e\x80-\xff]*$/;

/**
 * @param text the head without the empty line at its end, a character for each byte.
 * @throws InvalidResponse
 */
export function readHead(text: string): ResponseHead {
  const lineEnd = endOfLine(text, 0);
  const line = statusLine.exec(text.slice(0, lineEnd));
  if (!line) throw new InvalidResponse('the status line is not one of HTTP/1.1');
  const status = Number(line[2]);
  if (status === 101) throw new InvalidResponse('status 101: the gateway does not switch protocols');
  const fields = readFields(text, lineEnd + 2);
  const isOld = line[1] === '0';
  const body = bodyLength(status, fields, isOld);
  const connection = fields.connection === undefined ? '' : joined(fields.connection).toLowerCase();
  const isReusable = body !== 'until-close' && (isOld ? lists(connection, 'keep-alive') : !lists(connection, 'close'));
  return { status, fields, body, isReusable, idleTime: idleTimeOf(fields['keep-alive']) };
}

/**
 * @param text lines, the last one without its end.
 * @throws InvalidResponse
 */
export function readFields(text: string, start: number): ResponseFields {
  const fields: ResponseFields = {};
  let count = 0;
  for (let at = start; at < text.length; ) {
    const end = endOfLine(text, at);
    const colon = text.indexOf(':', at);
    const written = colon === -1 || colon > end ? '' : text.slice(at, colon);
    // A line that begins with white space is the rest of a folded one: it has no name either.
    if (!token.test(written)) throw new InvalidResponse('a line of the head is not a field');
    let from = colon + 1;
    let to = end;
    while (from < to && isSpace(text.charCodeAt(from))) from += 1;
    while (to > from && isSpace(text.charCodeAt(to - 1))) to -= 1;
    const value = text.slice(from, to);
    if (!fieldValue.test(value)) throw new InvalidResponse(`the field ${written} has a control character`);
    count += 1;
    if (count > MAX_FIELDS) throw new InvalidResponse(`the head has more than ${MAX_FIELDS} fields`);
    const name = written.toLowerCase();
    if (to < end && framing.has(name)) throw new InvalidResponse(`white space after the value of ${written}`);
    add(fields, name, value);
    at = end + 2;
  }
  return fields;
}

function isSpace(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

function endOfLine(text: string, from: number): number {
  const end = text.indexOf('\r\n', from);
  return end === -1 ? text.length : end;
}

function add(fields: ResponseFields, name: string, value: string): void {
  if (name === '__proto__') return;
  const earlier = Object.hasOwn(fields, name) ? fields[name] : undefined;
  if (earlier === undefined) fields[name] = value;
  else if (typeof earlier === 'string') fields[name] = [earlier, value];
  else earlier.push(value);
}

function bodyLength(status: number, fields: ResponseFields, isOld: boolean): BodyLength {
  const { 'content-length': length, 'transfer-encoding': coding } = fields;
  if (coding !== undefined) {
    if (length !== undefined) throw new InvalidResponse('both Content-Length and Transfer-Encoding');
    if (isOld) throw new InvalidResponse('Transfer-Encoding in HTTP/1.0');
    if (typeof coding !== 'string' || coding.toLowerCase() !== 'chunked') {
      throw new InvalidResponse('Transfer-Encoding is not "chunked"');
    }
  }
  if (length !== undefined && (typeof length !== 'string' || !/^\d{1,15}$/.test(length))) {
    throw new InvalidResponse('Content-Length is not one number');
  }
  if (status < 200 || status === 204 || status === 304) return 0;
  if (coding !== undefined) return 'chunked';
  return length === undefined ? 'until-close' : Number(length);
}

function idleTimeOf(keepAlive: string | string[] | undefined): number | undefined {
  if (keepAlive === undefined) return undefined;
  const seconds = /(?:^|[,\s])timeout\s*=\s*"?(\d{1,9})/i.exec(joined(keepAlive))?.[1];
  return seconds === undefined ? undefined : Number(seconds) * 1000;
}

function lists(values: string, value: string): boolean {
  return values !== '' && values.split(',').some((each) => each.trim() === value);
}

function joined(value: string | string[]): string {
  return typeof value === 'string' ? value : value.join(',');
}
