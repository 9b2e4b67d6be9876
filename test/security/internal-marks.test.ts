// Services that send names under which the gateway marks objects of a response, now or in an earlier version:
// wherever they stand, they are data that was not selected.
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { RedisServer } from '../harness/redis-server.ts';
import { executing } from '../values/graphql-service.ts';
import { post, type Service, serveGraph } from '../values/served-graph.ts';
import { overServerSentEvents, overWebSocket } from '../values/subscribing.ts';

const redis = new RedisServer();
let prefixes = 0;

beforeAll(() => redis.start());
afterAll(() => redis.close());

const sdls = {
  catalog: `
    type Query {
      products(ids: [ID!]): [Product!]! @cacheControl(maxAge: 60)
      node(id: ID!): Node
      _products(ids: [ID!]!): [Product]! @merge(keyField: "id")
    }
    type Subscription { changed: Product }
    interface Node { id: ID! }
    type Product implements Node @cacheControl(maxAge: 60) { id: ID!  name: String!  maker: Maker  similar: [Product!]! }
    type Maker @cacheControl(maxAge: 60) { name: String  products: [Product!]! }`,
  reviews: `
    type Query { top: Review  _rated(ids: [ID!]!): [Product]! @merge(keyField: "id") }
    type Product @cacheControl(maxAge: 60) { id: ID!  stars: Int  reviews: [Review!] }
    type Review @cacheControl(maxAge: 60) { text: String  product: Product }`,
};

interface Args {
  id: string;
  ids?: readonly string[];
}

const product = (id: string) => ({
  __typename: 'Product',
  id,
  name: `Product ${id}`,
  maker: () => (id === '3' ? null : { name: `Maker ${Number(id) % 2}`, products: () => [product('1'), product(id)] }),
  similar: () => ['1', '2', id].map(product),
});

const rated = (id: string): unknown =>
  id === '4' ? null : { id, stars: Number(id), reviews: [{ text: `On ${id}`, product: { id } }] };

const honest: Record<keyof typeof sdls, Service['returns']> = {
  catalog: executing(sdls.catalog + caching(), {
    products: ({ ids }: Args) => (ids ?? ['1', '2', '3', '4', '1']).map(product),
    node: ({ id }: Args) => product(id),
    _products: ({ ids }: Args) => ids?.map(product),
  }),
  reviews: executing(sdls.reviews + caching(), {
    top: { text: 'Top', product: { id: '2' } },
    _rated: ({ ids }: Args) => ids?.map(rated),
  }),
};

function caching(): string {
  return `
    directive @cacheControl(maxAge: Int) on FIELD_DEFINITION | OBJECT
    directive @merge(keyField: String) on FIELD_DEFINITION`;
}

const names = [
  ...Array.from({ length: 40 }, (_, number) => `$${number}`),
  ...Array.from({ length: 150 }, (_, number) => `$text${number}`),
  ...['$often', 'often', 'entity', 'Symbol(slot 0)', 'Symbol(text)', '@@often', 'symbol0', 'slot 1'],
  ...['constructor', 'toString', 'valueOf', 'toJSON', 'then', 'stringify', 'hasOwnProperty', '__defineGetter__', '_0'],
];

/** The meaning that these marks on an object would have. */
const forgeries: Readonly<Record<string, unknown>> = {
  text: '"forged":true,"id":"9"',
  'a find': { entity: { id: '9', name: 'forged', stars: 9, text: 'forged', reviews: [] }, shared: true },
  'errors of a find': { entity: null, errors: [{ message: 'forged', path: [], isReported: false }], isKeyless: true },
  true: true,
};

/** A service's response with the marks on every object in it, also on error objects and on the response itself. */
function marked(response: unknown, forgery: unknown): string {
  const marks = [...names.map((name) => [name, forgery]), ['__proto__', forgery]]
    .map(
      ([name, value]) =>
        `${keyText(String(name), name === '$often' || String(name).endsWith('1'))}:${JSON.stringify(value)}`,
    )
    .join(',');
  // The response's own errors stay.
  return `${onObjects(JSON.stringify(response).slice(0, -1), `${marks},"errors":${JSON.stringify(forgery)}`)},${marks}}`;
}

/** A name may be written in escapes as well. */
function keyText(name: string, asEscapes: boolean): string {
  if (!asEscapes) return JSON.stringify(name);
  const units = Array.from(name, (character) => character.charCodeAt(0).toString(16).padStart(4, '0'));
  return `"${units.map((unit) => `\\u${unit}`).join('')}"`;
}

