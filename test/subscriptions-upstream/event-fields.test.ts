// Event fields (`@subscribe`): a message of a Redis channel is the key of an object, the rest of which services serve.
import type { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createGateway } from '../../gateway/index.ts';
import { RedisEvents } from '../../gateway/redis/redis-events.ts';
import { createLog } from '../../gateway/telemetry/log.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { RedisServer } from '../harness/redis-server.ts';
import { PlainClient, secret, token } from '../websocket/shop.ts';
import { EventService } from './event-service.ts';
import { startStockGraph } from './graph.ts';

const redis = new RedisServer();
let publisher: Redis;

beforeAll(async () => {
  await redis.start();
  publisher = await redis.connect();
});

afterAll(() => redis.close());

const fields = `
  type Subscription {
    priceChanged(id: ID!, of: Of): Product @subscribe(redis: "prices.{args.id}")
    mine: Product @subscribe(redis: "callers.{claims.sub}.products")
    any: Named @subscribe(redis: "any")
  }
  input Of { name: String! }
  type Product implements Named { id: ID! }
  interface Named { id: ID! }
`;

async function start(config: Parameters<typeof startStockGraph>[2] = {}, isFederated = false) {
  const service = await EventService.start();
  const events = { redis: redis.socket, ...config.events };
  return startStockGraph(service.url, {}, { ...config, events }, isFederated, fields);
}

async function subscribed(origin: string, query: string, path = '/graphql', payload = {}, variables = {}) {
  const client = await PlainClient.open(`${origin.replace('http', 'ws')}${path}`, payload);
  client.subscribe('1', query, variables);
  return client;
}

/** Publishes as soon as this many connections have subscribed to the channel. */
async function publish(channel: string, message: string, subscribers = 1): Promise<void> {
  const counts = async () => (await publisher.pubsub('NUMSUB', channel)) as [string, number];
  await expect.poll(async () => Number((await counts())[1])).toBe(subscribers);
  await publisher.publish(channel, message);
}

const query = 'subscription ($id: ID!) { priceChanged(id: $id) { id name } }';
const event = (id: string) => ({ data: { priceChanged: { id, name: `Product ${id}` } } });

