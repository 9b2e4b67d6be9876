// Event streams of services through the gateway, over WebSocket and server-sent events, of the graph and of a view:
// every event arrives as it was sent, and what ends before its time is an error, never the end.
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import type { Plugin } from 'graphql-yoga';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { clientSchema } from '../../gateway/client-views/definition.ts';
import { createGateway, type GatewayConfig } from '../../gateway/index.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { type Behaviour, responding, silence, startUpstream } from '../harness/servers.ts';
import { PlainClient } from '../websocket/shop.ts';
import { overMultipart, overServerSentEvents, overWebSocket, type Subscribe } from './subscribing.ts';

const query = 'subscription { v }';

/** A gateway over one service, with the stream that `behave` writes. Returns its origin. */
async function gatewayOver(
  behave: Behaviour,
  subgraph: Partial<NonNullable<GatewayConfig['subgraphs']>[string]> = {},
): Promise<string> {
  const service = await startUpstream(behave);
  onTestFinished(() => service.stop());
  const sdl = 'type Query { v: String } type Subscription { v: String }';
  const folder = temporaryFolder({ 'service.graphql': sdl });
  const gateway = createGateway(
    {
      port: 0,
      log: { level: 'silent' },
      subgraphs: {
        service: {
          ...{ url: service.url, schema: 'service.graphql', ...subgraph },
          subscriptions: { resume: false, ...subgraph.subscriptions },
        },
      },
    },
    {
      folder,
      clients: [
        { reference: 'web', name: 'web', version: null, folder, definition: clientSchema.parse({ include: ['*'] }) },
      ],
    },
  );
  onTestFinished(async () => {
    await gateway.stop();
  });
  return gateway.start();
}

/** Writes an event stream in these pieces. */
function streaming(pieces: readonly (string | Buffer)[], end: 'end' | 'reset' | 'break' = 'end'): Behaviour {
  return async (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    response.socket?.setNoDelay(true);
    for (const piece of pieces) {
      await new Promise((sent) => response.write(piece, sent));
      // The reader is in this process: it takes the piece by itself before the next one is written.
      for (let turn = 0; turn < 3; turn += 1) await setImmediate();
    }
    if (end === 'end') response.end();
    else if (end === 'reset') response.socket?.resetAndDestroy();
    else response.socket?.destroy();
  };
}

const next = (v: string) => `event: next\ndata: ${JSON.stringify({ data: { v } })}\n\n`;
const complete = 'event: complete\ndata:\n\n';

describe.each<[string, string, Subscribe]>([
  ['WebSocket', '/graphql', overWebSocket],
  ['server-sent events', '/graphql', overServerSentEvents],
  ['multipart', '/graphql', overMultipart],
  ['WebSocket, a view', '/graphql/web', overWebSocket],
  ['server-sent events, a view', '/graphql/web', overServerSentEvents],
])('over %s', (_name, path, subscribe) => {
  const read = (origin: string) => subscribe(origin, query, { path });
  const text = 'Grüße, 日本語, 🙂. '.repeat(4000);

  test('an event of 100 kB beyond ASCII arrives as it was sent', async () => {
    const origin = await gatewayOver(streaming([next(text) + complete]));
    expect(await read(origin)).toEqual({ results: [{ data: { v: text } }], end: 'complete' });
  });

  test('letters whose bytes arrive one by one are put together', async () => {
    const bytes = [...Buffer.from(next('é日🙂') + complete)].map((byte) => Buffer.of(byte));
    const origin = await gatewayOver(streaming(bytes));
    expect(await read(origin)).toEqual({ results: [{ data: { v: 'é日🙂' } }], end: 'complete' });
  });

  test.each([
    ['CRLF', '\r\n'],
    ['CR', '\r'],
  ])('lines that end with %s are lines', async (_lineEnd, lineEnd) => {
    const stream = (next('a') + next('b') + complete).replaceAll('\n', lineEnd);
    const origin = await gatewayOver(streaming([stream]));
    expect(await read(origin)).toEqual({
      results: [{ data: { v: 'a' } }, { data: { v: 'b' } }],
      end: 'complete',
    });
  });

  test('`complete` with `null` is the end', async () => {
    const origin = await gatewayOver(streaming([next('a'), 'event: complete\ndata: null\n\n']));
    expect(await read(origin)).toEqual({ results: [{ data: { v: 'a' } }], end: 'complete' });
  });

  test.each<[string, Behaviour]>([
    ['ends without `complete`', streaming([next('a')])],
    ['ends within an event', streaming([next('a'), 'event: next\ndata: {"data":{"v"'])],
    ['is reset', streaming([next('a')], 'reset')],
    ['breaks off', streaming([next('a')], 'break')],
  ])('a stream that %s is an error, with the code for it', async (_how, behave) => {
    const origin = await gatewayOver(behave);
    const { results, end } = await read(origin);
    expect(results).toEqual([
      { data: { v: 'a' } },
      { errors: [expect.objectContaining({ extensions: { code: 'SUBGRAPH_UNAVAILABLE', subgraph: 'service' } })] },
    ]);
    expect(end).toBe('error');
  });

  test('a page in place of a stream is an error that contains nothing of it', async () => {
    const origin = await gatewayOver(responding(200, '<html>secret of the service</html>', 'text/html'));
    const { results } = await read(origin);
    expect(results).toEqual([
      {
        errors: [
          expect.objectContaining({
            message: 'The subgraph "service" returned an unusable response.',
            extensions: { code: 'SUBGRAPH_BAD_RESPONSE', subgraph: 'service' },
          }),
        ],
      },
    ]);
  });

  test('errors in place of a stream arrive as those of a query do', async () => {
    const rejected = { errors: [{ message: 'Not on Sundays.', extensions: { code: 'CLOSED', inside: 'secret' } }] };
    const origin = await gatewayOver(responding(200, rejected));
    const { results } = await read(origin);
    expect(results).toEqual([
      expect.objectContaining({
        errors: [
          expect.objectContaining({ message: 'Not on Sundays.', extensions: { code: 'CLOSED', subgraph: 'service' } }),
        ],
      }),
    ]);
  });
});

