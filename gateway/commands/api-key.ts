// `concierge api-key`: prints a new API key for a client, and its hash for the configuration. The key is not stored.
import { hash, randomBytes } from 'node:crypto';

/** Output with `--json`. */
export interface ApiKeyOutput {
  version: 1;
  key: string;
  hash: string;
}

export function apiKey({ json = false }: { json?: boolean } = {}): void {
  // 256 bits, with a prefix by which a leaked key can be found in files.
  const key = `concierge_${randomBytes(32).toString('base64url')}`;
  const output: ApiKeyOutput = { version: 1, key, hash: `sha256:${hash('sha256', key)}` };
  if (json) console.log(JSON.stringify(output, null, 2));
  else console.log(`key   ${key}\nhash  ${output.hash}`);
}
