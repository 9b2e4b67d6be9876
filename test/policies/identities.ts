// Authenticated callers: tokens of a real issuer, whose keys the gateway fetches over HTTP.
import { createServer } from 'node:http';
import { makeKey, signWith } from '../authentication/issuer.ts';
import { listen } from '../harness/listen.ts';

export interface Identities {
  issuer: string;
  jwks: string;
  /** The headers of a caller with these scopes. */
  signedIn(subject: string, ...scopes: string[]): Promise<Record<string, string>>;
  stop(): Promise<void>;
}

export async function startIdentities(): Promise<Identities> {
  const key = makeKey('only');
  const { kid, alg, publicKey } = key;
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ keys: [{ ...publicKey.export({ format: 'jwk' }), kid, alg }] }));
  });
  const { origin: issuer, stop } = await listen(server);
  return {
    issuer,
    jwks: `${issuer}/jwks`,
    async signedIn(subject, ...scopes) {
      const token = await signWith(key, { iss: issuer, sub: subject, aud: 'graph', scope: scopes.join(' ') });
      return { authorization: `Bearer ${token}` };
    },
    stop,
  };
}
