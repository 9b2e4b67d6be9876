// Request text: head and body of an HTTP/1.1 request as one text, for one write (RFC 9112).
import type { Fields } from '../connection.ts';

export interface RequestText {
  text: string;
  /** In which `text` is the bytes to send: fields are bytes as characters, bodies are UTF-8. */
  encoding: 'latin1' | 'utf8';
}

const isAscii = /^[\t\x20-\x7e]*$/;
const isFieldValue = /^[\t\x20-\x7e\x80-\xff]*$/;
const isFieldName = /^[!#$%&'*+\-.^_`|~\dA-Za-z]+$/;

/** A header field that cannot be sent. */
export class InvalidField extends Error {
  readonly code = 'INVALID_FIELD';
}

/**
 * The fields as lines.
 * @throws InvalidField where a name or a value would end its line, or is none.
 */
export function fieldLines(fields: Fields): string {
  let lines = '';
  for (let index = 0; index < fields.length; index += 2) {
    const name = fields[index] as string;
    const value = fields[index + 1] as string;
    if (!isFieldName.test(name)) throw new InvalidField(`${JSON.stringify(name)} is not the name of a header field`);
    if (!isAscii.test(value) && !isFieldValue.test(value)) {
      throw new InvalidField(`the value of ${name} has characters that a header field cannot have`);
    }
    lines += `${name}: ${value}\r\n`;
  }
  return lines;
}

/** A request without a body, such as one of GET. @param head as of `requestText`. */
export function headText(head: string): RequestText {
  return { text: `${head}\r\n`, encoding: 'latin1' };
}

/** @param head the request line and the fields, each with its line end, without Content-Length. */
export function requestText(head: string, body: string): RequestText {
  const length = Buffer.byteLength(body);
  const text = `${head}content-length: ${length}\r\n\r\n${body}`;
  if (length === body.length) return { text, encoding: 'latin1' };
  // One text has one encoding: bytes of the head above 0x7f and characters of the body are encoded one by one.
  if (Buffer.byteLength(head) !== head.length) {
    return { text: text.slice(0, -body.length) + Buffer.from(body).toString('latin1'), encoding: 'latin1' };
  }
  return { text, encoding: 'utf8' };
}
