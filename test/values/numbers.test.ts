// Numbers that a JavaScript number does not give back: their text passes as the service or the client wrote it, and no object
// is taken for its neighbour. Services here see and send texts, so that nothing of a number is lost in the test itself.
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { supergraphOf } from './federated.ts';
import { post, type ServedGraphOptions, type ServiceRequest, serveGraph } from './served-graph.ts';

const ordersSdl = `
  scalar Long  scalar BigDecimal  scalar JSON
  type Query { me: Order @cacheControl(maxAge: 60)  orders(after: Long, filter: Filter, id: ID, n: Int, x: Float, s: String, many: [Long]): [Order] }
  input Filter { min: BigDecimal  ids: [ID!]  limit: Int  any: JSON }
  type Order { id: Long!  total: BigDecimal  doc: JSON  code: ID  label: String  count: Int  rate: Float }`;
const ownersSdl = `
  scalar Long
  type Query { _orders(ids: [Long!]!): [Order] @merge(keyField: "id") }
  type Order @cacheControl(maxAge: 60) { id: Long!  owner: String }`;

/** Changes with each request, so that nothing can be right by chance. */
let turn = 0;

/** Numbers of a list in a text, as they are written. */
const numbersIn = (body: string, list: string) =>
  (new RegExp(`"${list}":\\[([^\\]]*)\\]`).exec(body)?.[1] ?? '').split(',').filter((each) => each !== '');

const owner = (id: string) => `owner of ${id} in ${turn}`;

