// Client address over real sockets, with and without trusted proxies.
import type { IncomingMessage } from 'node:http';
import { createServer, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createClientAddress, networkOf, readAddress } from './client-address.ts';

/** A request as Node hands it over, from this peer. */
function requestFrom(remoteAddress: string | undefined, forwardedFor?: string): IncomingMessage {
  const headers = forwardedFor === undefined ? {} : { 'x-forwarded-for': forwardedFor };
  return { socket: { remoteAddress }, headers } as unknown as IncomingMessage;
}

function addressOf(trusted: string[], peer: string | undefined, forwardedFor?: string): string {
  return createClientAddress(trusted).clientAddress(requestFrom(peer, forwardedFor));
}

test('without trusted proxies only the socket counts, whatever the header is', () => {
  expect(addressOf([], '127.0.0.1', '203.0.113.9')).toBe('127.0.0.1');
});

test('an untrusted peer cannot name a client', () => {
  expect(addressOf(['10.0.0.0/8'], '198.51.100.4', '203.0.113.9')).toBe('198.51.100.4');
});

test('a trusted proxy names the client', () => {
  expect(addressOf(['10.0.0.0/8'], '10.1.2.3', '203.0.113.9')).toBe('203.0.113.9');
});

test('of several hops the nearest untrusted one is the client, and its own header is ignored', () => {
  expect(addressOf(['10.0.0.0/8'], '10.1.2.3', '127.0.0.1, 203.0.113.9, 10.9.9.9')).toBe('203.0.113.9');
});

test('where all hops are trusted, the farthest is the client', () => {
  expect(addressOf(['loopback', 'uniquelocal'], '127.0.0.1', '192.168.1.20, 10.9.9.9')).toBe('192.168.1.20');
});

test.each([
  ['an address in words', 'garbage'],
  ['nothing between commas', ',,, ,'],
  ['nothing at all', ''],
  ['a number that an address parser might take', '1'],
  ['an octal address', '012.0.0.1'],
  ['an address and more', '203.0.113.9; DROP TABLE'],
  ['a very long text', '9'.repeat(8_000)],
  ['control characters', '\u0000\u0001'],
])('%s from a trusted proxy leaves the proxy as the client', (_what, forwardedFor) => {
  expect(addressOf(['loopback'], '127.0.0.1', forwardedFor)).toBe('127.0.0.1');
});

test('garbage behind a valid hop leaves that hop as the client', () => {
  expect(addressOf(['10.0.0.0/8'], '10.0.0.1', 'garbage, 10.0.0.2')).toBe('10.0.0.2');
});

test('ports that proxies write with the address are left out', () => {
  expect(addressOf(['loopback'], '127.0.0.1', '203.0.113.9:4711')).toBe('203.0.113.9');
  expect(addressOf(['loopback'], '127.0.0.1', '[2001:DB8::1]:4711')).toBe('2001:db8::1');
  expect(addressOf(['loopback', '10.0.0.0/8'], '127.0.0.1', '203.0.113.9, 10.0.0.2:80')).toBe('203.0.113.9');
});

test('an IPv4 address mapped into IPv6 is the IPv4 address, as peer, as proxy and as client', () => {
  expect(addressOf([], '::ffff:192.0.2.1')).toBe('192.0.2.1');
  expect(addressOf(['10.0.0.0/8'], '::ffff:10.0.0.1', '::ffff:cb00:7109')).toBe('203.0.113.9');
  expect(createClientAddress(['10.0.0.0/8']).isTrustedProxy('::ffff:10.0.0.1')).toBe(true);
});

test('a socket without an address has none that a rule could name', () => {
  expect(addressOf(['loopback'], undefined, '203.0.113.9')).toBe('unknown');
  expect(createClientAddress(['loopback']).isTrustedProxy(undefined)).toBe(false);
});

test('only the named proxies are trusted', () => {
  const { isTrustedProxy } = createClientAddress(['loopback', '2001:db8::/32']);
  expect(['127.0.0.1', '::1', '2001:db8:1::2'].map(isTrustedProxy)).toEqual([true, true, true]);
  expect(['10.0.0.1', '2001:db9::1', '', 'loopback'].map(isTrustedProxy)).toEqual([false, false, false, false]);
});

test('an address has one form, whichever way it is written', () => {
  expect(readAddress('2001:0DB8:0:0:0:0:0:1')).toBe('2001:db8::1');
  expect(readAddress('fe80::1%eth0')).toBe('fe80::1');
  expect(readAddress('0:0:0:0:0:ffff:c000:201')).toBe('192.0.2.1');
  expect([readAddress(''), readAddress('unknown'), readAddress('1.2.3'), readAddress('[::1')]).toEqual(
    Array(4).fill(null),
  );
});

test('a network is an IPv4 address, or the first half of an IPv6 address', () => {
  expect(networkOf('192.0.2.1')).toBe('192.0.2.1');
  expect(networkOf('2001:db8:1:2:3:4:5:6')).toBe('2001:db8:1:2::/64');
  expect(networkOf('2001:db8::6')).toBe('2001:db8:0:0::/64');
  expect(networkOf('2001:db8:1:2::')).toBe('2001:db8:1:2::/64');
  expect(networkOf('::1')).toBe('0:0:0:0::/64');
  expect(networkOf('1::')).toBe('1:0:0:0::/64');
  expect(networkOf('64:ff9b::192.0.2.1')).toBe('64:ff9b:0:0::/64');
});

test('a request over a real socket has the address that its proxy names', async () => {
  const seen: string[] = [];
  const { clientAddress } = createClientAddress(['loopback']);
  const server = createServer((incoming, response) => {
    seen.push(clientAddress(incoming));
    response.end();
  }).listen(0, '::');
  onTestFinished(() => void server.close());
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  for (const headers of [
    {},
    { 'x-forwarded-for': '203.0.113.9' },
    { 'x-forwarded-for': ['203.0.113.9', '198.51.100.4'] },
  ]) {
    await new Promise((resolve, reject) => {
      request({ host: '127.0.0.1', port, headers, agent: false }, (response) => response.resume().on('end', resolve))
        .on('error', reject)
        .end();
    });
  }
  expect(seen).toEqual(['127.0.0.1', '203.0.113.9', '198.51.100.4']);
});
