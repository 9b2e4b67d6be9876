// Hooks of operations and their results, over all transports.
import { GraphQLError } from 'graphql';
import { describe, expect, test } from 'vitest';
import type { HookOperation } from '../../gateway/index.ts';
import { expectMasked, type Hooks, overWebSocket, startShop } from './shop.ts';

const query = 'query Greeting { greeting }';

describe('onOperation', () => {
  test('gets each operation once, with its variables, on both HTTP paths and over WebSockets', async () => {
    const seen: HookOperation[] = [];
    const { gateways } = await startShop({ onOperation: (operation) => void seen.push(operation) });
    for (const gateway of gateways) {
      await gateway.send('query Item($id: ID!) { item(id: $id) { name } }', { variables: { id: '1' } });
      await gateway.send('mutation { rename(id: 1, name: "a") { id } }');
      await overWebSocket(gateway, query);
    }
    expect(seen.map(({ name, kind, variables, isNested }) => ({ name, kind, variables, isNested }))).toEqual(
      [0, 1].flatMap(() => [
        { name: 'Item', kind: 'query', variables: { id: '1' }, isNested: false },
        { name: null, kind: 'mutation', variables: {}, isNested: false },
        { name: 'Greeting', kind: 'query', variables: {}, isNested: false },
      ]),
    );
    expect(seen[0]?.document).toBe('query Item($id: ID!) {\n  item(id: $id) {\n    name\n  }\n}');
  });

  test('rejects the operation with a GraphQLError and its status, before anything is fetched', async () => {
    const extensions = { code: 'TEAPOT', http: { status: 418, headers: { 'x-leak': '1' } } };
    const { gateways, names } = await startShop({
      onOperation() {
        throw new GraphQLError('No.', { extensions });
      },
    });
    for (const gateway of gateways) {
      const { status, text, headers, cacheControl } = await gateway.send(query);
      expect({ status, text, cacheControl }).toEqual({
        status: 418,
        text: '{"errors":[{"message":"No.","extensions":{"code":"TEAPOT"}}]}',
        cacheControl: 'no-store',
      });
      expect(headers['x-leak']).toBeUndefined();
      expect(await overWebSocket(gateway, query)).toEqual({
        errors: [{ message: 'No.', extensions: { code: 'TEAPOT' } }],
      });
    }
    expect(names.requested).toEqual([]);
  });

  test('rejects one operation of a batch and not the other', async () => {
    const { gateways } = await startShop(
      {
        async onOperation({ name }, { state }) {
          state.set('name', name);
          await new Promise((resolve) => setImmediate(resolve));
          if (state.get('name') === 'B') throw new GraphQLError('No B.');
        },
      },
      { limits: { batch: 4 } },
    );
    for (const { origin } of gateways) {
      const response = await fetch(`${origin}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(['A', 'B', 'C'].map((name) => ({ query: `query ${name} { greeting }` }))),
      });
      expect(await response.json()).toEqual([
        { data: { greeting: 'Hello none' } },
        { errors: [{ message: 'No B.', extensions: { code: 'HOOK_ERROR' } }] },
        { data: { greeting: 'Hello none' } },
      ]);
    }
  });

  const failing: [what: string, hook: Hooks['onOperation']][] = [
    ['throws', () => Promise.reject(new Error('secret inside'))],
    [
      'throws at once',
      () => {
        throw new TypeError('secret inside');
      },
    ],
    [
      'throws no error',
      () => {
        throw 'secret inside';
      },
    ],
    [
      'throws an error that another one has caused',
      () => {
        throw new GraphQLError('secret inside', { originalError: new Error('secret inside') });
      },
    ],
    [
      'throws extensions that are no JSON',
      () => {
        throw new GraphQLError('secret inside', { extensions: { big: 1n } });
      },
    ],
    ['hangs', () => new Promise(() => {})],
    ['returns an error', (() => new GraphQLError('secret inside')) as never],
    ['returns false', (() => false) as never],
    ['promises false', (async () => false) as never],
  ];
  test.each(failing)('that %s is masked, and the operation is not executed', async (_, onOperation) => {
    const { gateways, names } = await startShop({ onOperation, timeout: 20 });
    for (const gateway of gateways) {
      const { status, text, errors } = await gateway.send(query);
      expect(status).toBe(500);
      expect(text).not.toContain('secret');
      expectMasked(errors);
      expectMasked(((await overWebSocket(gateway, query)) as { errors: [] }).errors);
    }
    expect(names.requested).toEqual([]);
  });

  test('may return anything else without effect', async () => {
    const { gateways } = await startShop({
      onOperation: (() => 7) as never,
      onResponse: (async () => 'text') as never,
    });
    for (const gateway of gateways) expect((await gateway.send(query)).data).toEqual({ greeting: 'Hello none' });
  });

  test('cannot change the variables or the operation', async () => {
    const { gateways } = await startShop({
      onOperation({ variables }) {
        (variables as Record<string, unknown>).id = '2';
      },
    });
    for (const gateway of gateways) {
      const { data } = await gateway.send('query ($id: ID!) { item(id: $id) { id } }', { variables: { id: '1' } });
      expect(data).toEqual({ item: { id: '1' } });
    }
  });

  test('sees the names of a client with a view, and subgraph hooks those of the service', async () => {
    const seen: unknown[] = [];
    const { gateways } = await startShop(
      {
        onOperation: ({ document, variables }, { client }) => void seen.push(client, document, variables),
        onSubgraphRequest: ({ subgraph, query: text, variables }) => void seen.push(subgraph, text, variables),
        onSubgraphResponse: ({ data }) => void seen.push(data),
        onResponse: ({ data }) => void seen.push(data),
      },
      {},
      { view: { rename: { fields: { 'Query.item': 'thing', 'Item.name': 'title' } } } },
    );
    for (const { origin } of gateways) {
      seen.length = 0;
      const response = await fetch(`${origin}/graphql/web`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: 'query ($id: ID!) { thing(id: $id) { title } }', variables: { id: '1' } }),
      });
      expect(await response.json()).toEqual({ data: { thing: { title: 'item 1 of none' } } });
      const [client, document, variables, subgraph, text, sent, received, result] = seen as string[];
      expect([client, variables, subgraph, sent]).toEqual(['web', { id: '1' }, 'names', { v0: '1' }]);
      expect(document).toContain('thing(id: $id)');
      expect(text).toContain('item(id:');
      expect(JSON.stringify(received)).toContain('item 1 of none');
      expect(JSON.stringify(received)).not.toContain('title');
      expect(result).toEqual({ thing: { title: 'item 1 of none' } });
    }
  });
});

describe('onResponse', () => {
  test('gets each result, from the cache too, as a copy', async () => {
    const seen: unknown[] = [];
    const { gateways, names } = await startShop({
      onResponse({ data, errors }, { operation }) {
        seen.push([operation.name, structuredClone(data), errors]);
        if (data) (data as Record<string, unknown>).greeting = 'changed';
      },
    });
    for (const gateway of gateways) {
      for (const _ of [1, 2]) expect((await gateway.send(query)).text).toBe('{"data":{"greeting":"Hello none"}}');
      expect(await overWebSocket(gateway, query)).toEqual({ data: { greeting: 'Hello none' } });
    }
    expect(seen).toEqual(Array.from({ length: 6 }, () => ['Greeting', { greeting: 'Hello none' }, undefined]));
    expect(names.requested).toHaveLength(2);
  });

  test('gets errors as the client gets them', async () => {
    const seen: unknown[] = [];
    const { gateways, names } = await startShop({ onResponse: ({ errors }) => void seen.push(errors) });
    names.broken = true;
    for (const gateway of gateways) seen.push((await gateway.send(query)).errors);
    expect(seen[0]).toEqual(seen[1]);
    expect(seen[2]).toEqual(seen[3]);
    expect(seen[0]).toMatchObject([{ path: ['greeting'], extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }]);
  });

  test('withholds the result with a GraphQLError, and from downstream caches', async () => {
    const { gateways } = await startShop({
      onResponse() {
        throw new GraphQLError('Withheld.', { extensions: { code: 'FORBIDDEN' } });
      },
    });
    for (const gateway of gateways) {
      for (const _ of [1, 2]) {
        const { text, cacheControl, headers } = await gateway.send(query, {
          get: true,
          headers: { 'x-concierge': '1', 'apollo-require-preflight': '1' },
        });
        expect(text).toBe('{"errors":[{"message":"Withheld.","extensions":{"code":"FORBIDDEN"}}]}');
        expect(cacheControl).toBe('no-store');
        expect(headers.etag).toBeUndefined();
      }
      expect(await overWebSocket(gateway, query)).toEqual({
        errors: [{ message: 'Withheld.', extensions: { code: 'FORBIDDEN' } }],
      });
    }
  });

  test('that fails or hangs is masked', async () => {
    for (const onResponse of [() => new Promise<void>(() => {}), () => Promise.reject(new Error('secret inside'))]) {
      const { gateways } = await startShop({ onResponse, timeout: 20 });
      for (const gateway of gateways) {
        const { text, errors } = await gateway.send(query);
        expect(text).not.toContain('secret');
        expectMasked(errors);
      }
    }
  });
});

test('hooks run in the async context of the operation', async () => {
  const { AsyncLocalStorage } = await import('node:async_hooks');
  const storage = new AsyncLocalStorage<string>();
  const seen: unknown[] = [];
  const { gateways, names } = await startShop(
    {
      onOperation: (_, { state }) => {
        seen.push(storage.getStore());
        state.set('n', 1);
      },
      onSubgraphRequest: (_, { state }) => void seen.push(state.get('n')),
      onSubgraphResponse: () => void seen.push(storage.getStore()),
    },
    { deduplicateInFlight: true },
  );
  const gateway = gateways[0];
  await storage.run('outer', async () => gateway?.send(query));
  expect(names.requested).toHaveLength(1);
  expect(seen).toHaveLength(3);
  expect(seen[1]).toBe(1);
  expect(seen[0]).toBe(seen[2]);
});
