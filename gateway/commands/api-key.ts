// `concierge api-key`: a new API key for a client, and the hash of it for the configuration. The key is kept nowhere.
import { hash, randomBytes } from 'node:crypto';

export function apiKey(): void {
  // 256 bits, behind letters by which a key that has got into a file can be found.
  const key = `concierge_${randomBytes(32).toString('base64url')}`;
  console.log(`key   ${key}`);
  console.log(`hash  sha256:${hash('sha256', key)}`);
}