/** Answers a list lookup by key; ids are read from the text. */
const owners = ({ body, query }: ServiceRequest) => {
  const key = /\{ (\w+): _orders/.exec(query)?.[1] ?? '_orders';
  const rows = numbersIn(body, '[^"]*').map((id) => `{"id":${id},"owner":"${owner(id)}"}`);
  return `{"data":{"${key}":[${rows}]}}`;
};

const big = '9007199254740993';
const bigger = '1152921504606846977';
const neighbour = '1152921504606846978';

async function orders(returned: string, options: Partial<ServedGraphOptions> = {}) {
  const graph = await serveGraph({ services: { orders: ordersSdl, owners: ownersSdl }, ...options });
  if (graph.services.orders) graph.services.orders.returns = () => returned;
  if (graph.services.owners) graph.services.owners.returns = owners;
  turn += 1;
  return graph;
}

describe('in a response', () => {
  test.for([
    ['a custom scalar', '{ me { id } }', `{"id":${big}}`],
    ['64 bits', '{ me { id } }', '{"id":9223372036854775807}'],
    ['more than 64 bits', '{ me { id } }', '{"id":-12345678901234567890}'],
    ['a decimal', '{ me { total } }', '{"total":1234567890.12345678901}'],
    ['a fraction', '{ me { total } }', '{"total":0.10000000000000000001}'],
    ['a zero at the end', '{ me { total } }', '{"total":10.50}'],
    ['negative zero', '{ me { total } }', '{"total":-0}'],
    ['an exponent', '{ me { total } }', '{"total":1E+2}'],
    ['what is out of range', '{ me { total } }', '{"total":1e400}'],
    ['what is deep inside of a custom scalar', '{ me { doc } }', `{"doc":{"a":[${big},{"__proto__":1.0}],"":"1.0"}}`],
  ] as const)('%s', async ([, query, me]) => {
    const { query: ask } = await orders(`{"data":{"me":${me}}}`);
    expect((await ask(query)).text).toBe(`{"data":{"me":${me}}}`);
  });

  test.for([
    ['ID', 'code', big, `"${big}"`],
    ['ID', 'code', '5', '"5"'],
    ['String', 'label', big, `"${big}"`],
    ['String', 'label', '10.50', '"10.50"'],
    ['Int', 'count', '1e2', '100'],
    ['Int', 'count', '7.0', '7'],
    ['Float', 'rate', '10.50', '10.5'],
    ['Float', 'rate', '1E3', '1000'],
  ])('a number for %s %s: %s is %s', async ([, field, written, returned]) => {
    const { query } = await orders(`{"data":{"me":{"${field}":${written}}}}`);
    expect((await query(`{ me { ${field} } }`)).text).toBe(`{"data":{"me":{"${field}":${returned}}}}`);
  });

  test.for([
    ['count', '2147483648.0'],
    ['count', '1.5e0'],
    ['count', big],
    ['rate', '1e400'],
  ])('%s cannot be %s', async ([field, written]) => {
    const { query } = await orders(`{"data":{"me":{"${field}":${written},"id":${big}}}}`);
    const { text, errors } = await query(`{ me { ${field} id } }`);
    expect(text).toContain(`{"data":{"me":{"${field}":null,"id":${big}}}`.replace('{"data"', '"data"'));
    expect(errors).toMatchObject([{ path: ['me', field], extensions: { code: 'SUBGRAPH_BAD_RESPONSE' } }]);
  });

  test('a number where an object is expected is an error', async () => {
    const { query } = await orders(`{"data":{"me":${big}}}`);
    const { data, errors } = await query('{ me { __typename id } }');
    expect(data).toEqual({ me: null });
    expect(errors).toMatchObject([{ path: ['me'], extensions: { code: 'SUBGRAPH_BAD_RESPONSE' } }]);
  });

  test('beside an error', async () => {
    const errors = '"errors":[{"message":"no","path":["me","label"]}]';
    const { query } = await orders(`{"data":{"me":{"id":${big},"label":null,"doc":[1.0]}},${errors}}`);
    expect((await query('{ me { id label doc } }')).text).toContain(`"me":{"id":${big},"label":null,"doc":[1.0]}`);
  });
});

describe('as the key of an entity', () => {
  const listed = (...ids: string[]) => `{"data":{"orders":[${ids.map((id) => `{"id":${id}}`)}]}}`;
  const joined = (...ids: string[]) =>
    `{"data":{"orders":[${ids.map((id) => `{"id":${id},"owner":"${owner(id)}"}`)}]}}`;

  test.for([
    ['neighbours', [bigger, neighbour, big]],
    ['one twice', [bigger, neighbour, bigger]],
    ['small ones', ['1', '2', '1']],
    ['decimals', ['10.50', '10.5', '-0']],
  ] as const)('%s', async ([, ids]) => {
    const { query, services } = await orders(listed(...ids));
    expect((await query('{ orders { id owner } }')).text).toBe(joined(...ids));
    const [request] = services.owners?.requests ?? [];
    expect(numbersIn(request?.body ?? '', '[^"]*')).toEqual([...new Set(ids)]);
  });

  test('of type ID, which goes up as text, and of type Int, as a number', async () => {
    const services = {
      orders: 'type Query { orders: [Order] } type Order { id: ID!  place: Int }',
      owners: `
        type Query { _orders(keys: [Key!]!): [Order] @merge }
        input Key { id: ID!  place: Int }
        type Order @key(selectionSet: "{ id place }") { id: ID!  place: Int  owner: String }`,
    };
    const graph = await orders(`{"data":{"orders":[{"id":${bigger},"place":7.0},{"id":${neighbour},"place":7}]}}`, {
      services,
    });
    if (graph.services.owners) {
      graph.services.owners.returns = ({ query: up, body }) => {
        const rows = [...body.matchAll(/"id":"(\d+)","place":7[,}]/g)].map(
          ([, id]) => `{"id":"${id}","place":7,"owner":"${id}"}`,
        );
        return `{"data":{"${/\{ (\w+): _orders/.exec(up)?.[1] ?? '_orders'}":[${rows}]}}`;
      };
    }
    expect((await graph.query('{ orders { owner } }')).data).toEqual({
      orders: [{ owner: bigger }, { owner: neighbour }],
    });
  });

  test('through a client’s view', async () => {
    const view = { include: ['*'], rename: { fields: { 'Order.owner': 'keeper' } } };
    const { query } = await orders(listed(bigger, neighbour), { view });
    const { text } = await query('{ orders { id keeper } }', { path: '/graphql/web' });
    expect(text).toBe(joined(bigger, neighbour).replaceAll('"owner":', '"keeper":'));
  });

  test('from the entity cache', async () => {
    const { query, services } = await orders(listed(bigger, neighbour), { config: { cache: { entities: true } } });
    const first = joined(bigger, neighbour);
    expect((await query('{ orders { id owner } }')).text).toBe(first);
    const before = services.owners?.requests.length;
    turn += 1;
    if (services.orders) services.orders.returns = () => listed(neighbour, bigger);
    expect((await query('{ orders { id owner } }')).text).toContain(
      `{"id":${neighbour},"owner":"owner of ${neighbour}`,
    );
    expect(services.owners?.requests.length).toBe(before);
  });
});

