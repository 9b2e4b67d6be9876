// Numbers of clients that a JavaScript number cannot hold: in variables, over every transport; in literals; in what is
// cached and shared by them; and in what the gateway's own fields get.
import { createHash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { big, bigger, neighbour, nextTurn, orders, ordersSdl, overWebSocket, ownersSdl, turn } from './orders.ts';
import { post, type ServedGraphOptions, type ServiceRequest, serveGraph } from './served-graph.ts';

describe('in a client’s variables', () => {
  const echoes = ({ body }: ServiceRequest) => `{"data":{"orders":[{"doc":${/"variables":(.*)\}$/.exec(body)?.[1]}}]}}`;
  /** Texts of the values that the service received, by the argument. */
  const sent = async (declared: string, given: string, value: string, send: Send) => {
    const { origins, services } = await orders('', {
      config: { documents: { automaticPersistedQueries: true } as never },
    });
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

describe('two requests whose numbers differ beyond what a double holds', () => {
  const cachedSdl = ordersSdl.replace(
    'orders(after: Long,',
    'order(id: Long!): Order @cacheControl(maxAge: 60) orders(after: Long,',
  );
  const byId = 'query ($id: Long!) { order(id: $id) { id label } }';
  const response = ({ body }: ServiceRequest) => {
    const id = /:\s*(\d+)\}/.exec(body)?.[1] ?? 'none';
    return `{"data":{"order":{"id":${id},"label":"${id} in ${turn()}"}}}`;
  };

  test('are cached apart', async () => {
    const { query, services } = await orders('', { services: { orders: cachedSdl, owners: ownersSdl } });
    if (services.orders) services.orders.returns = response;
    const first = await query(byId, { variables: `{"id":${bigger}}` });
    expect(first.text).toBe(`{"data":{"order":{"id":${bigger},"label":"${bigger} in ${turn()}"}}}`);
    expect((await query(byId, { variables: `{"id":${neighbour}}` })).text).toContain(`"label":"${neighbour} in`);
    const before = services.orders?.requests.length;
    nextTurn();
    expect((await query(byId, { variables: `{"id":${bigger}}` })).text).toBe(first.text);
    expect(services.orders?.requests.length).toBe(before);
  });

  test('are not one in flight; equal ones are, and each has its numbers', async () => {
    const { origins, services } = await orders('', { config: { deduplicateInFlight: true } });
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
    const responses = ids.map((id) => post(origins[0] as string, query, { variables: `{"v":${id}}` }));
    await Promise.all([bigger, neighbour].map((id) => arrived.get(id)?.promise));
    // Served when all others have arrived.
    await post(origins[0] as string, query, { variables: '{"v":"none"}' });
    const texts = (await Promise.all(responses)).map(({ text }) => text);
    expect(texts).toEqual(ids.map((id) => `{"data":{"orders":[{"id":${id},"doc":[1.0]}]}}`));
    expect(services.orders?.requests).toHaveLength(3);
  });
});

describe('the gateway’s own fields get numbers, and the text of those that a number cannot hold,', () => {
  const fields = {
    schema: `
      scalar Long  scalar JSON
      type Query { seen(v: Long, id: ID, n: Int, x: Float, any: JSON): JSON  nested: JSON  _own(ids: [Long!]!): [Order] @merge(keyField: "id") }
      type Order @key(selectionSet: "{ id }") { id: Long!  own: JSON }`,
    resolvers: {
      Query: {
        seen: (_: unknown, args: object) => kinds(args),
        nested: async (_: unknown, __: object, context: { graph(query: string): Promise<unknown> }) =>
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
    const requested =
      'query ($v: Long, $id: ID, $n: Int, $x: Float, $any: JSON) { seen(v: $v, id: $id, n: $n, x: $x, any: $any) }';
    expect((await query(requested, { variables: variables as string })).data).toEqual({ seen: all });
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
    const requested = `{ seen(v: ${big}, id: ${big}, n: 100, x: 10.50, any: [1.0, 1e400]) }`;
    expect((await query(requested)).data).toEqual({ seen: all });
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

  test('in their operations on the graph', async () => {
    const { query } = await orders(`{"data":{"me":{"id":${big},"total":10.50}}}`, own);
    expect((await query('{ nested }')).data).toEqual({
      nested: { data: { me: { id: `string ${big}`, total: 'number 10.5' } } },
    });
  });
});

describe('a change of an object with such an id', () => {
  const sdl = `
    scalar Long
    type Query { order(id: Long!): Order @cacheControl(maxAge: 60) }
    type Mutation { rename(id: Long!): Order  touch(id: Long!): Boolean @invalidates(type: "Order", id: "id") }
    type Order { id: Long!  label: String }`;
  const response = ({ query, body }: ServiceRequest) => {
    const id = /\d{16,}/.exec(body)?.[0];
    if (query.includes('touch')) return '{"data":{"touch":true}}';
    return `{"data":{"${query.includes('rename') ? 'rename' : 'order'}":{"id":${id},"label":"${turn()}"}}}`;
  };

  test.for([
    ['a mutation that returns it', 'mutation ($id: Long!) { rename(id: $id) { id } }'],
    ['a mutation that names it', 'mutation ($id: Long!) { touch(id: $id) }'],
    ['a literal', `mutation { touch(id: ${bigger}) }`],
  ] as const)('by %s makes it stale, and not its neighbour', async ([, change]) => {
    const { query, services } = await serveGraph({ services: { orders: sdl } });
    if (services.orders) services.orders.returns = response;
    const labels = async () => {
      const read = async (id: string) =>
        (await query('query ($id: Long!) { order(id: $id) { id label } }', { variables: `{"id":${id}}` })).data;
      return [await read(bigger), await read(neighbour)].map(
        (data) => (data as { order: { label: string } }).order.label,
      );
    };
    nextTurn();
    const before = String(turn());
    expect(await labels()).toEqual([before, before]);
    nextTurn();
    const { errors } = await query(change, change.includes('$id') ? { variables: `{"id":${bigger}}` } : {});
    expect(errors).toBeUndefined();
    expect(await labels()).toEqual([String(turn()), before]);
  });

  test('by a purge makes it stale, and not its neighbour', async () => {
    const purge = { token: 'a-long-secret-token' };
    const { query, origins, services } = await serveGraph({
      services: { orders: sdl },
      config: { cache: { purge } } as never,
    });
    if (services.orders) services.orders.returns = response;
    const labels = async () => {
      const read = (id: string) =>
        query('query ($id: Long!) { order(id: $id) { id label } }', { variables: `{"id":${id}}` });
      return [(await read(bigger)).data, (await read(neighbour)).data].map(
        (data) => (data as { order: { label: string } }).order.label,
      );
    };
    nextTurn();
    const before = String(turn());
    expect(await labels()).toEqual([before, before]);
    nextTurn();
    for (const origin of origins) {
      const headers = { authorization: `Bearer ${purge.token}` };
      const body = `{"type":"Order","id":${bigger}}`;
      expect((await fetch(`${origin}/admin/invalidate`, { method: 'POST', headers, body })).status).toBe(202);
    }
    expect(await labels()).toEqual([String(turn()), before]);
  });
});

test('a list that such a number makes long costs as much', async () => {
  const sdl =
    'scalar Long type Query { items(first: Long): [Item] @listSize(slicingArguments: ["first"]) } type Item { id: ID }';
  const { query, services } = await serveGraph({
    services: { items: sdl },
    config: { limits: { cost: 100 } } as never,
  });
  const { errors } = await query('query ($v: Long) { items(first: $v) { id } }', { variables: '{"v":1e3}' });
  expect(errors).toMatchObject([{ extensions: { code: 'COST_LIMIT_EXCEEDED' } }]);
  expect(services.items?.requests).toEqual([]);
});
