// TLS failures of connections to subgraphs: what is wrong, and what to do about it, for the log. Codes are those of
// OpenSSL and Node.

/** By code of the error. */
const remedies: Readonly<Record<string, string>> = {
  CERT_HAS_EXPIRED: 'a certificate of the service has expired: renew it there',
  CERT_NOT_YET_VALID: 'a certificate of the service is not valid yet: compare the clocks of both machines',
  CERT_REVOKED: 'a certificate of the service has been revoked: renew it there',
  ERR_TLS_CERT_ALTNAME_INVALID:
    "the service's certificate is for other names: use one of them in `url`, or give it as `tls.servername`",
  ERR_SSL_WRONG_VERSION_NUMBER: 'the port speaks no TLS: give its `url` with http://, or the port with TLS',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'the port speaks no TLS: give its `url` with http://, or the port with TLS',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: 'the service offers no version of TLS from 1.2 on: update it there',
  ERR_SSL_UNSUPPORTED_PROTOCOL: 'the service offers no version of TLS from 1.2 on: update it there',
  ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED:
    'the service requires a client certificate: give one as `tls.cert` and `tls.key`',
};

const unknownAuthority =
  "the authority of the service's certificate is not known: give the authority's certificate as `tls.ca`";

const unknownAuthorityCodes = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'INVALID_CA',
  'CERT_UNTRUSTED',
  'CERT_SIGNATURE_FAILURE',
]);

/** Alerts that a server sends where it does not accept the client's certificate, or its absence. */
const certificateAlert =
  /^ERR_SSL_.*ALERT_(BAD_CERTIFICATE|CERTIFICATE_.+|UNSUPPORTED_CERTIFICATE|UNKNOWN_CA|HANDSHAKE_FAILURE|ACCESS_DENIED)$/;

/** Codes of connections that the service has closed: Node's and undici's. */
const connectionEnded = new Set(['ECONNRESET', 'UND_ERR_SOCKET']);

/**
 * What to do about an error of a connection; undefined for one that has nothing to do with TLS.
 * @param isFirst whether the connection ended before any response, with the first request that was sent on it.
 */
export function tlsRemedy(code: string, isFirst: boolean): string | undefined {
  if (unknownAuthorityCodes.has(code)) return unknownAuthority;
  if (Object.hasOwn(remedies, code)) return remedies[code];
  if (certificateAlert.test(code)) {
    return 'the service does not accept the client certificate, or the lack of one: see `tls.cert` and `tls.key`';
  }
  // With TLS 1.3, a server rejects the client's certificate after the handshake, perhaps without an alert.
  if (isFirst && connectionEnded.has(code)) {
    return 'it closed the connection before any response: with TLS, see whether it requires another `tls.cert`';
  }
  return undefined;
}