describe('in a client’s variables', () => {
  const echoes = ({ body }: ServiceRequest) => `{"data":{"orders":[{"doc":${/"variables":(.*)\}$/.exec(body)?.[1]}}]}}`;
  /** Texts of what came up, by the argument. */
  const sent = async (declared: string, given: string, value: string, send: Send) => {
    const { origins, services } = await orders('', { config: { documents: { automatic: true } as never } });
    if (services.orders) services.orders.returns = echoes;
    const query = `query ($v: ${declared}) { orders(${given}: $v) { doc } }`;
    const returned: string[] = [];
    for (const origin of origins) returned.push(await send(origin, query, `{"v":${value}}`));
    return returned;
  };
  type Send = (origin: string, query: string, variables: string) => Promise<string>;

  const body = (query: string, variables: string) => `{"query":${JSON.stringify(query)},"variables":${variables}}`;
  const read = async (response: Response | Promise<Response>) => (await response).text();
  const sendJson = (origin: string, json: string, headers: Record<string, string> = {}) =>
    read(
      fetch(`${origin}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-graphql-client-name': 'test', ...headers },
        body: json,
      }),
    );
  const postJson: Send = (origin, query, variables) => sendJson(origin, body(query, variables));

  test.for([
    ['Long', 'after', big],
    ['Long!', 'after', '12345678901234567890'],
    ['[Long]', 'many', `[${big},1,1.0,-0]`],
    ['Filter', 'filter', `{"min":10.50,"any":{"a":[${big}],"__proto__":1e2}}`],
    ['Filter', 'filter', `{"min":1e400,"limit":5}`],
  ] as const)('%s for %s: %s goes up as it is', async ([declared, argument, value]) => {
    for (const text of await sent(declared, argument, value, postJson)) {
      expect(text).toMatch(`{"doc":{"${variableOf(text)}":${value}}}`);
    }
  });

  const variableOf = (text: string) => /"doc":\{"(\w+)"/.exec(text)?.[1];

  test.for([
    ['Int', 'n', '1e2', '100'],
    ['Int', 'n', '7.0', '7'],
    ['Float', 'x', '10.50', '10.5'],
    ['ID', 'id', big, `"${big}"`],
    ['ID', 'id', '7.0', '7'],
    ['Filter', 'filter', `{"ids":[${big},"a"],"limit":1e1,"min":1.0}`, `{"ids":["${big}","a"],"limit":10,"min":1.0}`],
    ['Filter', 'filter', `{"ids":${big}}`, `{"ids":"${big}"}`],
  ] as const)('%s for %s: %s goes up as %s', async ([declared, argument, value, up]) => {
    for (const text of await sent(declared, argument, value, postJson)) expect(text).toContain(`":${up}}}`);
  });

  test.for([
    ['Int', 'n', big],
    ['Int', 'n', '1.5e0'],
    ['Float', 'x', '1e400'],
    ['String', 's', '10.50'],
    ['ID', 'id', '10.50'],
    ['Filter', 'filter', '1.0'],
    ['Filter', 'filter', '{"ids":[{"a":1.0}]}'],
  ] as const)('%s for %s: %s is an error, and nothing is sent', async ([declared, argument, value]) => {
    for (const text of await sent(declared, argument, value, postJson)) {
      expect(JSON.parse(text)).toMatchObject({ errors: [{ extensions: { code: 'BAD_USER_INPUT' } }] });
    }
  });

  const form = (query: string, variables: string) => new URLSearchParams({ query, variables });
  const ways: [string, Send][] = [
    ['a POST', postJson],
    ['a GET', (origin, query, variables) => read(fetch(`${origin}/graphql?${form(query, variables)}`))],
    [
      'a form',
      (origin, query, variables) => read(fetch(`${origin}/graphql`, { method: 'POST', body: form(query, variables) })),
    ],
    [
      'a form in parts',
      (origin, query, variables) => {
        const parts = new FormData();
        parts.set('operations', body(query, variables));
        return read(fetch(`${origin}/graphql`, { method: 'POST', body: parts }));
      },
    ],
    [
      'a batch',
      (origin, query, variables) => sendJson(origin, `[${body(query, variables)},${body(query, variables)}]`),
    ],
    [
      'an event stream',
      (origin, query, variables) => sendJson(origin, body(query, variables), { accept: 'text/event-stream' }),
    ],
    [
      'a persisted query',
      async (origin, query, variables) => {
        const sha256Hash = createHash('sha256').update(query).digest('hex');
        const extensions = JSON.stringify({ persistedQuery: { version: 1, sha256Hash } });
        await sendJson(origin, `{"query":${JSON.stringify(query)},"variables":{"v":1},"extensions":${extensions}}`);
        return sendJson(origin, `{"variables":${variables},"extensions":${extensions}}`);
      },
    ],
    [
      'a WebSocket',
      (origin, query, variables) =>
        overWebSocket(origin, `{"id":"1","type":"subscribe","payload":${body(query, variables)}}`),
    ],
  ];
  test.for(ways)('by %s', async ([, send]) => {
    for (const text of await sent('Filter', 'filter', `{"min":${big}.50,"ids":[${bigger}]}`, send)) {
      expect(text).toContain(`{"min":${big}.50,"ids":["${bigger}"]}}}`);
    }
  });

  test('written in the document', async () => {
    const { query, services } = await orders('{"data":{"orders":null}}');
    await query(`query ($v: Long = ${bigger}) { orders(after: ${big}, many: [$v], filter: {min: 10.50}) { id } }`);
    expect(services.orders?.requests[0]?.query).toContain(big);
    expect(services.orders?.requests[0]?.query).toContain(bigger);
    expect(services.orders?.requests[0]?.query).toContain('10.50');
  });
});

