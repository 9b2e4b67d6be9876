// WebSocket connections: admission, the reasons for closing one, and bounds.
import { once } from 'node:events';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { PlainClient, rejection, Shop, token } from './shop.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await Shop.start();
});

const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;

describe('before the handshake', () => {
  test('addresses on the list may not connect', async () => {
    const { url } = await shop.gateway({ addresses: { deny: ['127.0.0.0/8'] } });
    const { status, body } = await rejection(url);
    expect(status).toBe(403);
    expect(JSON.parse(body)).toMatchObject({ errors: [{ extensions: { code: 'FORBIDDEN' } }] });
  });

  test.each([
    ['of another host', 'https://evil.example'],
    ['of another port', 'http://127.0.0.1:1'],
    ['without an origin of their own', 'null'],
  ])('pages %s may not connect', async (_which, origin) => {
    const { url } = await shop.gateway({ cors: { origin: ['https://shop.example'] } });
    const { status, body } = await rejection(url, { origin });
    expect(status).toBe(403);
    expect(JSON.parse(body)).toMatchObject({ errors: [{ extensions: { code: 'CSRF_PREVENTION_FAILED' } }] });
  });

  test.each([
    ['of this host', ({ http }: { http: string }) => new URL(http).origin, {}],
    ['of this host behind a proxy with TLS', () => 'https://api.example', { host: 'api.example:443' }],
    ['that are named in cors.origin', () => 'https://shop.example', {}],
  ])('pages %s may connect', async (_which, origin, headers) => {
    const gateway = await shop.gateway({ cors: { origin: ['https://shop.example'] } });
    const client = await PlainClient.open(gateway.url, {}, { origin: origin(gateway), headers });
    expect(await client.query('1', '{ product { id } }')).toMatchObject({ type: 'next' });
  });

  test('with csrf off, all pages may connect', async () => {
    const { url } = await shop.gateway({ csrf: false });
    await PlainClient.open(url, {}, { origin: 'https://evil.example' });
  });

  test('there is nothing at other paths', async () => {
    const { url } = await shop.gateway();
    expect((await rejection(`${url}x`)).status).toBe(404);
  });

  test('connections are bounded in all, and by address', async () => {
    const few = await shop.gateway({ websocket: { connections: 1 } });
    const first = await PlainClient.open(few.url);
    expect((await rejection(few.url)).status).toBe(503);
    first.socket.close();
    await first.closed;
    await PlainClient.open(few.url);
    const shared = await shop.gateway({
      websocket: { perAddress: 1 },
      trustedProxies: ['loopback'],
    });
    const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });
    await PlainClient.open(shared.url, {}, from('192.0.2.1'));
    expect((await rejection(shared.url, from('192.0.2.1'))).status).toBe(429);
    await PlainClient.open(shared.url, {}, from('192.0.2.2'));
  });

  test('without WebSockets, there are none', async () => {
    const { url } = await shop.gateway({ websocket: { enabled: false } });
    // It is a request like any other then: a page might have sent it.
    expect(await rejection(url)).toMatchObject({ status: 403, body: expect.stringContaining('CSRF') });
  });

  test('with plugins, which do not apply to them, there are none unless they are configured', async () => {
    const without = await shop.gateway({ plugins: [{}] });
    expect((await rejection(without.url)).status).toBe(403);
    const { url } = await shop.gateway({ plugins: [{}], websocket: { enabled: true } });
    await PlainClient.open(url);
  });
});

describe('authentication', () => {
  test('a wrong token closes the connection with the reason', async () => {
    const { url } = await shop.gateway();
    const client = new PlainClient(url);
    await once(client.socket, 'open');
    client.send({ type: 'connection_init', payload: { authorization: `Bearer ${await token('u1')}x` } });
    expect(await client.closed).toEqual({ code: 4401, reason: expect.stringMatching(/^Unauthorized: .+\.$/) });
  });

  test('two kinds of credentials are a bad request', async () => {
    const { url } = await shop.gateway();
    const client = new PlainClient(url, { headers: { authorization: `Bearer ${await token('u1')}` } });
    await once(client.socket, 'open');
    client.send({ type: 'connection_init', payload: { authorization: `Bearer ${await token('u2')}` } });
    expect(await client.closed).toMatchObject({ code: 4400, reason: expect.stringContaining('Bad request: ') });
  });

  test('the expiry of a token ends the connection and its subscriptions', async () => {
    const { url } = await shop.gateway();
    const authorization = `Bearer ${await token('u1', inSeconds(2))}`;
    const client = await PlainClient.open(url, { authorization });
    client.subscribe('1', 'subscription { secretChanged }');
    await shop.subscribed(1);
    expect(await client.closed).toEqual({ code: 4401, reason: 'Unauthorized: the token has expired' });
    await shop.subscribed(0);
  });

  test('a token that is valid for longer than a timer can count does not end the connection', async () => {
    // Node warns of a timer that is too long, and fires it at once.
    const warnings: string[] = [];
    const warned = ({ name }: Error) => warnings.push(name);
    process.on('warning', warned);
    onTestFinished(() => {
      process.off('warning', warned);
    });
    const { url } = await shop.gateway();
    const authorization = `Bearer ${await token('u1', inSeconds(40 * 86_400))}`;
    const client = await PlainClient.open(url, { authorization });
    for (const id of ['1', '2', '3']) {
      expect(await client.query(id, '{ product { secret } }')).toMatchObject({
        payload: { data: { product: { secret: 42 } } },
      });
    }
    expect(warnings).not.toContain('TimeoutOverflowWarning');
  });
});

