// Numbers of services that a JavaScript number cannot hold: their text passes as the service wrote it, and no object is
// taken for its neighbour.
import { describe, expect, test } from 'vitest';
import { supergraphOf } from './federated.ts';
import {
  big,
  bigger,
  neighbour,
  nextTurn,
  numbersIn,
  orders,
  ordersSdl,
  overWebSocket,
  owner,
  ownersSdl,
} from './orders.ts';
import { serveGraph } from './served-graph.ts';

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
    const { query: send } = await orders(`{"data":{"me":${me}}}`);
    expect((await send(query)).text).toBe(`{"data":{"me":${me}}}`);
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

  test('of type ID, which is sent as text, and of type Int, as a number', async () => {
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

  test.for([
    ['one by one', 'type Query { _order(id: Long!): Order @merge(keyField: "id") }'],
    ['by objects of keys', 'type Query { _orders(keys: [Key!]!): [Order] @merge } input Key { id: Long! }'],
  ] as const)('in lookups %s', async ([, lookup]) => {
    const owners = `scalar Long ${lookup} type Order @key(selectionSet: "{ id }") { id: Long!  owner: String }`;
    const { query, services } = await orders(listed(bigger, neighbour), { services: { orders: ordersSdl, owners } });
    if (services.owners) {
      services.owners.returns = ({ query: up, body }) => {
        const rows = (body.match(/(?<=:)\d{16,}/g) ?? []).map((id) => `{"id":${id},"owner":"${owner(id)}"}`);
        const keys = [...up.matchAll(/(\w+): _orders?\(/g)].map(([, key]) => key);
        const found = up.includes('_orders(')
          ? [`"${keys[0] ?? '_orders'}":[${rows}]`]
          : rows.map((row, at) => `"${keys[at]}":${row}`);
        return `{"data":{${found}}}`;
      };
    }
    expect((await query('{ orders { id owner } }')).text).toBe(joined(bigger, neighbour));
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
    nextTurn();
    if (services.orders) services.orders.returns = () => listed(neighbour, bigger);
    expect((await query('{ orders { id owner } }')).text).toContain(
      `{"id":${neighbour},"owner":"owner of ${neighbour}`,
    );
    expect(services.owners?.requests.length).toBe(before);
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
