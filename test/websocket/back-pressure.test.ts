// Large events and slow clients over WebSockets: what a client reads arrives whole; what it does not read stays with
// the service.
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { createGateway, type GatewayConfig } from '../../gateway/index.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { startUpstream, type Upstream } from '../harness/servers.ts';
import { PlainClient } from './shop.ts';

/** A gateway over a service with the given stream. */
async function start(
  stream: (response: ServerResponse) => Promise<void>,
  websocket: GatewayConfig['websocket'] = {},
): Promise<{ url: string; service: Upstream }> {
  const service = await startUpstream((response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    stream(response);
  });
  onTestFinished(() => service.stop());
  const folder = temporaryFolder({ 'service.graphql': 'type Query { v: String } type Subscription { v: String }' });
  const gateway = createGateway(
    {
      ...{ port: 0, shutdownGrace: 1, log: { level: 'silent' }, overload: false, websocket },
      subgraphs: { service: { url: service.url, schema: 'service.graphql' } },
    },
    folder,
  );
  onTestFinished(async () => {
    await gateway.stop();
  });
  return { url: `${(await gateway.start()).replace('http', 'ws')}/graphql`, service };
}

const event = (v: string) => `event: next\ndata: ${JSON.stringify({ data: { v } })}\n\n`;

test('an event of 3 MiB arrives whole for a client that reads, with what follows it at once, of any operation', async () => {
  const texts = ['é'.repeat(1_572_864), 'a', 'b'.repeat(3_145_728), 'c'];
  const { url } = await start(async (response) => {
    response.end(`${texts.map(event).join('')}event: complete\ndata:\n\n`);
  });
  const client = await PlainClient.open(url);
  const ids = ['1', '2', '3'];
  for (const id of ids) client.subscribe(id, 'subscription { v }');
  const received: Record<string, unknown[]> = { 1: [], 2: [], 3: [] };
  for (let count = 0; count < ids.length * (texts.length + 1); count += 1) {
    const message = await Promise.race([client.message(), client.closed]);
    if ('code' in message) throw new Error(`closed with ${message.code} after ${count} messages`);
    const { type, id, payload } = message;
    received[id as string]?.push(type === 'next' ? (payload as { data: { v: string } }).data.v : type);
  }
  for (const id of ids) expect(received[id]).toEqual([...texts, 'complete']);
});

test('a client that never reads stops its service, and is disconnected after the time for that', async () => {
  const text = event('x'.repeat(1_000_000));
  let written = 0;
  const { url, service } = await start(
    async (response) => {
      // 400 MB, as fast as they are taken. Nothing drains a response that was closed.
      for (; written < 400; written += 1) {
        if (!response.write(text)) await once(response, 'drain');
      }
    },
    { stallTimeout: 300 },
  );
  const client = await PlainClient.open(url);
  client.subscribe('1', 'subscription { v }');
  client.socket.pause();
  const { aborted } = await service.firstRequest;
  expect(await aborted).toBe(true);
  // What the sockets hold that are between the service and the client.
  expect(written).toBeLessThan(60);
  client.socket.resume();
  expect(await client.closed).toEqual({ code: 4413, reason: 'Too slow: messages are not read' });
});
