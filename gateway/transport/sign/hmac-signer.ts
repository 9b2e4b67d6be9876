// HMAC signature of a request (HMAC-SHA-256, RFC 2104): one header field with the time and the signature of method,
// path, time and body. `docs/security.md` has the form for services that verify it.
import { createHash, createHmac } from 'node:crypto';
import type { HmacConfig } from '../../config/sign.ts';
import type { Signer } from './signer.ts';

/** Version of the form: its first line, and the name of the signature in the header. */
const VERSION = 'v1';

/** @param now milliseconds since 1970. */
export function createHmacSigner({ secret, header }: HmacConfig, now: () => number): Signer {
  return ({ method, path, body }) => {
    const seconds = Math.floor(now() / 1000);
    const digest = createHash('sha256').update(body).digest('hex');
    const signed = [VERSION, method, path, seconds, digest].join('\n');
    return [header, `t=${seconds},${VERSION}=${createHmac('sha256', secret).update(signed).digest('hex')}`];
  };
}
