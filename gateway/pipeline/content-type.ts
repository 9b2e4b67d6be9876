// Content type of a request (RFC 9110, section 8.3): types, parameter names and charsets are case-insensitive.
import { isUtf8Type, parseMediaType } from '../json/media-type.ts';

/** Type and subtype in lower case; null for a malformed content type. */
export function essenceOf(contentType: string): string | null {
  return parseMediaType(contentType)?.essence ?? null;
}

/** Whether a body of this type is JSON text in UTF-8. */
export function isJson(contentType: string | undefined): boolean {
  // The usual values need no parsing.
  if (contentType === 'application/json' || contentType === 'application/json; charset=utf-8') return true;
  const type = contentType === undefined ? null : parseMediaType(contentType);
  return type?.essence === 'application/json' && isUtf8Type(type);
}
