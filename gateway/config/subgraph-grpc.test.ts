// Addresses of services that speak gRPC.
import { expect, test } from 'vitest';
import { readGrpcAddress } from './subgraph-grpc.ts';

test.each([
  ['payments:50051', 'dns:///payments:50051', 'payments:50051'],
  ['127.0.0.1:50051', 'dns:///127.0.0.1:50051', '127.0.0.1:50051'],
  ['[::1]:50051', 'dns:///[::1]:50051', '[::1]:50051'],
  ['grpc://payments:50051/', 'dns:///payments:50051', 'payments:50051'],
  ['dns:///payments.shop.svc:50051', 'dns:///payments.shop.svc:50051', 'payments.shop.svc:50051'],
  ['dns://10.0.0.2/payments', 'dns://10.0.0.2/payments', 'payments'],
  ['ipv4:10.0.0.1:50051,10.0.0.2:50051', 'ipv4:10.0.0.1:50051,10.0.0.2:50051', '10.0.0.1:50051'],
  ['ipv6:[::1]:50051', 'ipv6:[::1]:50051', '[::1]:50051'],
  ['unix:/run/payments.sock', 'unix:/run/payments.sock', 'localhost'],
])('%s', (text, target, host) => {
  expect(readGrpcAddress(text)).toEqual({ target, isSecure: false, host });
});

test('grpcs:// has TLS', () => {
  expect(readGrpcAddress('grpcs://payments.example.com:443')).toEqual({
    ...{ target: 'dns:///payments.example.com:443', isSecure: true, host: 'payments.example.com:443' },
  });
});

test.each([
  ...['', 'payments', 'http://payments:50051', 'payments:port', 'grpc://payments', 'grpcs://a:1/path', 'pay ments:1'],
  ...['dns:payments', 'unix:', 'unix:/run/a b.sock', 'grpc://dns:///payments:1', 'user:pass@payments:1'],
])('%j is none', (text) => {
  expect(readGrpcAddress(text)).toBeNull();
});