test('a redirect to another host is not followed', async () => {
  let followed = 0;
  const other = createServer((_request, response) => {
    followed += 1;
    response.writeHead(200, { 'content-type': 'text/event-stream' }).end(next('elsewhere') + complete);
  });
  await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void other.close());
  const location = `http://127.0.0.1:${(other.address() as AddressInfo).port}/`;
  const origin = await gatewayOver((response) => response.writeHead(307, { location }).end());
  expect((await overServerSentEvents(origin, query)).results).toEqual([
    { errors: [expect.objectContaining({ extensions: { code: 'SUBGRAPH_BAD_RESPONSE', subgraph: 'service' } })] },
  ]);
  expect(followed).toBe(0);
});

test('`subscriptions.end: "close"` takes the end of the response as the end, but not within an event', async () => {
  const subgraph = { subscriptions: { end: 'close' as const } };
  const whole = await gatewayOver(streaming([next('a')]), subgraph);
  expect(await overWebSocket(whole, query)).toEqual({ results: [{ data: { v: 'a' } }], end: 'complete' });
  const cut = await gatewayOver(streaming([next('a'), 'event: next\n']), subgraph);
  expect((await overWebSocket(cut, query)).end).toBe('error');
});

test('a stream whose head does not come within `subscriptions.startTimeout` is an error', async () => {
  const origin = await gatewayOver(silence, { subscriptions: { startTimeout: 50 } });
  expect(await overWebSocket(origin, query)).toEqual({
    results: [{ errors: [expect.objectContaining({ extensions: { code: 'SUBGRAPH_TIMEOUT', subgraph: 'service' } })] }],
    end: 'error',
  });
});

test('a subscription beyond `subscriptions.max` is an error; queries are still served', async () => {
  const opened = Promise.withResolvers<void>();
  const origin = await gatewayOver(
    (response, request) => {
      if (request.headers.accept !== 'text/event-stream')
        responding(200, { data: { v: 'queried' } })(response, request);
      else response.writeHead(200, { 'content-type': 'text/event-stream' }).write(':\n\n', () => opened.resolve());
    },
    { subscriptions: { max: 1, share: false } },
  );
  const first = await PlainClient.open(`${origin.replace('http', 'ws')}/graphql`);
  first.subscribe('1', query);
  await opened.promise;
  expect(await overWebSocket(origin, query)).toEqual({
    results: [
      { errors: [expect.objectContaining({ extensions: { code: 'TOO_MANY_SUBSCRIPTIONS', subgraph: 'service' } })] },
    ],
    end: 'error',
  });
  expect(await first.query('2', '{ v }')).toMatchObject({ payload: { data: { v: 'queried' } } });
});

test('a client that leaves before its stream is read leaves no timer, and no subscription at the service', async () => {
  const intervals = vi.spyOn(globalThis, 'setInterval');
  const cleared = vi.spyOn(globalThis, 'clearInterval');
  onTestFinished(() => void vi.restoreAllMocks());
  const client = new AbortController();
  const service = await startUpstream((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(next('1'));
  });
  onTestFinished(() => service.stop());
  const plugin: Plugin = {
    // Between the subscription and its response.
    async onResponse({ serverContext }) {
      const closed = once((serverContext as unknown as { req: IncomingMessage }).req.socket, 'close');
      client.abort();
      await closed;
    },
  };
  const gateway = createGateway({
    ...{ port: 0, log: { level: 'silent' }, plugins: [plugin as never] },
    subgraphs: {
      service: { url: service.url, schema: 'type Query { v: String } type Subscription { v: String }' },
    },
  });
  onTestFinished(async () => {
    await gateway.stop();
  });
  const headers = { 'content-type': 'application/json', accept: 'text/event-stream' };
  const init = { method: 'POST', headers, body: JSON.stringify({ query }), signal: client.signal };
  await expect(fetch(`${await gateway.start()}/graphql`, init)).rejects.toThrow();
  const { aborted } = await service.firstRequest;
  expect(await aborted).toBe(true);
  const pings = intervals.mock.results.filter((_, index) => intervals.mock.calls[index]?.[1] === 12_000);
  expect(pings.length).toBeGreaterThan(0);
  await expect.poll(() => pings.every(({ value }) => cleared.mock.calls.some(([timer]) => timer === value))).toBe(true);
});
