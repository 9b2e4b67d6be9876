// TLS of the gateway's own listeners: their certificate, renewed from the next connection on, and those of clients.
import type { Server, TlsOptions } from 'node:tls';
import type { TlsConfig } from '../config/tls.ts';
import { TlsFiles, type TlsFilesOptions } from '../transport/tls-files.ts';

export interface ServerTls {
  files: TlsFiles;
  /** What becomes of clients without a certificate of the authorities in `ca`. Default: `require`. */
  clientCertificates?: 'require' | 'request' | undefined;
}

/** @throws ConfigError for files that are not valid. */
export function openServerTls(config: TlsConfig, options: Omit<TlsFilesOptions, 'option'>): ServerTls {
  const { clientCertificates } = config;
  return { files: new TlsFiles(config, { ...options, option: 'tls' }), clientCertificates };
}

/** Options of a server with the certificate and key, and with the authorities of client certificates, if any. */
export function tlsOptions({ files, clientCertificates = 'require' }: ServerTls): TlsOptions {
  const { ca, ...own } = files.current();
  return ca === undefined
    ? own
    : { ...own, ca, requestCert: true, rejectUnauthorized: clientCertificates === 'require' };
}

/** To be called before the server listens. */
export function useRenewed(server: Pick<Server, 'prependListener' | 'setSecureContext'>, files: TlsFiles): void {
  let used = files.current();
  // Before Node begins the handshake of the connection.
  server.prependListener('connection', () => {
    const current = files.current();
    if (current !== used) server.setSecureContext(current);
    used = current;
  });
}
