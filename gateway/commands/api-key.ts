// `concierge api-key`: prints a new API key for a client, and its hash for the configuration. The key is not stored.
import { hash, randomBytes } from 'node:crypto';

export function apiKey(): void {
  // 256 bits, with a prefix by which a leaked key can be found in files.
  const key = `concierge_${randomBytes(32).toString('base64url')}`;
  console.log(`key   ${key}`);
  console.log(`hash  sha256:${hash('sha256', key)}`);
}