/** The members last in each object; no string of these services has a brace. */
function onObjects(json: string, members: string): string {
  return json.replaceAll(/(\{?)\}/g, (_, opened) => (opened ? `{${members}}` : `,${members}}`));
}

const queries = [
  '{ products { id name stars similar { id name stars } } }',
  '{ products { id similar { id name stars reviews { text product { id name stars } } } } }',
  '{ products { maker { name products { name stars maker { name products { stars } } } } reviews { text } } }',
  '{ products(ids: ["1", "1", "4", "1"]) { stars name again: stars reviews { product { name maker { name } } } } }',
  '{ node(id: "2") { __typename id ... on Product { name stars reviews { text } } } }',
  '{ top { text product { name stars similar { stars name } } } products(ids: []) { stars } }',
];

describe.each(Object.entries(forgeries))('marks with %s', (_, forgery) => {
  test('are no part of a response, and of none that is cached in Redis', async () => {
    const cached = {
      config: {
        cache: { responses: false, entities: true, maxWait: '5s' as const },
        redis: { url: redis.socket, prefix: `marks${prefixes++}` },
      },
    };
    const [clean, plain, caches] = [
      await serveGraph({ services: sdls }),
      await serveGraph({ services: sdls }),
      await serveGraph({ services: sdls, ...cached }),
    ];
    for (const [name, returns] of Object.entries(honest)) {
      (clean.services[name] as Service).returns = returns;
      for (const { services } of [plain, caches]) {
        (services[name] as Service).returns = (request) => marked(returns(request), forgery);
      }
    }
    const { reviews } = caches.services as { reviews: Service };
    // Redis is connected to in the background.
    await vi.waitFor(
      async () => {
        const before = reviews.requests.length;
        await caches.query('{ products { stars } }');
        expect(reviews.requests.length).toBe(before);
      },
      { timeout: 30_000 },
    );
    for (const query of queries) {
      const { text, errors } = await clean.query(query);
      expect(errors).toBeUndefined();
      expect((await plain.query(query)).text).toBe(text);
      for (let time = 0; time < 2; time++) expect((await caches.query(query)).text).toBe(text);
    }
  });

  test('are no part of an error, and of no event', async () => {
    const graphs = [await serveGraph({ services: sdls }), await serveGraph({ services: sdls })];
    const outcomes = [];
    for (const [index, { services, origins, query }] of graphs.entries()) {
      const sent = (response: unknown) => (index === 0 ? JSON.stringify(response) : marked(response, forgery));
      const failing = [
        {
          message: 'no',
          path: ['_rated', 1, 'stars'],
          locations: [{ line: 1, column: 1 }],
          extensions: { code: 'ODD', exception: { stacktrace: [{ at: 1 }] } },
        },
      ];
      (services.catalog as Service).returns = (request) =>
        request.query.startsWith('subscription')
          ? { status: 200, headers: { 'content-type': 'text/event-stream' }, body: eventStream(sent) }
          : sent(honest.catalog(request));
      (services.reviews as Service).returns = (request) =>
        sent({ ...(honest.reviews(request) as object), errors: failing });
      const { text } = await query('{ products { name stars reviews { text product { name } } } }');
      const events = [];
      for (const origin of origins) {
        for (const subscribe of [overWebSocket, overServerSentEvents]) {
          events.push(await subscribe(origin, 'subscription { changed { id name stars similar { name stars } } }'));
        }
      }
      const over = await post(origins[0] as string, '{ top { text product { name stars } } }');
      outcomes.push({ text, events, over: over.text });
    }
    expect(JSON.stringify(outcomes[0])).toContain('Product 2');
    expect(JSON.stringify(outcomes[0])).toContain('"ODD"');
    expect(outcomes[1]).toEqual(outcomes[0]);
  });
});

/** Two events; the reviews of the second's products are fetched. */
function eventStream(sent: (response: unknown) => string): string {
  const changed = ['1', '2'].map((id) => {
    const similar = [
      { id, name: 'Like it' },
      { id: '3', name: 'Like it' },
    ];
    return sent({ data: { changed: { id, name: `Product ${id}`, similar } } });
  });
  return `${changed.map((event) => `event: next\ndata: ${event}\n\n`).join('')}event: complete\ndata:\n\n`;
}
