// Configuration sections `tls`: certificate and key of the gateway's own port, applied by `server/http2/`, and the
// authorities and the client certificate of connections to subgraphs, applied by `transport/connection-options.ts`.
import { z } from 'zod';
import { type AddressesConfig, urlsOf } from './subgraph-urls.ts';
import { filePath } from './values.ts';

export const tlsSection = z
  .strictObject(
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
      /**
       * PEM file with the certificates of the authorities that issue certificates to clients (mTLS). Default: none, and
       * clients show no certificate.
       * @example 'tls/clients-ca.pem'
       */
      ca: filePath.optional(),
      /**
       * `require`: connections without a certificate of `ca` are rejected. `request`: they are accepted, and
       * `authentication.identify` gets the certificates of the others. Default: `require`, where there is `ca`.
       * @example 'request'
       */
      clientCertificates: z.enum(['require', 'request'], { error: 'give "require" or "request"' }).optional(),
    },
    'give the files of a certificate and its key: { cert: "tls/cert.pem", key: "tls/key.pem" }',
  )
  .refine(({ ca, clientCertificates }) => ca !== undefined || clientCertificates === undefined, {
    path: ['ca'],
    message: 'give the file with the authorities of client certificates',
  });

export type TlsConfig = z.output<typeof tlsSection>;

const clientCertificate = {
  /**
   * PEM file with the certificates of the authorities that may have issued the service's certificate, in place of those
   * that Node trusts. Default: those that Node trusts, with NODE_EXTRA_CA_CERTS.
   * @example 'tls/services-ca.pem'
   */
  ca: filePath.optional(),
  /**
   * PEM file of the gateway's own certificate, followed by those of its chain, for services that require one (mTLS).
   * Default: none.
   * @example 'tls/gateway.pem'
   */
  cert: filePath.optional(),
  /**
   * PEM file of its private key. Required with `cert`.
   * @example 'tls/gateway-key.pem'
   */
  key: filePath.optional(),
  /**
   * Passphrase of the key, if it is encrypted. Default: none.
   * @example env('SUBGRAPH_TLS_PASSPHRASE')
   */
  passphrase: z.string('give the passphrase as text').optional(),
};

const needsBoth = { path: ['cert'], message: 'a client certificate needs both files, cert and key' };

const subgraphTlsMessage = 'give an object such as { ca: "tls/services-ca.pem" }';

const hasBoth = ({ cert, key }: { cert?: string | undefined; key?: string | undefined }) =>
  (cert === undefined) === (key === undefined);

/** For all subgraphs. */
export const commonSubgraphTls = z
  .strictObject({ ...clientCertificate }, subgraphTlsMessage)
  .refine(hasBoth, needsBoth);

/** For one subgraph. */
export const subgraphTls = z
  .strictObject(
    {
      ...clientCertificate,
      /**
       * Name that the service's certificate has to be for, and that is sent to it (SNI). Default: the host of the URL.
       * @example 'orders.internal'
       */
      servername: z.string('give a host name').min(1, 'give a host name').optional(),
    },
    subgraphTlsMessage,
  )
  .refine(hasBoth, needsBoth);

export type SubgraphTlsConfig = z.output<typeof subgraphTls>;

interface SecuredSubgraphs {
  subgraphs: Readonly<
    Record<
      string,
      { url?: AddressesConfig | undefined; tls?: SubgraphTlsConfig | undefined; http?: string | undefined }
    >
  >;
}

/** Problems of options for TLS beside a URL without it; called with the whole configuration. */
export function plainUrlProblems({ subgraphs }: SecuredSubgraphs): { path: string[]; message: string }[] {
  return Object.entries(subgraphs).flatMap(([name, { url, tls, http }]) => {
    const plain = urlsOf(url).find((one) => /^http:/i.test(one));
    if (plain === undefined) return [];
    const problem = (option: string, what: string) => ({
      path: ['subgraphs', name, option],
      message: `its URL has http://, where there is no ${what}: give https://, or remove this`,
    });
    return [...(tls ? [problem('tls', 'TLS')] : []), ...(http === '2' ? [problem('http', 'HTTP/2 without TLS')] : [])];
  });
}
