// Connections to subgraphs over TLS: client certificates, authorities of one's own, renewed files, and failed handshakes,
// with services whose certificates are made for the test.
import { once } from 'node:events';
import { rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { createSecureServer, type Http2ServerRequest, type SecureServerOptions } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { TLSSocket } from 'node:tls';
import { createSchema, createYoga } from 'graphql-yoga';
import { expect, onTestFinished, test } from 'vitest';
import { ConfigError } from '../../gateway/config/config-error.ts';
import { createGateway } from '../../gateway/index.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { concierge, startGatewayProcess } from '../harness/gateway.ts';
import { listen } from '../harness/listen.ts';
import { type Certificate, createCertificate } from '../http/certificate.ts';

interface SecureService {
  url: string;
  /** Version of HTTP and fingerprint of the client's certificate, by request. */
  seen: { version: string; client: string | undefined }[];
}

/** A GraphQL service over HTTP/2 and HTTP/1.1 with a field of this name, a connection for each request over HTTP/1.1. */
async function startSecure(field: string, options: SecureServerOptions): Promise<SecureService> {
  const seen: SecureService['seen'] = [];
  const schema = createSchema({
    typeDefs: `type Query { ${field}: Int } type Subscription { ${field}Changed: Int }`,
    resolvers: {
      Query: { [field]: () => 1 },
      Subscription: {
        [`${field}Changed`]: {
          async *subscribe() {
            yield { [`${field}Changed`]: 2 };
          },
        },
      },
    },
  });
  const yoga = createYoga({ schema, logging: false });
  const server = createSecureServer({ allowHTTP1: true, ...options }, (request, response) => {
    const { httpVersion, stream } = request as Http2ServerRequest;
    const socket = (stream?.session?.socket ?? request.socket) as TLSSocket;
    seen.push({ version: httpVersion, client: socket.getPeerCertificate().fingerprint256 });
    if (httpVersion === '1.1') response.setHeader('connection', 'close');
    return yoga(request as unknown as IncomingMessage, response);
  });
  server.on('sessionError', () => {});
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => void server.close());
  return { url: `https://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`, seen };
}

function write(folder: string, name: string, { cert, key }: Certificate): void {
  writeFileSync(join(folder, `${name}.pem`), cert);
  writeFileSync(join(folder, `${name}-key.pem`), key);
}

async function post(url: string, query: string, accept = 'application/json'): Promise<string> {
  const headers = { 'content-type': 'application/json', accept };
  const response = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query }) });
  return response.text();
}

const sdl = (field: string) => `type Query { ${field}: Int }`;

test('the gateway shows its certificate to services of its own authorities, and uses renewed files', async () => {
  const own = createCertificate({ name: 'orders.internal' });
  const [first, second] = ['gateway', 'renewed'].map((name) => createCertificate({ name })) as [
    Certificate,
    Certificate,
  ];
  const secured = { ...own, requestCert: true, ca: [first.cert, second.cert], rejectUnauthorized: true };
  const [orders, stock] = [await startSecure('orders', secured), await startSecure('stock', secured)];
  const folder = temporaryFolder({ 'ca.pem': own.cert });
  write(folder, 'gateway', first);
  const tls = { ca: 'ca.pem', cert: 'gateway.pem', key: 'gateway-key.pem', servername: 'orders.internal' };
  const config = {
    port: 0,
    subgraphs: {
      orders: { url: orders.url, tls, schema: { introspect: true } },
      stock: { url: stock.url, tls, schema: sdl('stock'), http: '2' },
    },
  };
  const configFile = join(folder, 'gateway.config.mjs');
  writeFileSync(configFile, `export default ${JSON.stringify(config)};`);

  const { url, process } = await startGatewayProcess(configFile);
  onTestFinished(async () => void (await process.stop()));
  expect(await post(url, '{ orders stock }')).toBe('{"data":{"orders":1,"stock":1}}');
  expect(await post(url, 'subscription { ordersChanged }', 'text/event-stream')).toContain('{"ordersChanged":2}');
  expect(new Set(orders.seen.map(({ version }) => version))).toEqual(new Set(['1.1']));
  expect(stock.seen.map(({ version }) => version)).toEqual(['2.0']);
  const clients = () => orders.seen.splice(0).map(({ client }) => client);
  expect(new Set(clients())).toEqual(new Set([first.fingerprint]));

  writeFileSync(join(folder, 'gateway.pem'), 'no certificate');
  expect(await post(url, '{ orders }')).toBe('{"data":{"orders":1}}');
  const { reason } = await process.line(({ msg }) => String(msg).includes('TLS files have changed and are not valid'));
  expect(reason).toMatch(/^subgraphs\.orders\.tls: gateway\.pem and gateway-key\.pem are no certificate and its key/);
  rmSync(join(folder, 'ca.pem'));
  expect(await post(url, '{ orders }')).toBe('{"data":{"orders":1}}');
  expect(clients()).toEqual([first.fingerprint, first.fingerprint]);
  writeFileSync(join(folder, 'ca.pem'), own.cert);
  write(folder, 'gateway', second);
  expect(await post(url, '{ orders }')).toBe('{"data":{"orders":1}}');
  expect(await post(url, 'subscription { ordersChanged }', 'text/event-stream')).toContain('{"ordersChanged":2}');
  expect(clients()).toEqual([second.fingerprint, second.fingerprint]);

  const compose = concierge(['compose', '--config', configFile]);
  expect(await compose.exit, compose.output()).toBe(0);
  expect(compose.output()).toContain('orders: fetched from the service');
  expect(clients()).toContain(second.fingerprint);
});

