// Encryption of cached entries at rest: AES-256-GCM, bound to the name of the entry, with keys that can be rotated.
import { createCipheriv, createDecipheriv, createHmac, hash, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ConfigError } from '../config/config-error.ts';

/**
 * Format: version, key id, salt, nonce, tag, and the encrypted text. Each process has a salt, and derives its own key with
 * it: nonces are counted, so that none is used twice, however many entries a key encrypts.
 */
const VERSION = 1;
const lengths = { version: 1, id: 4, salt: 16, nonce: 12, tag: 16 };
const HEAD = Object.values(lengths).reduce((sum, length) => sum + length, 0);

/** Derived keys of other processes that are cached. */
const MAX_DERIVED = 256;

interface Key {
  id: Buffer;
  secret: Buffer;
}

export class EntryCipher {
  readonly #keys: readonly Key[];
  readonly #salt = randomBytes(lengths.salt);
  readonly #derived = new Map<string, Buffer>();
  #count = 0n;
  /** Entries that could not be decrypted. */
  failures = 0;

  /** @param secrets of 32 bytes; the first encrypts, all decrypt. */
  constructor(secrets: readonly Buffer[]) {
    this.#keys = secrets.map((secret) => ({ secret, id: hash('sha256', secret, 'buffer').subarray(0, lengths.id) }));
  }

  /** @param name of the entry: its text cannot be read under another one. */
  encrypt(name: string, text: Buffer): Buffer {
    const key = this.#keys[0] as Key;
    const nonce = Buffer.alloc(lengths.nonce);
    nonce.writeBigUInt64BE(this.#count, lengths.nonce - 8);
    this.#count += 1n;
    const cipher = createCipheriv('aes-256-gcm', this.#keyFor(key, this.#salt), nonce);
    cipher.setAAD(Buffer.from(name));
    const encrypted = Buffer.concat([cipher.update(text), cipher.final()]);
    return Buffer.concat([Buffer.from([VERSION]), key.id, this.#salt, nonce, cipher.getAuthTag(), encrypted]);
  }

  /** Null for what none of the keys has encrypted under this name, or what was changed since. */
  decrypt(name: string, bytes: Buffer): Buffer | null {
    try {
      return this.#decrypted(name, bytes);
    } catch {
      // The text is not authentic: it was changed, or put under another name.
      this.failures += 1;
      return null;
    }
  }

  #decrypted(name: string, bytes: Buffer): Buffer {
    let at = 0;
    const next = (length: number) => {
      at += length;
      return bytes.subarray(at - length, at);
    };
    const [version, id] = [next(lengths.version), next(lengths.id)];
    const [salt, nonce, tag] = [next(lengths.salt), next(lengths.nonce), next(lengths.tag)];
    const key = this.#keys.find((one) => one.id.equals(id));
    if (bytes.length < HEAD || version[0] !== VERSION || !key) throw new Error('no entry of these keys');
    const decipher = createDecipheriv('aes-256-gcm', this.#keyFor(key, salt), nonce, { authTagLength: lengths.tag });
    decipher.setAAD(Buffer.from(name)).setAuthTag(tag);
    return Buffer.concat([decipher.update(bytes.subarray(at)), decipher.final()]);
  }

  #keyFor({ id, secret }: Key, salt: Buffer): Buffer {
    const name = Buffer.concat([id, salt]).toString('latin1');
    const known = this.#derived.get(name);
    if (known) return known;
    const derived = createHmac('sha256', secret).update('concierge cache entry').update(salt).digest();
    if (this.#derived.size >= MAX_DERIVED) this.#derived.clear();
    this.#derived.set(name, derived);
    return derived;
  }
}

/**
 * Null without files.
 * @param keyFiles each with 32 bytes in hexadecimal or Base64.
 * @throws ConfigError for a file that cannot be read, or that has no such key.
 */
export function openCipher(keyFiles: readonly string[] | undefined, folder: string): EntryCipher | null {
  if (!keyFiles) return null;
  return new EntryCipher(
    keyFiles.map((path, index) => readKey(resolve(folder, path), `cache.encryption.keyFiles[${index}]`)),
  );
}

function readKey(path: string, option: string): Buffer {
  let text: string;
  try {
    text = readFileSync(path, 'utf8').trim();
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException;
    const reason = code === 'ENOENT' ? 'does not exist' : `cannot be read (${code})`;
    throw new ConfigError(`${option}: the file ${path} ${reason}`, { cause });
  }
  const key = /^[0-9a-f]{64}$/i.test(text) ? Buffer.from(text, 'hex') : Buffer.from(text, 'base64');
  if (key.length === 32 && /^[0-9A-Za-z+/_-]+=*$/.test(text)) return key;
  const remedy = 'write 32 random bytes into it, such as those of: openssl rand -base64 32';
  throw new ConfigError(`${option}: the file ${path} has no key of 32 bytes in Base64 or hexadecimal; ${remedy}`);
}
