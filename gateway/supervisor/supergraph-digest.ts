// Digest of a supergraph's SDL, by which what is served is compared with what is fetched.
import { hash } from 'node:crypto';

export function digestOf(sdl: string): string {
  return hash('sha256', sdl, 'base64url');
}
