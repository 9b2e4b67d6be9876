// Content codings of request bodies (RFC 9110, section 8.4): gzip is decoded, within the bound on bodies.
import { gunzip } from 'node:zlib';
import type { GraphQLError } from 'graphql';
import { requestError } from '../errors.ts';

/** `identity` for a body as it is, `gzip`, or null for a coding that is not decoded here, and for several. */
export function codingOf(contentEncoding: string | undefined): 'identity' | 'gzip' | null {
  const coding = contentEncoding?.trim().toLowerCase() ?? '';
  if (coding === '' || coding === 'identity') return 'identity';
  return coding === 'gzip' || coding === 'x-gzip' ? 'gzip' : null;
}

/**
 * Decodes a body that was read whole. No more than `maxBytes` are decoded.
 * @param done called once: with the bytes, or with the error for a body that is no gzip, or too large.
 */
export function decodeGzip(body: Buffer, maxBytes: number, done: (body: Buffer | GraphQLError) => void): void {
  gunzip(body, { maxOutputLength: maxBytes }, (error, decoded) => {
    if (!error) done(decoded);
    else if ((error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE') {
      done(requestError('BODY_TOO_LARGE', { details: { limit: maxBytes } }));
    } else
      done(
        requestError('BAD_REQUEST', {
          message: 'The body of the request is not valid gzip, the coding in its header.',
          isUnreadable: true,
        }),
      );
  });
}
