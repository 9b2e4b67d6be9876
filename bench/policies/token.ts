// A key for this benchmark alone, and a token that it has signed.
import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { SignJWT } from 'jose';

/** Made anew for every run, handed to the gateway's process in its environment. */
export const publicKey = JSON.parse(process.env.BENCH_PUBLIC_KEY ?? '{}') as Record<string, string>;

export async function makeToken(): Promise<{ token: string; publicKey: string }> {
  const { privateKey } = generateKeyPairSync('ed25519');
  const token = await new SignJWT({ scope: 'shop:read' })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'JWT' })
    .setIssuer('https://login.bench.example')
    .setAudience('shop')
    .setSubject('u1')
    .setIssuedAt()
    .setExpirationTime('1h')
    .sign(privateKey);
  return { token, publicKey: JSON.stringify(createPublicKey(privateKey).export({ format: 'jwk' })) };
}
