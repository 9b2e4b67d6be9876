// Client certificate of a connection (mTLS), as far as it was verified.
import type { X509Certificate } from 'node:crypto';
import type { TLSSocket } from 'node:tls';

/** Undefined for connections without TLS, and for certificates that no authority of `tls.ca` has issued. */
export function verifiedCertificate(socket: object | undefined): X509Certificate | undefined {
  const { authorized, getPeerX509Certificate } = (socket ?? {}) as Partial<TLSSocket>;
  return authorized === true ? getPeerX509Certificate?.call(socket) : undefined;
}
