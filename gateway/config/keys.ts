// Keys in a configuration, as PEM text or as a JWK, and the signature algorithms that they fit.
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { z } from 'zod';

export type WrittenKey = string | Record<string, unknown>;

export const keyText = (message: string) => z.union([z.string().min(1), z.record(z.string(), z.unknown())], message);

export const secretText = z
  .string('give a text of at least 32 characters')
  .min(32, 'give a text of at least 32 characters, such as `openssl rand -base64 48` prints');

const leastModulus = 2048;

/**
 * Reads a public key: PEM text (SPKI or a certificate) or a JWK.
 * @throws Error describing the problem, without showing any part of the key.
 */
export function readPublicKey(written: WrittenKey): KeyObject {
  if (isPrivate(written)) throw new Error('it is a private key; give the public one');
  return checked(() =>
    typeof written === 'string'
      ? createPublicKey(written)
      : createPublicKey({ key: written, format: 'jwk' } as Parameters<typeof createPublicKey>[0]),
  );
}

/** A private key as PEM text (PKCS #8) or a JWK; throws like `readPublicKey`. */
export function readPrivateKey(written: WrittenKey): KeyObject {
  if (!isPrivate(written)) throw new Error('it is no private key');
  return checked(() =>
    typeof written === 'string'
      ? createPrivateKey(written)
      : createPrivateKey({ key: written, format: 'jwk' } as Parameters<typeof createPrivateKey>[0]),
  );
}

/** The JWS algorithms (RFC 7518, RFC 8037) that a public or private key can be used with, the preferred one first. */
export function algorithmsFor(key: KeyObject): readonly string[] {
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512'];
    case 'ed25519':
      return ['EdDSA', 'Ed25519'];
    case 'ec':
      return curves[key.asymmetricKeyDetails?.namedCurve ?? ''] ?? [];
    default:
      return [];
  }
}

const curves: Record<string, readonly string[]> = {
  prime256v1: ['ES256'],
  secp384r1: ['ES384'],
  secp521r1: ['ES512'],
};

function isPrivate(written: WrittenKey): boolean {
  return typeof written === 'string' ? written.includes('PRIVATE KEY') : Object.hasOwn(written, 'd');
}

function checked(read: () => KeyObject): KeyObject {
  let key: KeyObject;
  try {
    key = read();
  } catch (cause) {
    throw new Error('it cannot be read as PEM text or as a JWK', { cause });
  }
  if (algorithmsFor(key).length === 0) throw new Error('it is of a kind that signs no tokens; take RSA, EC or Ed25519');
  if ((key.asymmetricKeyDetails?.modulusLength ?? leastModulus) < leastModulus) {
    throw new Error(`an RSA key has at least ${leastModulus} bits`);
  }
  return key;
}