test('a failed handshake is an unavailable subgraph for clients, with its reason and what to do in the log alone', async () => {
  const own = createCertificate();
  const client = createCertificate({ name: 'gateway' });
  const expired = createCertificate({ validFor: -60_000 });
  const plain = createServer((_, response) => response.end());
  const { origin, stop } = await listen(plain);
  onTestFinished(stop);
  const secured = { ...own, requestCert: true, ca: client.cert, rejectUnauthorized: true };
  const other = createCertificate({ name: 'gateway' });
  const folder = temporaryFolder({ 'ca.pem': own.cert, 'expired.pem': expired.cert });
  write(folder, 'other', other);
  const ca = { ca: 'ca.pem' };
  const cases = {
    expired: [(await startSecure('expired', expired)).url, { ca: 'expired.pem' }, /CERT_HAS_EXPIRED.*renew it there/],
    misnamed: [
      (await startSecure('misnamed', own)).url,
      { ...ca, servername: 'stock.internal' },
      /ERR_TLS_CERT_ALTNAME_INVALID.*for other names: use one of them in `url`, or give it as `tls.servername`/,
    ],
    unknown: [
      (await startSecure('unknown', own)).url,
      { ca: 'expired.pem' },
      /DEPTH_ZERO_SELF_SIGNED_CERT.*give the authority's certificate as `tls.ca`/,
    ],
    plain: [`${origin.replace('http:', 'https:')}/graphql`, ca, /the port speaks no TLS: give its `url` with http:/],
    guarded: [
      (await startSecure('guarded', secured)).url,
      ca,
      /closed the connection before any response: with TLS, see whether it requires another `tls.cert`/,
    ],
    refused: [
      (await startSecure('refused', secured)).url,
      { ...ca, cert: 'other.pem', key: 'other-key.pem' },
      /ALERT_HANDSHAKE_FAILURE|closed the connection before any response/,
    ],
  } as const;
  const entries = Object.entries(cases).map(([name, [url, tls]]) => [name, { url, tls, schema: sdl(name) }]);
  const configFile = join(folder, 'gateway.config.mjs');
  writeFileSync(
    configFile,
    `export default ${JSON.stringify({ port: 0, subgraphs: Object.fromEntries(entries), timeout: 5000 })};`,
  );
  const { url, process } = await startGatewayProcess(configFile);
  onTestFinished(async () => void (await process.stop()));
  const received = JSON.parse(await post(url, `{ ${Object.keys(cases).join(' ')} }`));
  for (const name of Object.keys(cases)) {
    expect(received.errors).toContainEqual({
      message: `The subgraph "${name}" could not be reached.`,
      path: [name],
      extensions: { code: 'SUBGRAPH_UNAVAILABLE', subgraph: name },
    });
  }
  expect(JSON.stringify(received)).not.toMatch(/cert|tls|ssl|127\.0/i);
  const line = JSON.stringify(await process.line(({ msg }) => msg === 'request'));
  for (const [, [, , reason]] of Object.entries(cases)) expect(line).toMatch(reason);
});

test('a gateway does not start with files that are missing or have no certificate', () => {
  const folder = temporaryFolder({ 'ca.pem': 'no certificate' });
  const start = (subgraphTls: object, tls?: object) => () =>
    createGateway(
      { subgraphTls, subgraphs: { a: { url: 'https://127.0.0.1:9/graphql', schema: sdl('a'), ...(tls && { tls }) } } },
      { folder },
    );
  expect(start({ ca: 'none.pem' })).toThrow(`subgraphTls.ca: ${join(folder, 'none.pem')} cannot be read (ENOENT)`);
  expect(start({}, { ca: 'ca.pem' })).toThrow('subgraphs.a.tls.ca: ca.pem has no certificate of an authority in PEM');
  expect(start({ cert: 'ca.pem' })).toThrow('a client certificate needs both files, cert and key');
  expect(start({ rejectUnauthorized: false })).toThrow('subgraphTls.rejectUnauthorized is not an option');
  const plain = { url: 'http://127.0.0.1:9/graphql', schema: sdl('a') };
  expect(() => createGateway({ subgraphs: { a: { ...plain, tls: { ca: 'ca.pem' } } } }, { folder })).toThrow(
    'subgraphs.a.tls is {"ca":"ca.pem"}: its URL has http://, where there is no TLS: give https://, or remove this',
  );
  expect(() => createGateway({ subgraphs: { a: { ...plain, http: '2' } } }, { folder })).toThrow(ConfigError);
});
