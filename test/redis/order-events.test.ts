// Events of the demo's orders by Redis: the orders service publishes keys, and the rest of each event is fetched.
import { expect, onTestFinished, test } from 'vitest';
import { openComposition } from '../../gateway/composition.ts';
import { checkConfig } from '../../gateway/config/load.ts';
import { credentialsOf } from '../harness/demo-users.ts';
import { demoConfig, root, startGateway } from '../harness/gateway.ts';
import { RedisServer } from '../harness/redis-server.ts';
import { send, startSubgraph } from '../harness/subgraphs.ts';

test('a customer gets the status of the own order as it changes, and no other customer does', async () => {
  const redis = new RedisServer();
  await redis.start();
  onTestFinished(() => redis.close());
  const client = await redis.connect();
  const orders = await startSubgraph('orders', { env: { REDIS_URL: redis.socket } });
  onTestFinished(async () => {
    await orders.stop();
  });
  const fields = { ...demoConfig({}).fields, schema: `${root}schema/gateway.redis.graphql` };
  const gateway = await startGateway({ orders: orders.url }, { fields, events: { redis: redis.socket } });
  onTestFinished(async () => {
    await gateway.stop();
  });

  const follow = async (subject: string) => {
    const { body, status } = await fetch(gateway.url, {
      method: 'POST',
      headers: {
        ...{ 'content-type': 'application/json', accept: 'text/event-stream' },
        ...(await credentialsOf(subject)),
      },
      body: JSON.stringify({ query: 'subscription { orderStatus { id status total { amount } } }' }),
    });
    expect(status).toBe(200);
    return body!.pipeThrough(new TextDecoderStream()).getReader();
  };
  const streams = { u1: await follow('u1'), u2: await follow('u2') };
  for (const user of ['u1', 'u2'])
    await expect.poll(() => client.pubsub('NUMSUB', `users.${user}.orders`)).toEqual([`users.${user}.orders`, 1]);
  const place = async (user: 'u1' | 'u2') => {
    const placing = `mutation { placeOrder(input: { userId: "${user}", lines: [{ productId: "p1", quantity: 1 }] }) { id } }`;
    const headers = await credentialsOf(user);
    const { data } = await send<{ placeOrder: { id: string } }>(gateway.url, placing, { headers });
    return { id: data?.placeOrder.id, text: '' };
  };
  const readTo = async (status: string, user: 'u1' | 'u2', order: { text: string }) => {
    while (!order.text.includes(status)) order.text += (await streams[user].read()).value ?? '';
  };
  // The second customer's stream begins with the own order: nothing of the first one's, placed before, is in it.
  const first = await place('u1');
  await readTo('PAID', 'u1', first);
  const second = await place('u2');
  await Promise.all([readTo('DELIVERED', 'u1', first), readTo('DELIVERED', 'u2', second)]);
  for (const { id, text } of [first, second]) {
    const events = [...text.matchAll(/^data: (.+)$/gm)].map(([, event]) => JSON.parse(event ?? '').data.orderStatus);
    expect(events.map(({ status }) => status)).toEqual(['PAID', 'SHIPPED', 'DELIVERED']);
    for (const event of events) expect(event).toMatchObject({ id, total: { amount: expect.any(Number) } });
  }
  for (const stream of Object.values(streams)) await stream.cancel();
});

test('the graph is the same with the events of Redis and with those of the service', async () => {
  const sdlWith = async (schema: string) => {
    const config = demoConfig({}, { events: { redis: 'redis://127.0.0.1:9' } });
    const fields = { ...config.fields, schema: `${root}schema/${schema}` };
    const composition = openComposition(checkConfig({ ...config, fields }), root);
    onTestFinished(() => composition.close());
    return composition.compose().sdl;
  };
  expect(await sdlWith('gateway.redis.graphql')).toBe(await sdlWith('gateway.graphql'));
});
