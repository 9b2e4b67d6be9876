// Hooks of requests to subgraphs: what they see and set, what they fail, and that no caller gets what was made for
// another.
import { GraphQLError } from 'graphql';
import { describe, expect, test } from 'vitest';
import type { HookContext } from '../../gateway/index.ts';
import { expectMasked, type Hooks, overWebSocket, startShop } from './shop.ts';

const item = '{ item(id: 1) { name price } }';
const tenantOf = (context: HookContext) => context.header('x-tenant') ?? 'public';

/** Sets the tenant's name as a header field; caches know nothing of it. */
const undeclared: Hooks = {
  subgraphHeaders: ['x-tenant'],
  onSubgraphRequest: (request, context) => request.setHeader('X-Tenant', tenantOf(context)),
};
/** As above, and caches tell tenants apart. */
const declared: Hooks = { ...undeclared, varyBy: (context) => ({ tenant: tenantOf(context) }) };
const sharing = { deduplicateInFlight: true };

describe('onSubgraphRequest and onSubgraphResponse', () => {
  test('see the requests of a query, entity fetches among them, once for each caller', async () => {
    const seen: unknown[] = [];
    const { gateways } = await startShop({
      onSubgraphRequest: ({ subgraph, variables }, { operation }) =>
        void seen.push([operation.name, subgraph, variables]),
      onSubgraphResponse: ({ subgraph, data, failure, duration }) =>
        void seen.push([subgraph, data, failure, duration >= 0]),
    });
    for (const gateway of gateways) {
      seen.length = 0;
      expect((await gateway.send(`query Item ${item}`)).data).toEqual({ item: { name: 'item 1 of none', price: 7 } });
      expect(seen).toMatchObject([
        ['Item', 'names', {}],
        ['names', { item: { name: 'item 1 of none' } }, null, true],
        ['Item', 'prices', {}],
        ['prices', expect.anything(), null, true],
      ]);
    }
  });

  test('get copies: what they change in one changes nothing', async () => {
    const change = ({ data }: { data: unknown }) => {
      Object.assign((data as { item: object } | null)?.item ?? {}, { name: 'changed' });
    };
    const { gateways } = await startShop({ onSubgraphResponse: change }, sharing);
    for (const gateway of gateways) {
      const both = await Promise.all([gateway.send(item), gateway.send(item)]);
      for (const { data } of both) expect(data).toEqual({ item: { name: 'item 1 of none', price: 7 } });
    }
  });

  test('get the failure of a request', async () => {
    const seen: unknown[] = [];
    const { gateways, names } = await startShop({
      onSubgraphResponse: ({ failure, data }) => void seen.push(failure, data),
    });
    names.broken = true;
    for (const gateway of gateways) await gateway.send('{ greeting }');
    const failure = { code: 'SUBGRAPH_UNAVAILABLE', message: 'The subgraph "names" could not be reached.' };
    expect(seen).toEqual([failure, null, failure, null]);
  });

  test('fail their fetch alone with what they throw', async () => {
    const refusing = ({ subgraph }: { subgraph: string }) => {
      if (subgraph === 'prices')
        throw new GraphQLError('No prices.', { extensions: { code: 'NO', http: { status: 418 } } });
    };
    for (const hooks of [{ onSubgraphRequest: refusing }, { onSubgraphResponse: refusing }]) {
      const { gateways } = await startShop(hooks);
      for (const gateway of gateways) {
        const { status, data, errors } = await gateway.send(item);
        expect(status).toBe(200);
        expect(data).toEqual({ item: { name: 'item 1 of none', price: null } });
        expect(errors).toMatchObject([{ message: 'No prices.', path: ['item', 'price'], extensions: { code: 'NO' } }]);
      }
    }
  });

  test.each([
    ['throws', () => Promise.reject(new Error('secret inside'))],
    ['hangs', () => new Promise<void>(() => {})],
    ['returns an error', (() => new Error('secret inside')) as never],
  ])('that %s is masked', async (_, hook: () => Promise<void>) => {
    for (const hooks of [{ onSubgraphRequest: hook }, { onSubgraphResponse: hook }]) {
      const { gateways } = await startShop({ ...hooks, timeout: 20 });
      for (const gateway of gateways) {
        const { text, errors, cacheControl } = await gateway.send('{ greeting }');
        expect(text).not.toContain('secret');
        expectMasked(errors);
        expect(cacheControl).toBe('no-store');
        expectMasked(((await overWebSocket(gateway, '{ greeting }')) as { errors: [] }).errors);
      }
    }
  });

  test('set only header fields that are declared, to values that are', async () => {
    for (const [name, value] of [
      ['x-other', 'a'],
      ['x-tenant', 'a\r\nx-injected: 1'],
      ['x-tenant', 'x'.repeat(9000)],
    ] as const) {
      const { gateways, names } = await startShop({
        subgraphHeaders: ['x-tenant'],
        onSubgraphRequest: (request) => request.setHeader(name, value),
      });
      for (const gateway of gateways) expectMasked((await gateway.send('{ greeting }')).errors);
      expect(names.requested).toEqual([]);
    }
  });

  test.each(['host', 'content-length', 'x-request-id', 'connection', 'no name'])(
    'cannot declare %s, which is said at start',
    async (name) => {
      await expect(startShop({ subgraphHeaders: [name], onSubgraphRequest: () => {} })).rejects.toThrow(
        /subgraphHeaders/,
      );
    },
  );
});

