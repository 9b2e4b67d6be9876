// Odd texts: what services return and clients send besides well-formed GraphQL. Each loses its own place, or its own
// request.
import { describe, expect, test } from 'vitest';
import { type ServedGraph, serveGraph } from '../values/served-graph.ts';

const catalogue = `
  scalar JSON
  enum Color { RED }
  type Query { ok: String  text: String  count: Int  ratio: Float  flag: Boolean  color: Color  blob: JSON  items: [Item] }
  type Item { id: ID!  name: String }`;
const stock = 'type Query { _items(ids: [ID!]!): [Item] @merge(keyField: "id") } type Item { id: ID!  length: Int }';

const serve = (settings = {}): Promise<ServedGraph> => serveGraph({ services: { catalogue, stock }, settings });

describe('a service', () => {
  test.each<[what: string, path: string]>([
    ['a fraction', '["items",0.5,"name"]'],
    ['a negative index', '["items",-1,"name"]'],
    ['an index beyond the list', '["items",99999999999,"name"]'],
    ['an index beyond all numbers', '["items",1e999,"name"]'],
    ['a key `__proto__`', '["__proto__","items"]'],
    ['a key `constructor`', '["items","constructor","name"]'],
    ['`length` of a list', '["items","length"]'],
    ['an object', '[{"a":1},"items"]'],
    ['true', '["items",true]'],
    ['null', '[null]'],
    ['a list in it', '[["items"],0]'],
    ['nothing in it', '[]'],
    ['ten thousand keys', `[${'"a",'.repeat(9_999)}"a"]`],
    ['another field’s place', '["nothing",3]'],
    ['text in place of it', '"items"'],
  ])('whose error has a path with %s: the data stays, and the error is reported', async (_what, path) => {
    const graph = await serve();
    graph.services.catalogue!.returns = () =>
      `{"data":{"ok":"fine","items":[{"id":"1","name":"Lamp"}]},"errors":[{"message":"odd","path":${path},"extensions":{"code":"ODD"}}]}`;
    const { data, errors } = await graph.query('{ ok items { name } }');
    expect(data).toEqual({ ok: 'fine', items: [{ name: 'Lamp' }] });
    expect(errors).toMatchObject([{ message: 'odd', extensions: { code: 'ODD', subgraph: 'catalogue' } }]);
    expect(errors).toHaveLength(1);
    // What reaches the client is a path of its own response, or none.
    for (const key of errors?.[0].path ?? []) expect(['items', 0, 'name', 'ok']).toContain(key);
  });

  test.each([
    '[]',
    '["code"]',
    '"x"',
    '5',
    'null',
    'true',
    '{"code":[]}',
    '{"code":{"a":1}}',
    '{"__proto__":{"code":"X"}}',
  ])('whose error has extensions %s: it counts as one without a code', async (extensions) => {
    const graph = await serve();
    graph.services.catalogue!.returns = () =>
      `{"data":{"ok":null},"errors":[{"message":"x","path":["ok"],"extensions":${extensions}}]}`;
    const { data, errors } = await graph.query('{ ok }');
    expect(data).toEqual({ ok: null });
    expect(errors).toMatchObject([{ path: ['ok'], extensions: { code: 'SUBGRAPH_ERROR', subgraph: 'catalogue' } }]);
  });

  test.each(['[null]', '[5]', '["x"]', '[[]]', '[{}]', '[true,{"message":"x"}]'])(
    'whose errors are %s: they count as errors',
    async (list) => {
      const graph = await serve();
      graph.services.catalogue!.returns = () => `{"data":{"ok":"fine"},"errors":${list}}`;
      const { data, errors } = await graph.query('{ ok }');
      expect(data).toEqual({ ok: 'fine' });
      expect(errors).toHaveLength(JSON.parse(list).length);
      for (const { extensions } of errors ?? []) expect(extensions.code).toBe('SUBGRAPH_ERROR');
    },
  );

  const unusable: [what: string, body: string | Uint8Array][] = [
    ['nothing', ''],
    ['white space', ' \n\t '],
    ['null', 'null'],
    ['a list', '[{"data":{"ok":"x"}}]'],
    ['a text', '"x"'],
    ['an empty object', '{}'],
    ['NaN', '{"data":{"ok":"x","count":NaN}}'],
    ['Infinity', '{"data":{"ok":"x","count":-Infinity}}'],
    ['a number with a leading zero', '{"data":{"ok":"x","count":01}}'],
    ['a number without digits', '{"data":{"ok":"x","count":.5}}'],
    ['a number with a plus', '{"data":{"ok":"x","count":+1}}'],
    ['a hexadecimal number', '{"data":{"ok":"x","count":0x1}}'],
    ['undefined', '{"data":{"ok":undefined}}'],
    ['a trailing comma', '{"data":{"ok":"x",}}'],
    ['a comment', '{"data":{"ok":"x"/* */}}'],
    ['single quotes', "{'data':{'ok':'x'}}"],
    ['a control character in a text', '{"data":{"ok":"x\u0000"}}'],
    ['something after its end', '{"data":{"ok":"x"}}x'],
    ['two responses', '{"data":{"ok":"x"}}\n{"data":{"ok":"y"}}'],
    ['half a response', '{"data":{"ok":"x"'],
    ['an escape that is none', '{"data":{"ok":"\\x41"}}'],
    ['UTF-16', Buffer.from('{"data":{"ok":"x"}}', 'utf16le')],
    ['bytes that are no UTF-8', Buffer.from([...Buffer.from('{"data":{"ok":"'), 0xff, ...Buffer.from('"}}')])],
    ['two byte order marks', '\ufeff\ufeff{"data":{"ok":"x"}}'],
    ['more than is read', `{"data":{"ok":"x","text":"${'x'.repeat(5_000)}"}}`],
  ];
  test.each(unusable)('that returns %s has no usable response', async (_what, body) => {
    const graph = await serve({ catalogue: { maxResponseBytes: 4_000 } });
    graph.services.catalogue!.returns = () => ({ status: 200, body });
    const { data, errors } = await graph.query('{ ok count text }');
    expect(data).toEqual({ ok: null, count: null, text: null });
    expect(errors).toHaveLength(3);
    for (const { extensions } of errors ?? [])
      expect(extensions).toEqual({ code: 'SUBGRAPH_BAD_RESPONSE', subgraph: 'catalogue' });
  });

  const usable: [what: string, data: string, selection: string, expected: unknown][] = [
    ['a field twice: the last counts', '{"ok":"first","ok":"last"}', 'ok', { ok: 'last' }],
    [
      '`__proto__` with the field in it',
      '{"__proto__":{"ok":"forged"},"text":"own"}',
      'ok text',
      { ok: null, text: 'own' },
    ],
    ['text for a number', '{"count":"5","ratio":"0.5"}', 'count ratio', { count: 5, ratio: 0.5 }],
    ['a number for text', '{"text":5}', 'text', { text: '5' }],
    ['an object for text', '{"text":{"toString":1}}', 'text', { text: null }],
    ['text for a boolean', '{"flag":"true"}', 'flag', { flag: null }],
    ['a number that is too large', '{"count":2147483648,"ratio":1e999}', 'count ratio', { count: null, ratio: null }],
    ['a list for a value', '{"ok":["x"],"count":[1]}', 'ok count', { ok: null, count: null }],
    ['a value for a list', '{"items":{"id":"1","name":"x"}}', 'items { name }', { items: null }],
    [
      'lists in a list',
      '{"items":[[{"id":"1","name":"x"}],{"id":"2","name":"y"}]}',
      'items { name }',
      { items: [null, { name: 'y' }] },
    ],
    ['a value of an enum that every object has', '{"color":"constructor"}', 'color', { color: null }],
    [
      'half a character',
      '{"text":"\\ud800","blob":{"\\udc00":"\\ud800x"}}',
      'text blob',
      { text: '\ud800', blob: { '\udc00': '\ud800x' } },
    ],
    ['a character 0', '{"text":"a\\u0000b"}', 'text', { text: 'a\u0000b' }],
    ['separators of lines', '{"text":"a\u2028b\u2029c\u007f"}', 'text', { text: 'a\u2028b\u2029c\u007f' }],
    ['a byte order mark in a text', '{"text":"\ufeffa"}', 'text', { text: '\ufeffa' }],
  ];
  test.each(usable)('that returns %s', async (_what, data, selection, expected) => {
    const graph = await serve();
    graph.services.catalogue!.returns = () => `\ufeff{"data":${data}}`;
    expect((await graph.query(`{ ${selection} }`)).data).toEqual(expected);
  });
});

