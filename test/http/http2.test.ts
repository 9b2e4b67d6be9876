// HTTP/2 and HTTP/1.1 over TLS on one port: the same responses, limits and shutdown, with Node's HTTP/2 client.
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  constants,
  type OutgoingHttpHeaders,
} from 'node:http2';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { connect as connectTls } from 'node:tls';
import { brotliDecompressSync } from 'node:zlib';
import { Agent, request } from 'undici';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { ConfigError } from '../../gateway/config/config-error.ts';
import type { GatewayConfig } from '../../gateway/index.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { PlainClient, Shop } from '../websocket/shop.ts';
import { type Certificate, createCertificate } from './certificate.ts';

interface Received {
  status: number;
  headers: Record<string, unknown>;
  body: Buffer;
}

function writeCertificate({ cert, key }: Certificate, folder = temporaryFolder({})): { cert: string; key: string } {
  writeFileSync(join(folder, 'cert.pem'), cert);
  writeFileSync(join(folder, 'key.pem'), key);
  return { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
}

async function open(options: Partial<GatewayConfig> = {}) {
  const certificate = createCertificate();
  const shop = await Shop.start();
  const { gateway, http, url } = await shop.gateway({ tls: writeCertificate(certificate), ...options });
  return { shop, gateway, certificate, http, url, origin: new URL(http).origin };
}

function openSession(origin: string, { cert }: Certificate): ClientHttp2Session {
  const session = connect(origin, { ca: cert });
  // A session that the gateway ends has an error or none; tests look at what follows.
  session.on('error', () => {});
  onTestFinished(() => session.destroy());
  return session;
}

const json = { 'content-type': 'application/json', accept: 'application/json' };

async function received(stream: ClientHttp2Stream): Promise<Received> {
  const [headers] = (await once(stream, 'response')) as [Record<string, unknown>];
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(chunk as Buffer);
  return { status: Number(headers[':status']), headers, body: Buffer.concat(chunks) };
}

function post(session: ClientHttp2Session, query: string, headers: OutgoingHttpHeaders = {}): Promise<Received> {
  const stream = session.request({ ':method': 'POST', ':path': '/graphql', ...json, ...headers });
  stream.end(JSON.stringify({ query }));
  return received(stream);
}

function get(session: ClientHttp2Session, path: string, headers: OutgoingHttpHeaders = {}): Promise<Received> {
  return received(session.request({ ':path': path, ...json, ...headers }));
}

/** Resolves when the session has ended. */
async function ended(session: ClientHttp2Session): Promise<void> {
  if (!session.destroyed) await new Promise((resolve) => session.once('close', resolve));
}

describe.each([
  ['the fast path', {}],
  ['Yoga', { fastPath: false }],
] as [string, Partial<GatewayConfig>][])('%s', (_, options) => {
  test('responses over HTTP/2 are those over HTTP/1.1, on the same port', async () => {
    const { origin, certificate } = await open(options);
    const session = openSession(origin, certificate);
    const dispatcher = new Agent({ connect: { ca: certificate.cert }, allowH2: false });
    onTestFinished(() => dispatcher.close());
    const queries = [
      '{ hello }',
      '{ text(length: 200000) }',
      '{ product { id name secret } }',
      '{ unknown }',
      '{',
      'mutation { setStock(inStock: 3) { inStock } }',
    ];
    for (const query of queries) {
      const old = await request(`${origin}/graphql`, {
        dispatcher,
        method: 'POST',
        headers: json,
        body: JSON.stringify({ query }),
      });
      const text = await old.body.text();
      const { status, headers, body } = await post(session, query);
      expect([status, String(body)], query).toEqual([old.statusCode, text]);
      for (const name of [
        'content-type',
        'content-length',
        'cache-control',
        'vary',
        'etag',
        'x-content-type-options',
      ]) {
        expect(headers[name], name).toBe(old.headers[name]);
      }
    }
    const compressed = await post(session, '{ text(length: 100000) }', { 'accept-encoding': 'br' });
    expect(compressed.headers['content-encoding']).toBe('br');
    expect(JSON.parse(String(brotliDecompressSync(compressed.body))).data.text).toHaveLength(100_000);
  });

  test('GET, HEAD and 304 are right over HTTP/2', async () => {
    const { origin, certificate } = await open(options);
    const session = openSession(origin, certificate);
    const path = '/graphql?query=%7Bhello%7D';
    const first = await get(session, path);
    expect(first).toMatchObject({ status: 200, headers: { 'cache-control': 'public, max-age=60' } });
    const head = await get(session, path, { ':method': 'HEAD' });
    expect([head.status, head.body.length]).toEqual([200, 0]);
    expect(head.headers['content-length']).toBe(String(first.body.length));
    const again = await get(session, path, { 'if-none-match': String(first.headers.etag) });
    expect([again.status, again.body.length]).toEqual([304, 0]);
    expect((await get(session, '/readiness')).status).toBe(200);
    expect((await get(session, '/nothing')).status).toBe(404);
    expect((await get(session, path, { ':method': 'OPTIONS' })).status).toBe(204);
  });

  test('bodies are bounded, a coding that is not decoded is rejected, and a rejected one does not block the connection', async () => {
    const { origin, certificate } = await open({ ...options, maxBodyBytes: 1000 });
    const session = openSession(origin, certificate);
    for (let count = 0; count < 3; count += 1) {
      expect((await post(session, `{ hello } #${'x'.repeat(300_000)}`)).status).toBe(413);
    }
    expect((await post(session, '{ hello }', { 'content-encoding': 'br' })).status).toBe(415);
    expect((await post(session, '{ hello }', { 'content-encoding': 'gzip' })).status).toBe(400);
    expect((await post(session, '{ hello }')).status).toBe(200);
  });

  test('fifty event streams run on one connection, and end with it', async () => {
    const { shop, origin, certificate } = await open(options);
    const session = openSession(origin, certificate);
    const streams = Array.from({ length: 50 }, () => {
      const headers = { ...json, accept: 'text/event-stream' };
      const stream = session.request({ ':method': 'POST', ':path': '/graphql', ...headers });
      stream.end(JSON.stringify({ query: 'subscription { stockChanged { id inStock } }' }));
      stream.on('error', () => {});
      return stream;
    });
    await shop.subscribed(50);
    const events = streams.map(eventOn);
    shop.publish({ id: 'p1', inStock: 9 });
    for (const event of await Promise.all(events)) {
      expect(event).toContain('data: {"data":{"stockChanged":{"id":"p1","inStock":9}}}');
    }
    // Other requests go on beside them; one that its client leaves ends alone.
    expect((await post(session, '{ hello }')).status).toBe(200);
    streams[0]?.close(constants.NGHTTP2_CANCEL);
    await shop.subscribed(49);
    session.destroy();
    await shop.subscribed(0);
  });
});

/** The text of a stream up to the end of its first event. */
async function eventOn(stream: ClientHttp2Stream): Promise<string> {
  let text = '';
  for await (const chunk of stream.iterator({ destroyOnReturn: false })) {
    text += chunk;
    if (text.includes('event: next') && text.endsWith('\n\n')) break;
  }
  return text;
}

test('WebSockets are upgraded from HTTP/1.1 on the same port', async () => {
  const { url, certificate } = await open();
  const client = await PlainClient.open(url, {}, { ca: certificate.cert });
  expect(await client.query('1', '{ hello }')).toMatchObject({ payload: { data: { hello: 'hi' } } });
});

test('a request names exactly one host, as the authority or in the header', async () => {
  const { origin, certificate } = await open();
  const session = openSession(origin, certificate);
  const { host } = new URL(origin);
  expect((await post(session, '{ hello }', { ':authority': host, host })).status).toBe(200);
  expect((await post(session, '{ hello }', { ':authority': host, host: 'other.example' })).status).toBe(400);
  expect((await post(session, '{ hello }', { ':authority': 'a,b' })).status).toBe(400);
});

test('a head that is too large, and more streams than allowed, are rejected; other connections go on', async () => {
  const { origin, certificate } = await open();
  const large = openSession(origin, certificate);
  await once(large, 'remoteSettings');
  expect(large.remoteSettings).toMatchObject({ maxConcurrentStreams: 100, maxHeaderListSize: 16_384 });
  // 431, or the stream is reset.
  const tooLarge = await post(large, '{ hello }', { 'x-large': 'x'.repeat(20_000) }).then(
    ({ status }) => status,
    () => 431,
  );
  expect(tooLarge).toBe(431);
  const other = openSession(origin, certificate);
  expect((await post(other, '{ hello }')).status).toBe(200);
});

test('a client that opens and resets streams without end loses its connection; others go on', async () => {
  const { origin, certificate } = await open();
  const session = openSession(origin, certificate);
  await once(session, 'remoteSettings');
  const isEnded = ended(session);
  let count = 0;
  for (; !session.closed && !session.destroyed && count < 5000; count += 50) {
    const streams = Array.from({ length: 50 }, () => {
      const stream = session.request({ ':method': 'POST', ':path': '/graphql', ...json });
      return stream.on('error', () => {}).end('{"query":"{ slow }"}');
    });
    await setImmediate();
    for (const stream of streams) stream.close(constants.NGHTTP2_CANCEL);
    await setImmediate();
  }
  expect(count).toBeLessThan(5000);
  await isEnded;
  const other = openSession(origin, certificate);
  expect((await post(other, '{ hello }')).status).toBe(200);
});

test('a body that is not sent in time is 408', async () => {
  const { origin, certificate } = await open({ requestTimeout: 200 });
  const session = openSession(origin, certificate);
  const stream = session.request({ ':method': 'POST', ':path': '/graphql', ...json });
  stream.write('{"query":');
  stream.on('error', () => {});
  const [headers] = await once(stream, 'response');
  expect(headers[':status']).toBe(408);
  expect((await post(session, '{ hello }')).status).toBe(200);
});

test('a gateway that stops lets running requests finish, and takes no more on the connection', async () => {
  const { shop, gateway, origin, certificate } = await open({ shutdownGrace: 60_000 });
  const session = openSession(origin, certificate);
  const unused = openSession(origin, certificate);
  const plain = connectTls({ ...address(origin), ca: certificate.cert, ALPNProtocols: ['http/1.1'] });
  onTestFinished(() => void plain.destroy());
  await Promise.all([once(unused, 'remoteSettings'), once(plain, 'secureConnect')]);
  const running = post(session, '{ slow }');
  const isUsed = once(session, 'goaway');
  await shop.slow.firstRequest;
  const stopping = gateway.stop({ delay: 3_600_000 });
  await isUsed;
  // New connections are served until the delay ends.
  const other = openSession(origin, certificate);
  expect((await post(other, '{ hello }')).status).toBe(200);
  const isLast = once(other, 'goaway');
  void gateway.stop({ delay: 0 });
  await isLast;
  const late = await post(session, '{ hello }').then(
    ({ status }) => status,
    () => 'rejected',
  );
  expect(late).toBe('rejected');
  await shop.respondSlowly();
  expect(await running).toMatchObject({ status: 200, body: Buffer.from('{"data":{"slow":1}}') });
  expect(await stopping).toBe(0);
  await Promise.all([ended(session), ended(unused), ended(other)]);
});

function address(origin: string): { host: string; port: number } {
  const { hostname, port } = new URL(origin);
  return { host: hostname, port: Number(port) };
}

test('files that are missing, or do not belong together, are named at the start', async () => {
  const [one, other] = [writeCertificate(createCertificate()), writeCertificate(createCertificate())];
  const shop = await Shop.start();
  await expect(shop.gateway({ tls: { ...one, cert: '/nowhere/cert.pem' } })).rejects.toThrow(
    'tls.cert: /nowhere/cert.pem cannot be read (ENOENT)',
  );
  await expect(shop.gateway({ tls: { ...one, key: other.key } })).rejects.toThrow(/are no certificate and its key/);
  await expect(shop.gateway({ tls: { ...one, key: one.cert } })).rejects.toThrow(ConfigError);
});

test('renewed files are used for new connections, and invalid ones are logged while the former stay in use', async () => {
  const [first, second] = [createCertificate(), createCertificate()];
  const folder = temporaryFolder({});
  const shop = await Shop.start();
  const { http } = await shop.gateway({ tls: writeCertificate(first, folder) });
  const { origin } = new URL(http);
  expect((await post(openSession(origin, first), '{ hello }')).status).toBe(200);
  writeFileSync(join(folder, 'cert.pem'), 'no certificate');
  expect((await post(openSession(origin, first), '{ hello }')).status).toBe(200);
  writeCertificate(second, folder);
  expect((await post(openSession(origin, second), '{ hello }')).status).toBe(200);
  await expect(ended(openSession(origin, first))).resolves.toBeUndefined();
});

test('clients without a certificate of the authorities are rejected, and `identify` gets the certificates of the others', async () => {
  const [own, alice, mallory] = ['localhost', 'alice', 'mallory'].map((name) => createCertificate({ name })) as [
    Certificate,
    Certificate,
    Certificate,
  ];
  const folder = temporaryFolder({ 'clients.pem': alice.cert });
  const tls = { ...writeCertificate(own, folder), ca: join(folder, 'clients.pem') };
  const seen: (string | undefined)[] = [];
  const authentication: GatewayConfig['authentication'] = {
    identify({ clientCertificate }) {
      seen.push(clientCertificate?.subject);
      return clientCertificate ? { subject: clientCertificate.subject } : null;
    },
  };
  const shop = await Shop.start();
  const query = '{ product { secret } }';
  const fetched = async (origin: string, client?: Certificate) => {
    const session = connect(origin, { ca: own.cert, ...(client && { cert: client.cert, key: client.key }) });
    session.on('error', () => {});
    onTestFinished(() => session.destroy());
    const sent = post(session, query).then(
      ({ body }) => String(body),
      () => 'rejected',
    );
    return Promise.race([sent, ended(session).then(() => 'rejected')]);
  };
  const secret = '{"data":{"product":{"secret":42}}}';

  const rejections: Record<string, string>[] = [];
  const required = await shop.gateway({ tls, authentication }, {}, (log) => {
    vi.spyOn(log, 'isLevelEnabled').mockReturnValue(true);
    vi.spyOn(log, 'info').mockImplementation((fields: unknown, message?: string) => {
      if (message === 'request rejected') rejections.push(fields as Record<string, string>);
    });
  });
  const { origin } = new URL(required.http);
  expect(await fetched(origin, alice)).toBe(secret);
  expect(await fetched(origin)).toBe('rejected');
  expect(await fetched(origin, mallory)).toBe('rejected');
  await vi.waitFor(() => expect(rejections).toHaveLength(2), { timeout: 30_000 });
  expect(rejections.map(({ reason }) => reason)).toEqual([
    expect.stringContaining('peer did not return a certificate'),
    'TLS: the client certificate is not accepted (DEPTH_ZERO_SELF_SIGNED_CERT)',
  ]);
  const dispatcher = new Agent({ connect: { ca: own.cert, cert: alice.cert, key: alice.key }, allowH2: false });
  onTestFinished(() => dispatcher.close());
  const old = await request(`${origin}/graphql`, {
    dispatcher,
    method: 'POST',
    headers: json,
    body: JSON.stringify({ query }),
  });
  expect(await old.body.text()).toBe(secret);
  const client = await PlainClient.open(required.url, {}, { ca: own.cert, cert: alice.cert, key: alice.key });
  expect(await client.query('1', query)).toMatchObject({ payload: { data: { product: { secret: 42 } } } });
  expect(seen).toEqual(['CN=alice', 'CN=alice', 'CN=alice']);

  const requested = await shop.gateway({ tls: { ...tls, clientCertificates: 'request' }, authentication });
  const other = new URL(requested.http).origin;
  expect(await fetched(other, alice)).toBe(secret);
  expect(await fetched(other)).toContain('UNAUTHENTICATED');
  expect(await fetched(other, mallory)).toContain('UNAUTHENTICATED');
  expect(seen.slice(3)).toEqual(['CN=alice', undefined, undefined]);
});

test('listeners for operators have TLS where other machines reach them, with the renewed certificate', async () => {
  const [first, second] = [createCertificate(), createCertificate()];
  const folder = temporaryFolder({});
  const shop = await Shop.start();
  const lines: Record<string, string>[] = [];
  const token = 'token-that-is-long-enough';
  await shop.gateway(
    {
      tls: writeCertificate(first, folder),
      admin: { port: 0, host: '0.0.0.0', token, hosts: ['0.0.0.0'] },
      metrics: { port: 0 },
    },
    {},
    (log) =>
      vi.spyOn(log, 'info').mockImplementation((fields: unknown) => void lines.push(fields as Record<string, string>)),
  );
  const [metrics, admin] = lines.map(({ url }) => url) as [string, string];
  expect(metrics).toMatch(/^http:/);
  expect((await fetch(`${metrics}/metrics`)).status).toBe(200);
  expect(admin).toMatch(/^https:/);
  const url = `${admin.replace('0.0.0.0', '127.0.0.1')}/metrics`;
  const get = async ({ cert }: Certificate) => {
    const dispatcher = new Agent({ connect: { ca: cert } });
    onTestFinished(() => dispatcher.close());
    return (await request(url, { dispatcher, headers: { authorization: `Bearer ${token}` } })).statusCode;
  };
  expect(await get(first)).toBe(200);
  writeCertificate(second, folder);
  expect(await get(second)).toBe(200);
  await expect(get(first)).rejects.toThrow('self-signed certificate');
  await expect(shop.gateway({ admin: { port: 0, token, tls: true } })).rejects.toThrow(
    'admin.tls is true: there is no certificate for it: give `tls`',
  );
});
