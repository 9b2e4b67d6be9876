// Long-lived connections: no client takes all of them, an event stream ends with its token, and a batch counts as its
// operations.
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { PlainClient, rejection, Shop, token } from '../websocket/shop.ts';

let shop: Shop;
beforeEach(async () => {
  shop = await Shop.start();
});

const proxied = { trustedProxies: ['loopback'] };

/** Opens an event stream, which ends with the test. */
async function stream(
  url: string,
  headers: Record<string, string> = {},
  query = 'subscription { stockChanged { id } }',
) {
  const leaving = new AbortController();
  onTestFinished(() => leaving.abort());
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...headers },
    body: JSON.stringify({ query }),
    signal: leaving.signal,
  });
  return { response, leave: () => leaving.abort() };
}

describe('event streams and WebSockets together', () => {
  test('are bounded by address, and a place is free when one has ended', async () => {
    const { http, url } = await shop.gateway({ ...proxied, connections: { perAddress: 2 } });
    const from = (address: string) => ({ 'x-forwarded-for': address });
    const first = await stream(http, from('192.0.2.1'));
    await shop.subscribed(1);
    await PlainClient.open(url, {}, { headers: from('192.0.2.1') });
    const { status, body } = await rejection(url, { headers: from('192.0.2.1') });
    expect([status, JSON.parse(body).errors[0].extensions.code]).toEqual([429, 'TOO_MANY_CONNECTIONS']);
    const rejected = await stream(http, from('192.0.2.1'));
    expect(rejected.response.status).toBe(429);
    expect(await rejected.response.text()).toContain('TOO_MANY_CONNECTIONS');
    await PlainClient.open(url, {}, { headers: from('192.0.2.2') });
    first.leave();
    await shop.subscribed(0);
    await PlainClient.open(url, {}, { headers: from('192.0.2.1') });
  });

  test('are not bounded by address behind a proxy that is not trusted', async () => {
    const { url } = await shop.gateway({ connections: { perAddress: 1 } });
    const headers = { 'x-forwarded-for': '192.0.2.1' };
    for (let count = 0; count < 3; count++) await PlainClient.open(url, {}, { headers });
    await PlainClient.open(url);
    expect((await rejection(url)).status).toBe(429);
  });

  test('are bounded by caller, whatever address each comes from', async () => {
    const { http, url } = await shop.gateway({ connections: { perCaller: 1 } });
    const authorization = `Bearer ${await token('u1')}`;
    await stream(http, { authorization });
    await shop.subscribed(1);
    const client = new PlainClient(url, { headers: { authorization } });
    client.socket.on('open', () => client.send({ type: 'connection_init' }));
    expect(await client.closed).toMatchObject({ reason: expect.stringContaining('Too many connections') });
    const second = await stream(http, { authorization });
    expect(second.response.status).toBe(429);
    expect(await second.response.text()).toContain('TOO_MANY_CONNECTIONS');
    await PlainClient.open(url, { authorization: `Bearer ${await token('u2')}` });
  });
});

test('an event stream with a token that has expired, or that is none, is rejected with status 401 and no stream', async () => {
  const { http } = await shop.gateway();
  for (const bad of [await token('u1', Math.floor(Date.now() / 1000) - 60), 'none']) {
    const { response } = await stream(http, { authorization: `Bearer ${bad}` });
    expect([response.status, response.headers.get('content-type')]).toEqual([401, 'application/json']);
    expect((await response.json()).errors[0].extensions.code).toBe('UNAUTHENTICATED');
  }
  await shop.subscribed(0);
});

test('an event stream ends with its token, at the service too, and not as if it were complete', async () => {
  const { http } = await shop.gateway();
  const authorization = `Bearer ${await token('u1', Math.floor(Date.now() / 1000) + 2)}`;
  const { response } = await stream(http, { authorization }, 'subscription { secretChanged }');
  const text = await response.text();
  expect(text).toContain('"UNAUTHENTICATED"');
  expect(text).not.toContain('event: complete');
  await shop.subscribed(0);
});

test('the operations of a batch count as one request each', async () => {
  const { http } = await shop.gateway({ rateLimits: { request: { limit: 5, duration: '1m' } } });
  const send = async (count: number) => {
    const body = JSON.stringify(Array.from({ length: count }, () => ({ query: '{ __typename }' })));
    const response = await fetch(http, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
    return { status: response.status, body: await response.text() };
  };
  expect((await send(4)).status).toBe(200);
  const rejected = await send(3);
  expect(rejected.status).toBe(429);
  expect(rejected.body).toContain('RATE_LIMIT');
});