describe('a client', () => {
  let graph: ServedGraph;
  const bodies: [what: string, body: string | Uint8Array, status: number | number[]][] = [
    ['nothing', '', 400],
    ['null', 'null', 400],
    ['a number', '5', 400],
    ['a text', '"{ ok }"', 400],
    ['an empty object', '{}', [200, 400]],
    ['NaN', '{"query":"{ ok }","variables":{"a":NaN}}', 400],
    ['something after the end', '{"query":"{ ok }"}x', 400],
    ['a control character in the query', '{"query":"{ ok\u0000 }"}', 400],
    ['UTF-16', Buffer.from('{"query":"{ ok }"}', 'utf16le'), 400],
    ['a query that is a number', '{"query":5}', 400],
    ['a query that is an object', '{"query":{"toString":1}}', 400],
    ['a query that is a list', '{"query":["{ ok }"]}', 400],
    ['variables that are a list', '{"query":"{ ok }","variables":[]}', 400],
    ['variables that are a text', '{"query":"{ ok }","variables":"{}"}', 400],
    ['variables that are true', '{"query":"{ ok }","variables":true}', 400],
    ['an operation name that is a number', '{"query":"{ ok }","operationName":5}', [200, 400]],
    ['an operation name that is an object', '{"query":"{ ok }","operationName":{"toString":1}}', [200, 400]],
    ['extensions that are a list', '{"query":"{ ok }","extensions":[]}', 400],
    ['extensions that are a text', '{"query":"{ ok }","extensions":"x"}', 400],
    ['half a character in the query', '{"query":"{ ok(\\ud800) }"}', [200, 400]],
    ['an empty batch', '[]', 400],
    ['a batch of nulls', '[null]', [200, 400]],
    ['a batch in a batch', '[[{"query":"{ ok }"}]]', [200, 400]],
    ['a batch of texts', '["{ ok }"]', [200, 400]],
  ];
  test.each(bodies)(
    'that sends %s gets an error with a code, and no service gets a request',
    async (_what, body, status) => {
      graph = await serveGraph({ services: { catalogue }, config: { limits: { batch: 5 } } });
      for (const origin of graph.origins) {
        const headers = { 'content-type': 'application/json' };
        const response = await fetch(`${origin}/graphql`, { method: 'POST', headers, body: Buffer.from(body) });
        const text = await response.text();
        expect([status].flat(), text).toContain(response.status);
        const results = [JSON.parse(text)].flat();
        for (const { errors } of results)
          expect(errors?.[0]?.extensions?.code, text).toMatch(
            /^(BAD_REQUEST|OPERATION_RESOLUTION_FAILURE|GRAPHQL_\w+|BATCH\w+)$/,
          );
      }
      expect(graph.services.catalogue?.requests).toEqual([]);
    },
  );

  test('that sends a member twice: the last counts', async () => {
    graph = await serveGraph({ services: { catalogue } });
    graph.services.catalogue!.returns = () => ({ data: { text: 'last' } });
    for (const origin of graph.origins) {
      const response = await fetch(`${origin}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: '{"query":"{ ok }","query":"{ text }"}',
      });
      expect(await response.json()).toEqual({ data: { text: 'last' } });
    }
  });
});
