// Numbers that a JavaScript number does not give back: their text passes as the service or the client wrote it, and no object
// is taken for its neighbour. Services here see and send texts, so that nothing of a number is lost in the test itself.
import { describe, expect, test } from 'vitest';
import { type ServedGraphOptions, type ServiceRequest, serveGraph } from './served-graph.ts';

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
