// Documents that are built to block the gateway before anything is fetched: attack, expected status and code, and a
// bound on the requests that services get.
import { getIntrospectionQuery } from 'graphql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CachingGateway, type Service, startCachingGateway, startService } from '../caching/services.ts';

const services: Service[] = [];
const gateways: CachingGateway[] = [];

beforeAll(async () => {
  for (const name of ['north', 'south', 'west']) services.push(await startService(network(name)));
  for (const fastPath of [true, false]) gateways.push(await startCachingGateway(services, { fastPath }, afterAll));
});

afterAll(async () => {
  await Promise.all([...gateways, ...services].map((one) => one.stop()));
});

/** A service whose nodes lead to nodes that the others serve as well. */
function network(name: string) {
  const node = () => ({ id: '1' });
  return {
    name,
    sdl: `
      type Query { ${name}: Node  ${name}Nodes(ids: [ID!]!): [Node]! @merge(keyField: "id") }
      type Node { id: ID!  ${name}Next: Node  ${name}Other: Node  ${name}Text: String }`,
    resolvers: {
      Query: { [name]: node, [`${name}Nodes`]: (_: unknown, { ids }: { ids: string[] }) => ids.map((id) => ({ id })) },
      Node: { [`${name}Next`]: node, [`${name}Other`]: node, [`${name}Text`]: () => name },
    },
  };
}

/** Fragments in fragments: the last level stands as often as the number of fields to the power of the levels. */
function fanOut(fields: readonly string[], levels: number, leaf = 'id'): string {
  const fragments = Array.from({ length: levels }, (_, level) => {
    const below = level === levels - 1 ? leaf : `...F${level + 1}`;
    return `fragment F${level} on Node { ${fields.map((field) => `${field} { ${below} }`).join(' ')} }`;
  });
  return `{ north { ...F0 } } ${fragments.join(' ')}`;
}

const three = ['northNext', 'southNext', 'westNext'];

const attacks: [attack: string, document: string, code: string | null, requests: number][] = [
  ['fragments that fan out over three services, eight levels deep', fanOut(three, 8), 'OPERATION_TOO_COMPLEX', 0],
  ['fragments that alternate two entity fetches', fanOut(['northNext', 'southNext'], 13), 'OPERATION_TOO_COMPLEX', 0],
  ['fragments that fan out in one service', fanOut(['northNext', 'northOther'], 13), 'OPERATION_TOO_COMPLEX', 0],
  ['fragments that fan out less', fanOut(three, 4, 'northText southText'), null, 20],
];

for (const [httpPath, path] of ['fast path', 'Yoga'].entries()) {
  test.each(attacks)(`${path}: %s`, async (_attack, document, code, requests) => {
    for (const service of services) service.requested.length = 0;
    const { status, errors, data } = await (gateways[httpPath] as CachingGateway).send(document);
    expect(status).toBe(200);
    expect(errors?.map(({ extensions }) => extensions.code) ?? null).toEqual(code === null ? null : [code]);
    if (code === null) expect(data.north.northNext.southNext.westNext.northNext.northText).toBe('north');
    else expect(errors?.[0]?.extensions).toMatchObject({ limit: 100_000, limitName: 'steps' });
    expect(services.flatMap(({ requested }) => requested).length).toBeLessThanOrEqual(requests);
  });
}

test.each([0, 1])('fragments that fan out are rejected where null variables are looked for in them', async (path) => {
  for (const service of services) service.requested.length = 0;
  const send = (levels: number) => {
    const used = 'westNext { ...F1 } ... @include(if: $no) { northText }';
    const text = fanOut(three, levels).replace('westNext { ...F1 }', used);
    const variables = { no: null };
    return (gateways[path] as CachingGateway).send(`query ($no: Boolean = true) ${text}`, { variables });
  };
  const few = await send(2);
  expect(few.data).toEqual({ north: null });
  expect(few.errors?.map(({ extensions }) => extensions.code)).toEqual(['BAD_USER_INPUT']);
  const requested = services.flatMap((service) => service.requested).length;
  const many = await send(10);
  expect(many.data ?? null).toBeNull();
  expect(many.errors?.map(({ extensions }) => extensions)).toEqual([
    { code: 'OPERATION_TOO_COMPLEX', limit: 100_000, limitName: 'steps' },
  ]);
  expect(services.flatMap((service) => service.requested).length).toBe(requested);
});

test.each([0, 1])(
  'introspection that is repeated has the same response, for each value of its variables',
  async (path) => {
    const gateway = gateways[path] as CachingGateway;
    const query = 'query ($name: String!) { __type(name: $name) { name kind } again: __type(name: "Node") { name } }';
    for (const name of ['Node', 'Query', 'Node', 'Nothing', 'Query']) {
      const { data } = await gateway.send(query, { variables: { name } });
      expect(data.__type).toEqual(name === 'Nothing' ? null : { name, kind: 'OBJECT' });
      expect(data.again).toEqual({ name: 'Node' });
    }
    const text = getIntrospectionQuery();
    const [first, second] = [await gateway.send(text), await gateway.send(text)];
    expect(first.data.__schema.types.length).toBeGreaterThan(10);
    expect(second.text).toBe(first.text);
    const other = await gateway.send(text.replace('__schema', 'other: __schema'));
    expect(other.data).toEqual({ other: first.data.__schema });
  },
);