/** Sends one message; resolves to the first that is about an operation, or to the code that the connection is closed with. */
function overWebSocket(origin: string, message: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${origin.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    socket.onopen = () => socket.send('{"type":"connection_init"}');
    socket.onerror = () => reject(new Error('the connection failed'));
    socket.onclose = ({ code }) => resolve(String(code));
    socket.onmessage = ({ data }) => {
      if (data === '{"type":"connection_ack"}') socket.send(message);
      else {
        resolve(String(data));
        socket.close();
      }
    };
  });
}

describe('two requests whose numbers differ beyond what a double holds', () => {
  const cachedSdl = ordersSdl.replace(
    'orders(after: Long,',
    'order(id: Long!): Order @cacheControl(maxAge: 60) orders(after: Long,',
  );
  const byId = 'query ($id: Long!) { order(id: $id) { id label } }';
  /** Waits until both have come where `together` are awaited. */
  const answer = ({ body }: ServiceRequest) => {
    const id = /:\s*(\d+)\}/.exec(body)?.[1] ?? 'none';
    return `{"data":{"order":{"id":${id},"label":"${id} in ${turn}"}}}`;
  };

  test('are cached apart', async () => {
    const { query, services } = await orders('', { services: { orders: cachedSdl, owners: ownersSdl } });
    if (services.orders) services.orders.returns = answer;
    const first = await query(byId, { variables: `{"id":${bigger}}` });
    expect(first.text).toBe(`{"data":{"order":{"id":${bigger},"label":"${bigger} in ${turn}"}}}`);
    expect((await query(byId, { variables: `{"id":${neighbour}}` })).text).toContain(`"label":"${neighbour} in`);
    const before = services.orders?.requests.length;
    turn += 1;
    expect((await query(byId, { variables: `{"id":${bigger}}` })).text).toBe(first.text);
    expect(services.orders?.requests.length).toBe(before);
  });

  test('are not one in flight; equal ones are, and each has its numbers', async () => {
    const { origins, services } = await orders('', { config: { shareInFlight: true } });
    const arrived = new Map([bigger, neighbour, 'last'].map((id) => [id, Promise.withResolvers<void>()]));
    if (services.orders) {
      services.orders.returns = async ({ body }) => {
        const id = /:\s*(\d+)\}/.exec(body)?.[1];
        arrived.get(id ?? 'last')?.resolve();
        await arrived.get('last')?.promise;
        return `{"data":{"orders":[{"id":${id ?? 0},"doc":[1.0]}]}}`;
      };
    }
    const query = 'query ($v: Long) { orders(after: $v) { id doc } }';
    const ids = [bigger, neighbour, bigger, neighbour, bigger];
    const answers = ids.map((id) => post(origins[0] as string, query, { variables: `{"v":${id}}` }));
    await Promise.all([bigger, neighbour].map((id) => arrived.get(id)?.promise));
    // Answered when all others have arrived.
    await post(origins[0] as string, query, { variables: '{"v":"none"}' });
    const texts = (await Promise.all(answers)).map(({ text }) => text);
    expect(texts).toEqual(ids.map((id) => `{"data":{"orders":[{"id":${id},"doc":[1.0]}]}}`));
    expect(services.orders?.requests).toHaveLength(3);
  });
});

