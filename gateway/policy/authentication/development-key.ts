// Development key: a key pair in `.concierge` of the checkout, for tokens during development, created on first use.
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, randomUUID } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { calculateJwkThumbprint, type JSONWebKeySet, SignJWT } from 'jose';
import { ConfigError } from '../../config/config-error.ts';
import { ownIssuers } from '../../config/identify.ts';

export interface DevelopmentKey {
  privateKey: KeyObject;
  publicKey: KeyObject;
  /** Its thumbprint (RFC 7638). */
  id: string;
  /** The public key, for subgraphs that verify tokens themselves. */
  jwks: JSONWebKeySet;
}

export interface DevelopmentToken {
  subject: string;
  scopes?: readonly string[];
  roles?: readonly string[];
  /** Milliseconds from now. */
  expires: number;
}

/**
 * The development key of a configuration's folder. Processes that create it at the same time end up with the same one.
 * @throws ConfigError where the file does not contain such a key.
 */
export async function openDevelopmentKey(folder: string): Promise<DevelopmentKey> {
  const file = join(folder, '.concierge', 'development-key.json');
  const privateKey = readKey(file) ?? makeKey(file, join(folder, '.concierge'));
  const publicKey = createPublicKey(privateKey);
  const jwk = { ...publicKey.export({ format: 'jwk' }), alg: 'EdDSA', use: 'sig' } as Record<string, string>;
  const id = await calculateJwkThumbprint(jwk as { kty: string });
  return { privateKey, publicKey, id, jwks: { keys: [{ ...(jwk as { kty: string }), kid: id }] } };
}

/** A signed token that a gateway with this key accepts. `now` is in milliseconds since 1970. */
export function mintDevelopmentToken(
  key: DevelopmentKey,
  { subject, scopes = [], roles = [], expires }: DevelopmentToken,
  now: number = Date.now(),
): Promise<string> {
  const seconds = Math.floor(now / 1000);
  return new SignJWT({ scope: scopes.join(' '), roles: [...roles] })
    .setProtectedHeader({ alg: 'EdDSA', typ: 'JWT', kid: key.id })
    .setIssuer(ownIssuers.development)
    .setSubject(subject)
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + Math.ceil(expires / 1000))
    .sign(key.privateKey);
}

function readKey(file: string): KeyObject | null {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  try {
    const key = createPrivateKey({ key: JSON.parse(text), format: 'jwk' });
    if (key.asymmetricKeyType === 'ed25519') return key;
  } catch {
    // Neither JSON nor a key: the error below does not quote the text, which may be most of a key.
  }
  throw new ConfigError(`${file} does not contain a development key. Delete the file to create a new one.`);
}

function makeKey(file: string, folder: string): KeyObject {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const { privateKey } = generateKeyPairSync('ed25519');
  const draft = `${file}.${randomUUID()}`;
  writeFileSync(draft, `${JSON.stringify(privateKey.export({ format: 'jwk' }))}\n`, { mode: 0o600, flag: 'wx' });
  try {
    // A link is created atomically, and only where no file exists: of several processes one wins, and all use its key.
    linkSync(draft, file);
    return privateKey;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return readKey(file) ?? privateKey;
  } finally {
    rmSync(draft);
  }
}
