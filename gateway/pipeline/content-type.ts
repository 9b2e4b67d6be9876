// Content type of a request (RFC 9110, section 8.3): types, parameter names and charsets are case-insensitive.
import { charsetOf, isUtf8Charset } from '../json/utf8.ts';

/** A media type with its parameters: MIME Sniffing standard, section 4.4, without its tolerance for errors. */
const mediaType =
  /^([\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+)[ \t]*(?:;[ \t]*[\w!#$%&'*+.^`|~-]+=(?:[\w!#$%&'*+.^`|~-]+|"[^",\\]*")[ \t]*)*;?$/;

/** Type and subtype in lower case; null for a malformed content type. */
export function essenceOf(contentType: string): string | null {
  const match = mediaType.exec(contentType.trim());
  return match ? (match[1] as string).toLowerCase() : null;
}

/** Whether a body of this type is JSON text in UTF-8. */
export function isJson(contentType: string | undefined): boolean {
  // The usual values need no parsing.
  if (contentType === 'application/json' || contentType === 'application/json; charset=utf-8') return true;
  if (contentType === undefined) return false;
  return essenceOf(contentType) === 'application/json' && isUtf8Charset(charsetOf(contentType));
}