describe('the gateway’s own fields get numbers, and the text of those that a number cannot hold,', () => {
  const fields = {
    schema: `
      scalar Long  scalar JSON
      type Query { seen(v: Long, id: ID, n: Int, x: Float, any: JSON): JSON  asked: JSON  _own(ids: [Long!]!): [Order] @merge(keyField: "id") }
      type Order @key(selectionSet: "{ id }") { id: Long!  own: JSON }`,
    resolvers: {
      Query: {
        seen: (_: unknown, args: object) => kinds(args),
        asked: async (_: unknown, __: object, context: { graph(query: string): Promise<unknown> }) =>
          kinds(await context.graph('{ me { id total } }')),
        _own: (_: unknown, { ids }: { ids: unknown[] }) => ids.map((id) => ({ id, own: kinds(id) })),
      },
    },
  };
  const kinds = (value: unknown): unknown => {
    if (typeof value !== 'object' || value === null) return `${typeof value} ${value}`;
    if (Array.isArray(value)) return value.map(kinds);
    return Object.fromEntries(Object.entries(value).map(([name, below]) => [name, kinds(below)]));
  };
  const own = { services: { orders: ordersSdl }, fields } as unknown as Partial<ServedGraphOptions>;

  test.for([
    ['in variables', '{ "v": 9007199254740993, "id": 9007199254740993, "n": 1e2, "x": 10.50, "any": [1.0, 1e400] }'],
  ])('%s', async ([, variables]) => {
    const { query } = await orders('{"data":{}}', own);
    const asked =
      'query ($v: Long, $id: ID, $n: Int, $x: Float, $any: JSON) { seen(v: $v, id: $id, n: $n, x: $x, any: $any) }';
    expect((await query(asked, { variables: variables as string })).data).toEqual({ seen: all });
  });
  const all = {
    v: `string ${big}`,
    id: `string ${big}`,
    n: 'number 100',
    x: 'number 10.5',
    any: ['number 1', 'string 1e400'],
  };

  test('in literals', async () => {
    const { query } = await orders('{"data":{}}', own);
    const asked = `{ seen(v: ${big}, id: ${big}, n: 100, x: 10.50, any: [1.0, 1e400]) }`;
    expect((await query(asked)).data).toEqual({ seen: all });
  });

  test('in keys', async () => {
    const { query } = await orders(`{"data":{"orders":[{"id":${bigger}},{"id":${neighbour}},{"id":7}]}}`, own);
    const { text } = await query('{ orders { id own } }');
    expect(JSON.parse(text).data.orders.map(({ own: seen }: { own: unknown }) => seen)).toEqual([
      `string ${bigger}`,
      `string ${neighbour}`,
      'number 7',
    ]);
    expect(text).toContain(`"id":${neighbour}`);
  });

  test('in what they ask of the graph', async () => {
    const { query } = await orders(`{"data":{"me":{"id":${big},"total":10.50}}}`, own);
    expect((await query('{ asked }')).data).toEqual({
      asked: { data: { me: { id: `string ${big}`, total: 'number 10.5' } } },
    });
  });
});