describe('header fields that a hook sets', () => {
  test('reach the service in place of forwarded ones', async () => {
    const { gateways, names } = await startShop(declared, { forward: { headers: ['x-tenant', 'x-other'] } });
    for (const gateway of gateways) {
      names.requested.length = 0;
      await gateway.send('{ greeting }', { headers: { 'x-tenant': 'a', 'x-other': 'b' } });
      expect(names.requested[0]?.headers).toMatchObject({ 'x-tenant': 'a', 'x-other': 'b' });
    }
  });

  test('make responses uncached and unshared where nothing says what they depend on', async () => {
    const { gateways, names } = await startShop(undeclared, sharing);
    for (const gateway of gateways) {
      names.requested.length = 0;
      for (const tenant of ['a', 'b', 'a']) {
        const { data, cacheControl } = await gateway.send('{ greeting }', { headers: { 'x-tenant': tenant } });
        expect([data.greeting, cacheControl]).toEqual([`Hello ${tenant}`, 'no-store']);
      }
      expect(names.requested).toHaveLength(3);
    }
  });

  test('vary the response cache, the entity cache and requests in flight by what `varyBy` returns', async () => {
    const { gateways, names, prices } = await startShop(declared, sharing);
    for (const gateway of gateways) {
      names.requested.length = 0;
      prices.requested.length = 0;
      const send = (tenant: string) => gateway.send(item, { headers: { 'x-tenant': tenant } });
      names.hold();
      const all = ['a', 'b', 'a', 'b'].map(send);
      await names.request(2);
      names.release();
      const received = await Promise.all(all);
      const of = (tenant: string) => ({ item: { name: `item 1 of ${tenant}`, price: 7 } });
      expect(received.map(({ data }) => data)).toEqual([of('a'), of('b'), of('a'), of('b')]);
      expect(names.requested).toHaveLength(2);
      expect(prices.requested.map(({ headers }) => headers['x-tenant']).sort()).toEqual(['a', 'b']);
      for (const tenant of ['a', 'b']) {
        const { data, cacheControl, headers } = await send(tenant);
        expect(data).toEqual(of(tenant));
        expect(cacheControl).toMatch(/^private/);
        expect(String(headers.vary).toLowerCase()).toContain('x-tenant');
      }
      expect(names.requested).toHaveLength(2);
      expect((await send('c')).data).toEqual(of('c'));
    }
  });

  test.each([undefined, null, 'a', { a: 1 }, { a: 'x'.repeat(2000) }, Promise.resolve({})])(
    'fail with a `varyBy` that returns %j',
    async (value) => {
      const { gateways, names } = await startShop({ ...undeclared, varyBy: (() => value) as never });
      for (const gateway of gateways) expectMasked((await gateway.send('{ greeting }')).errors);
      expect(names.requested).toEqual([]);
    },
  );
});

