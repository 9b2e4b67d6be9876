// Configuration section `tls`: certificate and key of the gateway's own port. Mounted by `options.ts`, applied by
// `server/http2/`.
import { z } from 'zod';
import { filePath } from './values.ts';

export const tlsSection = z.strictObject(
  {
    /**
     * PEM file of the certificate, followed by those of its chain. Required.
     * @example 'tls/cert.pem'
     */
    cert: filePath,
    /**
     * PEM file of its private key. Required.
     * @example 'tls/key.pem'
     */
    key: filePath,
    /**
     * Passphrase of the key, if it is encrypted. Default: none.
     * @example env('TLS_PASSPHRASE')
     */
    passphrase: z.string('give the passphrase as text').optional(),
  },
  'give the files of a certificate and its key: { cert: "tls/cert.pem", key: "tls/key.pem" }',
);

export type TlsConfig = z.output<typeof tlsSection>;
