// Multipart stream: a body of type `multipart/mixed` whose parts are JSON texts (RFC 2046, section 5.1), for
// subscriptions and for responses that arrive in parts. Each part is followed by its delimiter at once: clients read a
// part only when they have seen where it ends.
import { json } from '../pipeline/accept.ts';
import { pulledStream } from './pulled-stream.ts';

export interface MultipartFormat {
  /** Characters of a token. No JSON text contains a line that begins with two hyphens, so that any boundary will do. */
  boundary: string;
  /** JSON text of the part that is sent first, and while nothing else is; null for a format that has none. */
  heartbeat: string | null;
}

const partHead = `\r\ncontent-type: ${json}; charset=utf-8\r\n\r\n`;

/**
 * The body. Its closing delimiter follows the last part: clients take it for the regular end. Where `next` rejects, the
 * connection breaks off without it.
 * @param parts JSON texts, pulled one at a time. `return` is called where the client leaves.
 */
export function multipartStream(
  parts: Pick<AsyncIterator<string, unknown>, 'next' | 'return'>,
  { boundary, heartbeat }: MultipartFormat,
): ReadableStream<Uint8Array> {
  const delimiter = `\r\n--${boundary}`;
  const written = (text: string) => `${partHead}${text}${delimiter}`;
  const repeated = heartbeat === null ? null : written(heartbeat);
  return pulledStream({
    opening: `${delimiter}${repeated ?? ''}`,
    heartbeat: repeated,
    next: async () => {
      const { done = false, value } = await parts.next();
      return done ? { text: '--\r\n', isLast: true } : { text: written(value as string), isLast: false };
    },
    cancel: () => parts.return?.(),
  });
}
