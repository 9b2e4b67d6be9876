// UTF-8 decoding of bytes (RFC 8259, section 8.1), and of header and URL texts that Node gives as Latin-1.
import { isUtf8 } from 'node:buffer';

/** Null for invalid UTF-8. */
export function decodeUtf8(bytes: Buffer): string | null {
  return isUtf8(bytes) ? bytes.toString('utf8') : null;
}

/** Parsers may ignore a byte order mark before JSON (RFC 8259, section 8.1): done for services' responses and files. */
export function withoutByteOrderMark(text: string): string {
  return text.startsWith('\ufeff') ? text.slice(1) : text;
}

const beyondAscii = /[\u0080-\uffff]/;

/** A header's value, whose bytes Node decodes as Latin-1, decoded as UTF-8 where it is valid. */
export function headerText(value: string): string {
  if (!beyondAscii.test(value)) return value;
  return decodeUtf8(Buffer.from(value, 'latin1')) ?? value;
}

/**
 * Parameters of a URL's query or of a form (`application/x-www-form-urlencoded`); null if they do not decode to UTF-8.
 * @param query without "?". Characters beyond ASCII are bytes, as Node gives them.
 */
export function readParameters(query: string): URLSearchParams | null {
  if (!/%[89a-f]/i.test(query) && !beyondAscii.test(query)) return new URLSearchParams(query);
  const sent = Buffer.from(query, 'latin1');
  const decoded = query.replaceAll(/%[0-9a-f]{2}/gi, (octet) =>
    String.fromCharCode(Number.parseInt(octet.slice(1), 16)),
  );
  if (!isUtf8(sent) || !isUtf8(Buffer.from(decoded, 'latin1'))) return null;
  return new URLSearchParams(sent.toString('utf8'));
}