describe('what a hook reads of the caller', () => {
  const guard = (context: HookContext) => {
    if (context.identity?.subject === 'mallory') throw new GraphQLError('Not for you.');
  };
  const guards: [where: string, hooks: Hooks][] = [
    ['onOperation', { onOperation: (_, context) => guard(context) }],
    ['onSubgraphRequest', { onSubgraphRequest: (_, context) => guard(context) }],
    ['onSubgraphResponse', { onSubgraphResponse: (_, context) => guard(context) }],
    ['onResponse', { onResponse: (_, context) => guard(context) }],
    [
      'a later turn of onSubgraphRequest',
      {
        onSubgraphRequest: async (_, context) => {
          await null;
          guard(context);
        },
      },
    ],
  ];
  test.each(guards)('in %s makes responses private to the caller', async (_, hooks) => {
    const { gateways } = await startShop(hooks, sharing);
    for (const gateway of gateways) {
      for (const user of ['ada', 'ada', 'mallory', 'ada', undefined, 'mallory']) {
        const { data, errors, cacheControl } = await gateway.send(item, user === undefined ? {} : { user });
        if (user === 'mallory') {
          expect(errors?.[0]?.message).toBe('Not for you.');
          expect(JSON.stringify(data ?? null)).not.toContain('item 1');
        } else expect(data).toEqual({ item: { name: 'item 1 of none', price: 7 } });
        expect(cacheControl).not.toContain('public');
      }
    }
  });

  test.each(guards)('in %s keeps callers apart in flight', async (_, hooks) => {
    const { gateways, names } = await startShop(hooks, sharing);
    for (const gateway of gateways) {
      names.requested.length = 0;
      names.hold();
      const both = ['ada', 'mallory'].map((user) => gateway.send(item, { user }));
      await names.request(1);
      names.release();
      const [ada, mallory] = await Promise.all(both);
      expect(ada?.data).toEqual({ item: { name: 'item 1 of none', price: 7 } });
      expect(mallory?.errors?.[0]?.message).toBe('Not for you.');
    }
  });

  test('is cached for the caller from the second response on', async () => {
    const { gateways, names } = await startShop({ onSubgraphRequest: (_, context) => guard(context) });
    for (const gateway of gateways) {
      names.requested.length = 0;
      for (const user of ['ada', 'ada', 'ada', 'ben', 'ben']) await gateway.send(item, { user });
      expect(names.requested).toHaveLength(3);
    }
  });

  test('is in `Vary`, and not in the key where it is only read of a result', async () => {
    const { gateways, names } = await startShop({ onResponse: (_, context) => void context.header('X-Device') });
    for (const gateway of gateways) {
      names.requested.length = 0;
      for (const device of ['phone', 'desk']) {
        const { headers, cacheControl } = await gateway.send('{ greeting }', { headers: { 'x-device': device } });
        expect(String(headers.vary).toLowerCase().split(', ')).toContain('x-device');
        expect(cacheControl).toMatch(/^private/);
      }
      expect(names.requested).toHaveLength(1);
    }
  });

  test('of header fields in onOperation keeps their values apart', async () => {
    const { gateways, names } = await startShop({
      onOperation(_, context) {
        if (context.header('x-device') === 'phone') throw new GraphQLError('No phones.');
      },
    });
    for (const gateway of gateways) {
      names.requested.length = 0;
      for (const device of ['desk', 'phone', 'desk', 'tablet', 'phone']) {
        const { errors, cacheControl } = await gateway.send('{ greeting }', { headers: { 'x-device': device } });
        expect(errors?.[0]?.message).toBe(device === 'phone' ? 'No phones.' : undefined);
        expect(cacheControl).not.toContain('public');
      }
      expect(names.requested).toHaveLength(2);
    }
  });
});

test('a response without hooks that read anything stays public', async () => {
  const { gateways, names } = await startShop({ onOperation() {}, onSubgraphRequest() {}, onResponse() {} });
  for (const gateway of gateways) {
    names.requested.length = 0;
    for (const user of ['ada', 'ben'])
      expect((await gateway.send('{ greeting }', { user })).cacheControl).toContain('public');
    expect(names.requested).toHaveLength(1);
  }
});