describe('the protocol', () => {
  test('a connection without connection_init is closed', async () => {
    const { url } = await shop.gateway({ websocket: { initTimeout: 20 } });
    expect(await new PlainClient(url).closed).toMatchObject({ code: 4408 });
  });

  test('a connection with another protocol is closed', async () => {
    const { url } = await shop.gateway();
    const client = new PlainClient(url, { protocol: 'graphql-ws' });
    expect(await client.closed).toMatchObject({ code: expect.not.stringMatching('1000') });
  });

  test.each<[string, number, (client: PlainClient) => void]>([
    ['nonsense', 4400, (client) => client.socket.send('nonsense')],
    ['a second connection_init', 4429, (client) => client.send({ type: 'connection_init' })],
    [
      'a name that is taken',
      4409,
      (client) => {
        client.subscribe('1', 'subscription { stockChanged { id } }');
        client.subscribe('1', 'subscription { stockChanged { id } }');
      },
    ],
    ['a message that is too long', 1009, (client) => client.subscribe('1', `{ product { id } } #${'x'.repeat(2000)}`)],
  ])('%s closes the connection', async (_what, code, act) => {
    const { url } = await shop.gateway({ websocket: { maxMessageBytes: 1000 } });
    const client = await PlainClient.open(url);
    act(client);
    expect(await client.closed).toMatchObject({ code });
    await shop.subscribed(0);
  });

  test('nothing is executed before the connection is acknowledged', async () => {
    const { url } = await shop.gateway();
    const client = new PlainClient(url);
    await once(client.socket, 'open');
    client.subscribe('1', '{ product { id } }');
    expect(await client.closed).toMatchObject({ code: 4401 });
    expect(shop.requests).toEqual([]);
  });
});

test('a client that responds to no ping is disconnected', async () => {
  const { url } = await shop.gateway({ websocket: { ping: 30 } });
  const client = await PlainClient.open(url, {}, { autoPong: false });
  expect(await client.closed).toMatchObject({ code: 1006 });
});

test('a client that responds to pings stays', async () => {
  const { url } = await shop.gateway({ websocket: { ping: 20 } });
  const client = await PlainClient.open(url);
  for (let pings = 0; pings < 5; pings += 1) await once(client.socket, 'ping');
  expect(client.socket.readyState).toBe(client.socket.OPEN);
});

test('results that are longer than the bound on buffered bytes arrive, also several at once', async () => {
  const { url } = await shop.gateway({ websocket: { maxBuffered: 1000 } });
  const client = await PlainClient.open(url);
  const ids = ['1', '2', '3', '4', '5'];
  for (const id of ids) client.subscribe(id, '{ text(length: 3000000) }');
  const messages = [];
  while (messages.length < 2 * ids.length) messages.push(await client.message());
  expect(
    messages
      .filter(({ type }) => type === 'next')
      .map(({ id }) => id)
      .sort(),
  ).toEqual(ids);
});

describe('when the gateway stops', () => {
  test('connections are closed whose operations have no response to come, others are served until theirs', async () => {
    const { url, gateway } = await shop.gateway({ shutdownGrace: 3_600_000 });
    const idle = await PlainClient.open(url);
    const subscribed = await PlainClient.open(url);
    const busy = await PlainClient.open(url);
    subscribed.subscribe('1', 'subscription { stockChanged { id } }');
    busy.subscribe('1', 'subscription { stockChanged { id } }');
    await shop.subscribed(2);
    busy.subscribe('2', '{ slow }');
    await shop.slow.firstRequest;
    const stopped = gateway.stop();
    expect(await idle.closed).toMatchObject({ code: 1001 });
    expect(await subscribed.closed).toMatchObject({ code: 1001 });
    await shop.subscribed(1);
    expect(await busy.query('3', '{ product { id } }')).toMatchObject({ payload: { data: { product: { id: 'p1' } } } });
    shop.publish({ id: 'p9' });
    expect(await busy.message()).toMatchObject({ payload: { data: { stockChanged: { id: 'p9' } } } });
    await shop.respondSlowly();
    expect(await busy.message()).toMatchObject({ id: '2', payload: { data: { slow: 1 } } });
    expect(await busy.message()).toMatchObject({ id: '2', type: 'complete' });
    expect(await busy.closed).toMatchObject({ code: 1001 });
    expect(await stopped).toBe(0);
    await shop.subscribed(0);
  });

  test('operations that end within the grace get their results', async () => {
    const { url, gateway } = await shop.gateway({ shutdownGrace: 10_000 });
    const client = await PlainClient.open(url);
    client.subscribe('1', '{ slow }');
    await shop.slow.firstRequest;
    const stopped = gateway.stop();
    await shop.respondSlowly();
    expect(await client.message()).toEqual({ type: 'next', id: '1', payload: { data: { slow: 1 } } });
    expect(await client.message()).toEqual({ type: 'complete', id: '1' });
    expect(await client.closed).toMatchObject({ code: 1001 });
    expect(await stopped).toBe(0);
  });

  test('clients that do not complete the closing handshake are cut off', async () => {
    const { url, gateway } = await shop.gateway({ shutdownGrace: 50 });
    const client = await PlainClient.open(url);
    client.socket.pause();
    expect(await gateway.stop()).toBe(0);
  });
});