describe('a change of an object with such an id', () => {
  const sdl = `
    scalar Long
    type Query { order(id: Long!): Order @cacheControl(maxAge: 60) }
    type Mutation { rename(id: Long!): Order  touch(id: Long!): Boolean @invalidates(type: "Order", id: "id") }
    type Order { id: Long!  label: String }`;
  const answer = ({ query, body }: ServiceRequest) => {
    const id = /\d{16,}/.exec(body)?.[0];
    if (query.includes('touch')) return '{"data":{"touch":true}}';
    return `{"data":{"${query.includes('rename') ? 'rename' : 'order'}":{"id":${id},"label":"${turn}"}}}`;
  };

  test.for([
    ['a mutation that returns it', 'mutation ($id: Long!) { rename(id: $id) { id } }'],
    ['a mutation that names it', 'mutation ($id: Long!) { touch(id: $id) }'],
    ['a literal', `mutation { touch(id: ${bigger}) }`],
  ] as const)('by %s makes it stale, and not its neighbour', async ([, change]) => {
    const { query, services } = await serveGraph({ services: { orders: sdl } });
    if (services.orders) services.orders.returns = answer;
    const labels = async () => {
      const read = async (id: string) =>
        (await query('query ($id: Long!) { order(id: $id) { id label } }', { variables: `{"id":${id}}` })).data;
      return [await read(bigger), await read(neighbour)].map(
        (data) => (data as { order: { label: string } }).order.label,
      );
    };
    turn += 1;
    const before = String(turn);
    expect(await labels()).toEqual([before, before]);
    turn += 1;
    const { errors } = await query(change, change.includes('$id') ? { variables: `{"id":${bigger}}` } : {});
    expect(errors).toBeUndefined();
    expect(await labels()).toEqual([String(turn), before]);
  });
});

