// Shared upstream subscriptions: what each reader gets, and the bounds of what waits for slow ones.
import type { ServerResponse } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { type Behaviour, responding } from '../../../test/harness/servers.ts';
import { scope, upstream } from '../../../test/harness/test-upstream.ts';
import { SubgraphClient } from '../subgraph-client.ts';
import type { SubscriptionSettings } from './subscription-settings.ts';

const body = '{"query":"subscription { v }"}';
const event = (v: unknown) => `event: next\ndata: ${JSON.stringify({ data: { v } })}\n\n`;
const complete = 'event: complete\ndata:\n\n';

function client(url: string, settings: Partial<SubscriptionSettings> = {}) {
  const made = new SubgraphClient({
    ...{ name: 'stock', urls: [url], timeout: 20_000, maxResponseBytes: 1_000_000 },
    subscriptions: { max: 100, end: 'complete', startTimeout: 20_000, ...settings },
  });
  onTestFinished(() => made.close());
  return made;
}

/** A stream that a test writes to. */
async function stream(settings: Partial<SubscriptionSettings> = {}) {
  const opened = Promise.withResolvers<ServerResponse>();
  const server = await upstream((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    opened.resolve(response);
  });
  const subgraph = client(server.url, settings);
  return { server, subgraph, response: opened.promise };
}

const eventOf = async (step: Promise<IteratorResult<{ data?: Record<string, unknown> | null }>>) =>
  (await step).value?.data?.v;

test.each([
  ['events', { maxQueued: 10 }, 'x'],
  ['bytes', { maxQueuedBytes: 10_000 }, 'x'.repeat(1_000)],
])(
  'a reader that falls behind the bound of %s is interrupted; one that reads goes on, to the end',
  async (_of, settings, text) => {
    const { subgraph, response } = await stream(settings);
    const [late, left] = [scope(), scope()];
    const [fast, slow, gone] = [
      await subgraph.subscribe(body, scope()),
      await subgraph.subscribe(body, late),
      await subgraph.subscribe(body, left),
    ];
    const writer = await response;
    for (let sent = 0; sent < 100; sent += 1) {
      writer.write(event(`${text}${sent}`));
      expect(await eventOf(fast.next())).toBe(`${text}${sent}`);
      if (sent === 0) expect(await eventOf(slow.next())).toBe(`${text}0`);
      if (sent === 1) await gone.return?.();
    }
    await expect(slow.next()).rejects.toMatchObject({ code: 'TOO_MANY_EVENTS' });
    expect(late.calls).toMatchObject([{ subgraph: 'stock', outcome: 'TOO_MANY_EVENTS', events: 1 }]);
    expect(left.calls).toMatchObject([{ outcome: 'ok', events: 0 }]);
    writer.end(complete);
    expect(await fast.next()).toEqual({ done: true, value: undefined });
  },
);

test('a reader that joins has the events from then on; all have the end, and the failure', async () => {
  for (const end of [complete, '']) {
    const { server, subgraph, response } = await stream();
    const first = await subgraph.subscribe(body, scope());
    const writer = await response;
    writer.write(event(1));
    expect(await eventOf(first.next())).toBe(1);
    const second = await subgraph.subscribe(body, scope());
    writer.write(event(2));
    expect(await Promise.all([eventOf(first.next()), eventOf(second.next())])).toEqual([2, 2]);
    writer.end(end);
    const ends = await Promise.allSettled([first.next(), second.next()]);
    expect(ends).toMatchObject(
      end === ''
        ? [{ reason: { code: 'SUBGRAPH_UNAVAILABLE' } }, { reason: { code: 'SUBGRAPH_UNAVAILABLE' } }]
        : [{ value: { done: true } }, { value: { done: true } }],
    );
    // The next one is another.
    await subgraph.subscribe(body, scope());
    expect(server.requests).toHaveLength(2);
  }
});

test('a subscription that cannot be opened fails for all that wait for it, with a record for each', async () => {
  const released = Promise.withResolvers<void>();
  const behave: Behaviour = async (response, request) => {
    await released.promise;
    responding(500, 'error', 'text/plain')(response, request);
  };
  const server = await upstream(behave);
  const subgraph = client(server.url);
  const scopes = [scope(), scope(), scope()];
  const all = scopes.map((each) => subgraph.subscribe(body, each));
  await server.firstRequest;
  released.resolve();
  for (const { status } of await Promise.allSettled(all)) expect(status).toBe('rejected');
  expect(server.requests).toHaveLength(1);
  for (const { calls } of scopes) expect(calls).toMatchObject([{ outcome: 'SUBGRAPH_UNAVAILABLE', events: 0 }]);
});

test('a reader that leaves while it is opened leaves the others theirs', async () => {
  const { server, subgraph, response } = await stream();
  const [cancelled, staying] = [scope(), scope()];
  const [first, second] = [subgraph.subscribe(body, cancelled), subgraph.subscribe(body, staying)];
  const rejected = expect(first).rejects.toMatchObject({ name: 'RequestCancelled' });
  cancelled.cancellation.cancel();
  await rejected;
  (await response).write(event(1));
  expect(await eventOf((await second).next())).toBe(1);
  expect(server.requests).toHaveLength(1);
  staying.cancellation.cancel();
  expect(await (await server.firstRequest).aborted).toBe(true);
});

test('an event that readers share is marked: none may change it', async () => {
  const { subgraph, response } = await stream();
  const alone = await subgraph.subscribe(body, scope());
  (await response).write(event(1));
  expect((await alone.next()).value?.isShared).toBeUndefined();
  const other = await subgraph.subscribe(body, scope());
  (await response).write(event(2));
  expect((await alone.next()).value?.isShared).toBe(true);
  expect((await other.next()).value?.isShared).toBe(true);
});
