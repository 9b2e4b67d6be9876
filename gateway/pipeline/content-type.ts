// Content type of a request (RFC 9110, section 8.3): types, parameter names and charsets are compared without regard to case.
import { charsetOf, isUtf8Charset } from '../json/utf8.ts';

/** A media type with its parameters: MIME Sniffing standard, section 4.4, without what it forgives. */
const mediaType =
  /^([\w!#$%&'*+.^`|~-]+\/[\w!#$%&'*+.^`|~-]+)[ \t]*(?:;[ \t]*[\w!#$%&'*+.^`|~-]+=(?:[\w!#$%&'*+.^`|~-]+|"[^",\\]*")[ \t]*)*;?$/;

/** Type and subtype in lower case; null for what is no content type. */
export function essenceOf(contentType: string): string | null {
  const match = mediaType.exec(contentType.trim());
  return match ? (match[1] as string).toLowerCase() : null;
}

/** Whether a body of this type is JSON text in UTF-8. */
export function isJson(contentType: string | undefined): boolean {
  // What nearly all clients send costs no parsing.
  if (contentType === 'application/json' || contentType === 'application/json; charset=utf-8') return true;
  if (contentType === undefined) return false;
  return essenceOf(contentType) === 'application/json' && isUtf8Charset(charsetOf(contentType));
}
