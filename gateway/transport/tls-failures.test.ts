import { expect, test } from 'vitest';
import { tlsRemedy } from './tls-failures.ts';

const failure = (code: string, isFirst = true) => tlsRemedy(code, isFirst);

test('alerts of servers that reject the client certificate name the options for it', () => {
  for (const code of [
    'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE',
    'ERR_SSL_SSL/TLS_ALERT_BAD_CERTIFICATE',
    'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
    'ERR_SSL_SSL/TLS_ALERT_CERTIFICATE_EXPIRED',
    'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
  ]) {
    expect(failure(code), code).toMatch(/client certificate.*`tls\.cert` and `tls\.key`/);
  }
});

test('other failures of a connection have no advice about TLS', () => {
  expect(failure('ECONNREFUSED')).toBeUndefined();
  expect(failure('UND_ERR_SOCKET', false)).toBeUndefined();
  expect(failure('ECONNRESET', false)).toBeUndefined();
  expect(failure('toString')).toBeUndefined();
  expect(failure('')).toBeUndefined();
});