test.each([
  ['the graph', '/graphql', false],
  ['a client view', '/graphql/web', false],
  ['a federated graph', '/graphql', true],
])('a message is a key: the rest is fetched from the services, in %s', async (_name, path, isFederated) => {
  const { origin } = await start({}, isFederated);
  const client = await subscribed(origin, query, path, {}, { id: 'p1' });
  const response = await fetch(`${origin}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query, variables: { id: 'p1' } }),
  });
  await publish('prices.p1', '{"id":"p1","name":"not believed","price":3}');
  expect((await client.message()).payload).toEqual(event('p1'));
  const reader = (response.body as ReadableStream<Uint8Array<ArrayBuffer>>).getReader();
  let text = '';
  while (!text.includes('event: next')) text += Buffer.from((await reader.read()).value ?? []).toString();
  expect(text).toContain(JSON.stringify(event('p1')));
  await reader.cancel();
  client.socket.terminate();
  // One subscription for both, which ends with the last of them.
  await publish('prices.p1', '{"id":"p1"}', 0);
});

test('a value fills one segment of the channel and never leaves it', async () => {
  const { origin } = await start();
  const ids = ['a.b', '*', '[a-z]?', 'ü%', '..', "!'()~", '{args.id}', 'a b\n'];
  for (const id of ids) await subscribed(origin, query, '/graphql', {}, { id });
  const expected = ids.map(
    (id) =>
      `prices.${[...Buffer.from(id)].map((byte) => (/[\w-]/.test(String.fromCharCode(byte)) ? String.fromCharCode(byte) : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`)).join('')}`,
  );
  await expect
    .poll(async () => ((await publisher.pubsub('CHANNELS', 'prices.*')) as string[]).sort())
    .toEqual(expected.sort());
  for (const id of ['', 'x'.repeat(257)]) {
    const client = await subscribed(origin, query, '/graphql', {}, { id });
    expect((await client.message()).payload).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
  }
});

test('a claim in the channel is the caller’s own; callers without it are rejected', async () => {
  const { origin } = await start({ authentication: { jwt: [{ issuer: 'test', secret }] } });
  const mine = 'subscription { mine { id name } }';
  const anonymous = await subscribed(origin, mine);
  expect((await anonymous.message()).payload).toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  const authorization = async (subject: string) => ({ authorization: `Bearer ${await token(subject)}` });
  const [one, other] = [
    await subscribed(origin, mine, '/graphql', await authorization('u.1')),
    await subscribed(origin, mine, '/graphql', await authorization('u')),
  ];
  await publish('callers.u%2E1.products', '{"id":"p1"}');
  await publish('callers.u.products', '{"id":"p2"}');
  expect((await one.message()).payload).toMatchObject({ data: { mine: { id: 'p1' } } });
  expect((await other.message()).payload).toMatchObject({ data: { mine: { id: 'p2' } } });
});

test.each([
  ['no JSON', '{'],
  ['no object', '["p1"]'],
  ['null', 'null'],
  ['without the key', '{"ID":"p1"}'],
  ['with a key of another type', '{"id":{"id":"p1"}}'],
  ['with an empty key', '{"id":""}'],
  ['of another type', '{"__typename":"Query","id":"p1"}'],
  ['that is too large', `{"id":"p1","text":"${'x'.repeat(20_000)}"}`],
])('a message %s is an error of its event; the next one is an event again', async (_name, message) => {
  const { origin } = await start();
  const client = await subscribed(origin, query, '/graphql', {}, { id: 'p1' });
  await publish('prices.p1', message);
  expect((await client.message()).payload).toMatchObject({
    data: { priceChanged: null },
    errors: [{ path: ['priceChanged'], extensions: { code: 'EVENT_INVALID' } }],
  });
  await publish('prices.p1', '{"id":"p1"}');
  expect((await client.message()).payload).toEqual(event('p1'));
  client.socket.terminate();
  await publish('prices.p1', message, 0);
});

test('an interface has its type in the message', async () => {
  const { origin } = await start();
  const client = await subscribed(origin, 'subscription { any { __typename id ... on Product { name } } }');
  await publish('any', '{"id":"p1"}');
  expect((await client.message()).payload).toMatchObject({ errors: [{ extensions: { code: 'EVENT_INVALID' } }] });
  await publish('any', '{"__typename":"Product","id":"p1"}');
  expect((await client.message()).payload).toEqual({
    data: { any: { __typename: 'Product', id: 'p1', name: 'Product p1' } },
  });
});

describe('a Redis that is away', () => {
  const own = new RedisServer();
  afterAll(() => own.close());

  test('at the start, and later, is subscribed to when it is there; one that stays away ends subscriptions', async () => {
    const { origin } = await start({ events: { redis: own.socket } });
    const client = await subscribed(origin, query, '/graphql', {}, { id: 'p1' });
    for (const id of ['p1', 'p2']) {
      await own.start();
      const connection = await own.connect();
      await expect.poll(async () => ((await connection.pubsub('NUMSUB', 'prices.p1')) as [string, number])[1]).toBe(1);
      await connection.publish('prices.p1', JSON.stringify({ id }));
      expect((await client.message()).payload).toEqual(event(id));
      await own.kill();
    }
    const short = await start({ events: { redis: own.socket, maxOutage: 100 } });
    const waiting = await subscribed(short.origin, query, '/graphql', {}, { id: 'p1' });
    expect(await waiting.message()).toMatchObject({
      type: 'error',
      payload: [{ extensions: { code: 'EVENTS_UNAVAILABLE' } }],
    });
  });
});

test('messages that are not read are bounded, for each reader, in number and in size', async () => {
  const events = new RedisEvents(
    { url: redis.socket },
    {
      log: createLog({ level: 'silent' } as never),
      folder: '.',
      maxOutage: 10_000,
      maxQueued: 5,
      maxMessageBytes: 100,
    },
  );
  onTestFinished(() => events.close());
  const [slow, fast] = [await events.subscribe('bounded'), await events.subscribe('bounded')];
  for (let sent = 0; sent < 10; sent += 1) {
    await publish('bounded', String(sent));
    expect(await fast.next()).toEqual({ done: false, value: String(sent) });
  }
  await expect(slow.next()).rejects.toMatchObject({ extensions: { code: 'TOO_MANY_EVENTS' } });
  expect(await slow.next()).toEqual({ done: true, value: undefined });
  await publish('bounded', 'x'.repeat(1_000_000));
  expect((await fast.next()).value).toHaveLength(101);
});

describe('composition rejects @subscribe', () => {
  const compose = (schema: string, service = '', events: object = { redis: redis.socket }) => {
    const folder = temporaryFolder({
      'fields.graphql': schema,
      'stock.graphql': `type Query { a: Int } type Product { id: ID! name: String } ${service}`,
    });
    return () =>
      createGateway(
        {
          port: 0,
          log: { level: 'silent' },
          unreachable: 'warn',
          events,
          fields: { schema: 'fields.graphql' },
          subgraphs: { stock: { url: 'http://127.0.0.1:9', schema: 'stock.graphql' } },
        },
        folder,
      );
  };
  const field = (definition: string) => `type Subscription { a${definition} } type Product { id: ID! }`;

  test.each<[string, string, RegExp]>([
    [
      'of an argument that there is not',
      field('(id: ID!): Product @subscribe(redis: "a.{args.no}")'),
      /no argument no/,
    ],
    [
      'of an argument that may be null',
      field('(id: ID): Product @subscribe(redis: "a.{args.id}")'),
      /id may be null: give it the type ID!/,
    ],
    ['of a list', field('(id: [ID!]!): Product @subscribe(redis: "a.{args.id}")'), /id is no single value/],
    ['of another place', field('(id: ID!): Product @subscribe(redis: "a.{id}")'), /\{id\} is no place/],
    ['with an open brace', field('(id: ID!): Product @subscribe(redis: "a.{args.id")'), /a channel is a name/],
    ['with spaces', field(': Product @subscribe(redis: "a b")'), /a channel is a name/],
    ['on a field that returns no object', field(': Int @subscribe(redis: "a")'), /it must return one object/],
    ['on a field that returns a list', field(': [Product] @subscribe(redis: "a")'), /it must return one object/],
    [
      'on another type',
      'type Query { b: Product @subscribe(redis: "a") } type Product { id: ID! }',
      /belongs on a field of the Subscription type/,
    ],
    [
      'of a type without a key',
      'type Subscription { a: Product @subscribe(redis: "a") } type Product { id: ID }',
      /Product needs a field of its key/,
    ],
  ])('%s, with its place', (_name, schema, reason) => {
    expect(compose(schema)).toThrow(reason);
    expect(compose(schema)).toThrow(/fields\.graphql:1:\d+: @subscribe on /);
  });

  test('in the SDL of a service, and without a Redis', () => {
    const service = 'type Subscription { a: Product @subscribe(redis: "a") }';
    expect(compose('type Query { b: Int }', service)).toThrow(
      /stock\.graphql:1:\d+: @subscribe on Subscription\.a: it belongs in the gateway's own fields/,
    );
    expect(compose(field(': Product @subscribe(redis: "a")'), '', {})).toThrow(/configure `redis`, or `events.redis`/);
  });
});
