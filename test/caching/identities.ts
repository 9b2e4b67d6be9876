// Identities of many kinds: users of two issuers with public keys at a URL, of one with a shared secret, and of a proxy
// that names them in a header. Some have a subject in common, and are different callers.
import { createServer } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import type { GatewayConfig } from '../../gateway/index.ts';
import { listen } from '../harness/listen.ts';

export interface Person {
  /** Null for anonymous callers. */
  subject: string | null;
  /** Issuer and subject; `anonymous` for anonymous callers. */
  caller: string;
  headers: Record<string, string>;
}

export interface People {
  /** The last one is anonymous. */
  everyone: readonly Person[];
  authentication: NonNullable<GatewayConfig['authentication']>;
  stop(): Promise<void>;
}

const secret = 'a secret of the third issuer, long enough for HS256';

/** @param count of identities; there is an anonymous caller besides. */
export async function signUp(count: number): Promise<People> {
  const { publicKey, privateKey } = await generateKeyPair('ES256');
  const keys = JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), kid: 'one', alg: 'ES256' }] });
  const server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' }).end(keys);
  });
  const { origin, stop } = await listen(server);
  const jwks = `${origin}/jwks`;
  const token = (issuer: string, subject: string) => {
    const signing = new SignJWT({}).setIssuer(issuer).setSubject(subject).setExpirationTime('2h');
    return issuer === 'hmac'
      ? signing.setProtectedHeader({ alg: 'HS256' }).sign(new TextEncoder().encode(secret))
      : signing.setProtectedHeader({ alg: 'ES256', kid: 'one' }).sign(privateKey);
  };
  const kinds = ['jwks-a', 'jwks-b', 'hmac', 'header'] as const;
  const signedUp = await Promise.all(
    Array.from({ length: count }, async (_, index): Promise<Person> => {
      const kind = kinds[index % kinds.length] as (typeof kinds)[number];
      // Each subject is there twice, with another issuer.
      const subject = `user-${index >> 1}`;
      const headers: Record<string, string> =
        kind === 'header' ? { 'x-user-id': subject } : { authorization: `Bearer ${await token(kind, subject)}` };
      return { subject, caller: `${kind} ${subject}`, headers };
    }),
  );
  return {
    everyone: [...signedUp, { subject: null, caller: 'anonymous', headers: {} }],
    authentication: {
      identityHeader: {},
      jwt: [
        { issuer: 'jwks-a', jwks },
        { issuer: 'jwks-b', jwks },
        { issuer: 'hmac', secret },
      ],
    },
    stop,
  };
}