/** A service with many types. */
const large = {
  name: 'large',
  sdl: `type Query { large: T0 } ${Array.from(
    { length: 600 },
    (_, type) =>
      `type T${type} { ${Array.from({ length: 20 }, (_, field) => `f${field}(a: Int): T${(type + field) % 600}`).join(' ')} }`,
  ).join(' ')}`,
  resolvers: { Query: { large: () => ({}) } },
};

for (const [path, fastPath] of [true, false].entries()) {
  test(`introspection of a large schema lets other requests pass, and is executed once: ${path === 0 ? 'fast path' : 'Yoga'}`, async () => {
    const service = await startService(large);
    const gateway = await startCachingGateway([service], { fastPath });
    try {
      await gateway.send('{ __typename }');
      const ended: string[] = [];
      const send = async (name: string, query: string) => {
        const response = await gateway.send(query);
        ended.push(name);
        return response;
      };
      const query = getIntrospectionQuery();
      const all = await Promise.all([
        send('introspection', query),
        send('introspection', query),
        send('cached', '{ __typename }'),
      ]);
      expect(ended).toEqual(['cached', 'introspection', 'introspection']);
      expect(all[0].data.__schema.types.length).toBeGreaterThan(600);
      expect(all[1].text).toBe(all[0].text);
    } finally {
      await Promise.all([gateway.stop(), service.stop()]);
    }
  });

  test(`introspection that multiplies is rejected, beside other fields too: ${path === 0 ? 'fast path' : 'Yoga'}`, async () => {
    const service = await startService(large);
    const gateway = await startCachingGateway([service], { fastPath });
    try {
      const aliases = Array.from({ length: 90 }, (_, number) => `a${number}: fields { args { name } }`).join(' ');
      for (const more of ['', 'large { __typename }']) {
        const { errors, data } = await gateway.send(`{ ${more} __schema { types { ${aliases} } } }`);
        expect(data).toBeNull();
        expect(errors?.[0]?.extensions).toMatchObject({ code: 'OPERATION_TOO_COMPLEX', limitName: 'steps' });
      }
    } finally {
      await Promise.all([gateway.stop(), service.stop()]);
    }
  });
}

/** As `fanOut`, another document for each number. */
const numbered = (number: number) => `query N${number} ${fanOut(['northNext', 'southNext'], 6)}`;
const numberedInOne = (number: number) => `query N${number} ${fanOut(['northNext', 'northOther'], 9)}`;

for (const [path, fastPath] of [true, false].entries()) {
  test(`cached operations that come after a flood of new documents are executed before most of it: ${path === 0 ? 'fast path' : 'Yoga'}`, async () => {
    const documents = { preparationShare: 0.05 };
    const gateway = await startCachingGateway(services, { fastPath, documents, shutdownGrace: 1 });
    const flood: Promise<unknown>[] = [];
    try {
      const sendRequest = () => gateway.send('{ north { id } }');
      const { text } = await sendRequest();
      let received = 0;
      const send = async (number: number) => {
        await gateway.send(numberedInOne(number));
        received += 1;
      };
      for (let number = 0; number < 30; number += 1) flood.push(send(number));
      // One after another: each waits for the turns of the event loop in between.
      for (let number = 0; number < 5; number += 1) expect((await sendRequest()).text).toBe(text);
      expect(received).toBeLessThan(25);
    } finally {
      const settled = Promise.allSettled(flood);
      await gateway.stop();
      await settled;
    }
  });

  test(`a flood of new documents is rejected with 503 beyond those that may wait, and cached ones are executed: ${path === 0 ? 'fast path' : 'Yoga'}`, async () => {
    const documents = { preparationShare: 0.05, maxWaiting: 1 };
    const gateway = await startCachingGateway(services, { fastPath, documents });
    try {
      expect((await gateway.send('{ north { id } }')).status).toBe(200);
      const flood = Array.from({ length: 40 }, (_, number) => gateway.send(numbered(number)));
      const cached = await Promise.all(Array.from({ length: 20 }, () => gateway.send('{ north { id } }')));
      const responses = await Promise.all(flood);
      expect(new Set(cached.map(({ text }) => text))).toEqual(new Set(['{"data":{"north":{"id":"1"}}}']));
      const rejected = responses.filter(({ status }) => status === 503);
      expect(rejected.length).toBeGreaterThan(0);
      for (const { errors, headers } of rejected) {
        expect(errors?.map(({ extensions }) => extensions.code)).toEqual(['OVERLOADED']);
        expect(headers['retry-after']).toBe('1');
      }
      const served = responses.filter(({ status }) => status === 200);
      expect(rejected.length + served.length).toBe(40);
      expect(new Set(served.map(({ errors }) => errors))).toEqual(new Set([undefined]));
    } finally {
      await gateway.stop();
    }
  });
}
