// Bearer token of the gateway's own endpoints for operators and services, compared in constant time.
import { hash, timingSafeEqual } from 'node:crypto';

/**
 * Whether `Authorization` has the token (RFC 6750, section 2.1). Hashes have one length and do not reveal where two tokens
 * differ.
 */
export function hasBearerToken(authorization: string | undefined, token: string): boolean {
  const given = /^Bearer +(\S+) *$/i.exec(authorization ?? '')?.[1] ?? '';
  return timingSafeEqual(hash('sha256', given, 'buffer'), hash('sha256', token, 'buffer'));
}