test('in a federated graph, for `_entities` too', async () => {
  const types = `
    scalar Long @join__type(graph: ORDERS) @join__type(graph: OWNERS)
    type Query @join__type(graph: ORDERS) @join__type(graph: OWNERS) { orders: [Order] @join__field(graph: ORDERS) }
    type Order @join__type(graph: ORDERS, key: "id") @join__type(graph: OWNERS, key: "id") {
      id: Long!
      code: ID @join__field(graph: ORDERS)
      owner: String @join__field(graph: OWNERS)
      since: Long @join__field(graph: OWNERS)
    }`;
  const graph = await serveGraph({
    services: { orders: '', owners: '' },
    supergraph: supergraphOf(['orders', 'owners'], types),
  });
  const { orders: first, owners: second } = graph.services;
  const ids = [bigger, neighbour, bigger];
  if (first) first.returns = () => `{"data":{"orders":[${ids.map((id) => `{"id":${id},"code":${id}}`)}]}}`;
  if (second) {
    second.returns = ({ body }) => {
      const requested = [...body.matchAll(/"id":(\d+)/g)].map(([, id]) => `{"owner":"owner of ${id}","since":${id}}`);
      return `{"data":{"_entities":[${requested}]}}`;
    };
  }
  const { text } = await graph.query('{ orders { id code owner since } }');
  const rows = ids.map((id) => `{"id":${id},"code":"${id}","owner":"owner of ${id}","since":${id}}`);
  expect(text).toBe(`{"data":{"orders":[${rows}]}}`);
  expect(second?.requests[0]?.body.match(/"id":\d+/g)).toEqual([`"id":${bigger}`, `"id":${neighbour}`]);
});

test('in operations that cannot be planned', async () => {
  const services = {
    catalogue:
      'scalar Long type Query { product(upc: Long): Product } type Product { upc: ID! weight: Int price: Float serial: Long list: [Long] name: String }',
    vendors:
      'type Query { _products(ids: [ID!]!): [Product]! @merge(keyField: "id") } type Product { id: ID! margin: Int }',
  };
  const { query, services: started } = await serveGraph({ services });
  const catalogue = started.catalogue;
  const product = `{"upc":${big},"weight":7.0,"price":10.50,"serial":${bigger},"list":[1.0,1e400],"name":5.0}`;
  if (catalogue)
    catalogue.returns = ({ query: up }) => `{"data":{"${/(\w+): product/.exec(up)?.[1] ?? 'product'}":${product}}}`;
  const asked = 'query ($v: Long) { product(upc: $v) { upc weight price serial list name margin } }';
  const { text } = await query(asked, { variables: `{"v":${neighbour}}` });
  const whole = `{"upc":"${big}","weight":7,"price":10.5,"serial":${bigger},"list":[1.0,1e400],"name":"5.0","margin":null}`;
  expect(text).toContain(`"data":{"product":${whole}}`);
  expect(catalogue?.requests[0]?.body).toContain(neighbour);
});

test('in the events of a subscription, and in what is joined to them, over both transports', async () => {
  const sdl = ordersSdl.replace('type Query', 'type Subscription { changed(v: Long): Order } type Query');
  const { origins, services } = await orders('', { services: { orders: sdl, owners: ownersSdl } });
  const events = [bigger, neighbour].map(
    (id) => `event: next\ndata: {"data":{"changed":{"id":${id},"total":10.50}}}\n\n`,
  );
  const body = `${events.join('')}event: complete\ndata:\n\n`;
  if (services.orders)
    services.orders.returns = () => ({ status: 200, headers: { 'content-type': 'text/event-stream' }, body });
  const query = 'subscription ($v: Long) { changed(v: $v) { id total owner } }';
  const request = `{"query":${JSON.stringify(query)},"variables":{"v":${big}}}`;
  const expected = (id: string) => `{"data":{"changed":{"id":${id},"total":10.50,"owner":"${owner(id)}"}}}`;
  const streamed = await fetch(`${origins[0]}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: request,
  });
  const stream = await streamed.text();
  for (const id of [bigger, neighbour]) expect(stream).toContain(`data: ${expected(id)}\n`);
  const message = await overWebSocket(origins[0] as string, `{"id":"1","type":"subscribe","payload":${request}}`);
  expect(message).toBe(`{"id":"1","type":"next","payload":${expected(bigger)}}`);
  for (const { body: sent } of services.orders?.requests ?? []) expect(sent).toContain(`:${big}}`);
});
