// Self-signed certificate for servers of tests (RFC 5280), written in DER: Node can read certificates, but not make
// them.
import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto';

/** PEM texts. */
export interface Certificate {
  cert: string;
  key: string;
  /** Of the certificate, as Node's `fingerprint256`. */
  fingerprint: string;
}

const [INTEGER, BIT_STRING, OCTET_STRING, OBJECT_ID, UTF8, TIME, SEQUENCE, SET] = [2, 3, 4, 6, 12, 24, 48, 49];

export interface CertificateOptions {
  /** Name that it is for, with 127.0.0.1 where it is `localhost`. Default: `localhost`. */
  name?: string;
  /** End of its validity in milliseconds from now. Default: a day. */
  validFor?: number;
}

/** Self-signed: it is its own authority. */
export function createCertificate({
  name: host = 'localhost',
  validFor = 86_400_000,
}: CertificateOptions = {}): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ecdsaWithSha256 = der(SEQUENCE, der(OBJECT_ID, hex('2a8648ce3d040302')));
  const name = der(SEQUENCE, der(SET, der(SEQUENCE, der(OBJECT_ID, hex('550403')), der(UTF8, Buffer.from(host)))));
  const validity = der(SEQUENCE, time(Date.now() - 3_600_000), time(Date.now() + validFor));
  const addresses = host === 'localhost' ? [der(0x87, Buffer.from([127, 0, 0, 1]))] : [];
  const names = der(SEQUENCE, der(0x82, Buffer.from(host)), ...addresses);
  const alternativeNames = der(SEQUENCE, der(OBJECT_ID, hex('551d11')), der(OCTET_STRING, names));
  const certificate = der(
    SEQUENCE,
    der(0xa0, der(INTEGER, Buffer.from([2]))),
    der(INTEGER, Buffer.from([1]), randomBytes(8)),
    ecdsaWithSha256,
    name,
    validity,
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(SEQUENCE, alternativeNames)),
  );
  const signature = der(BIT_STRING, Buffer.from([0]), sign('sha256', certificate, privateKey));
  const signed = der(SEQUENCE, certificate, ecdsaWithSha256, signature);
  const lines = signed.toString('base64').replace(/.{64}(?=.)/g, '$&\n');
  return {
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
    key: String(privateKey.export({ type: 'pkcs8', format: 'pem' })),
    fingerprint: createHash('sha256')
      .update(signed)
      .digest('hex')
      .toUpperCase()
      .replace(/..(?!$)/g, '$&:'),
  };
}

function der(tag: number, ...parts: Buffer[]): Buffer {
  const body = Buffer.concat(parts);
  const { length } = body;
  if (length < 128) return Buffer.concat([Buffer.from([tag, length]), body]);
  return Buffer.concat([
    Buffer.from(length < 256 ? [tag, 0x81, length] : [tag, 0x82, length >> 8, length & 255]),
    body,
  ]);
}

function hex(text: string): Buffer {
  return Buffer.from(text, 'hex');
}

function time(milliseconds: number): Buffer {
  const digits = new Date(milliseconds).toISOString().replace(/[-:T]|\.\d+/g, '');
  return der(TIME, Buffer.from(digits));
}
