// Bytes to text: UTF-8 is checked at every edge, and invalid bytes are an error, never U+FFFD.
import { request as httpRequest } from 'node:http';
import { text as readText } from 'node:stream/consumers';
import { describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type Service, serveGraph } from './served-graph.ts';

const sdl =
  'type Query { hello(n: String): String @cacheControl(maxAge: 60)  doc: JSON } scalar JSON type Mutation { save(n: String): String }';

const graph = async (returns: Service['returns'] = ({ body }) => ({ data: { hello: body.length } })) => {
  const served = await serveGraph({ services: { greetings: sdl } });
  if (served.services.greetings) served.services.greetings.returns = returns;
  return { ...served, requests: served.services.greetings?.requests ?? [] };
};

/** Sends bytes, and a path as it is. */
async function send(origin: string, method: string, path: string, headers: Record<string, string>, body?: Buffer) {
  const { hostname, port } = new URL(origin);
  const response = await new Promise<import('node:http').IncomingMessage>((resolve, reject) => {
    const sent = httpRequest(
      { hostname, port, method, path, headers: { 'x-graphql-client-name': 'test', ...headers } },
      resolve,
    );
    sent.on('error', reject);
    sent.end(body);
  });
  return { status: response.statusCode, text: await readText(response) };
}

const latin1 = (text: string) => Buffer.from(text, 'latin1');
const json = { 'content-type': 'application/json' };
const mutation = '{"query":"mutation { save(n: "é") }"}'.replaceAll('"é"', '\\"é\\"');

describe('a client’s request', () => {
  test.for([
    ['iso-8859-1', 'application/json; charset=iso-8859-1'],
    ['a quoted charset', 'application/json;charset="UTF-16"'],
    ['a charset of a query', 'application/graphql; charset=latin1'],
    ['a charset of a form', 'application/x-www-form-urlencoded; charset=windows-1252'],
  ])('in another charset is 415: %s', async ([, type]) => {
    const { origins, requests } = await graph();
    for (const origin of origins) {
      const { status, text } = await send(
        origin,
        'POST',
        '/graphql',
        { 'content-type': type as string },
        latin1(mutation),
      );
      expect([status, JSON.parse(text).errors[0].extensions.code]).toEqual([415, 'BAD_REQUEST']);
      expect(text).toContain('utf-8');
    }
    expect(requests).toEqual([]);
  });

  test.for([
    ['UTF-8', 'application/json; charset=UTF-8'],
    ['utf8, quoted', 'application/json; charset="utf8"'],
    ['none', 'application/json'],
  ])('in UTF-8 is executed: %s', async ([, type]) => {
    const { origins, requests } = await graph(({ query }) => ({ data: { save: query } }));
    for (const origin of origins) {
      const { text } = await send(
        origin,
        'POST',
        '/graphql',
        { 'content-type': type as string },
        Buffer.from(mutation),
      );
      expect(JSON.parse(text).data.save).toContain('"é"');
    }
    expect(requests).toHaveLength(2);
  });

  const broken: [string, string, string, Record<string, string>, Buffer | undefined][] = [
    ['a body', 'POST', '/graphql', json, latin1(mutation)],
    ['a body that is cut', 'POST', '/graphql', json, Buffer.from(mutation.replace('é', '😀')).subarray(0, -8)],
    [
      'surrogates as bytes',
      'POST',
      '/graphql',
      json,
      Buffer.concat([Buffer.from('{"query":"'), Buffer.from([0xed, 0xa0, 0x80])]),
    ],
    ['a batch', 'POST', '/graphql', json, latin1(`[${mutation}]`)],
    [
      'a query as it is',
      'POST',
      '/graphql',
      { 'content-type': 'application/graphql' },
      latin1('mutation { save(n: "é") }'),
    ],
    [
      'a form',
      'POST',
      '/graphql',
      { 'content-type': 'application/x-www-form-urlencoded' },
      latin1('query={hello(n:"%E9")}'),
    ],
    ['a URL', 'GET', '/graphql?query=%7Bhello(n:%22%E9%22)%7D', {}, undefined],
  ];
  test.for(broken)('that is no UTF-8 is 400: %s', async ([, method, path, headers, body]) => {
    const { origins, requests } = await graph();
    for (const origin of origins) {
      const { status, text } = await send(origin, method, path, headers, body);
      expect([status, JSON.parse(text).errors[0].extensions.code]).toEqual([400, 'BAD_REQUEST']);
      expect(text).toContain('UTF-8');
    }
    expect(requests).toEqual([]);
  });

  test('may hold U+FFFD itself', async () => {
    const { origins, requests } = await graph(({ query }) => ({ data: { hello: query } }));
    const body = Buffer.from('{"query":"{ hello(n: \\"\ufffd\\") }"}');
    for (const origin of origins) {
      expect((await send(origin, 'POST', '/graphql', json, body)).text).toContain('\ufffd');
      const path = '/graphql?query=%7Bhello(n:%22%EF%BF%BD%C3%A9%22)%7D';
      expect((await send(origin, 'GET', path, {})).text).toContain('\ufffdé');
    }
    expect(requests).toHaveLength(4);
  });

  test('over a WebSocket closes it: 1007', async () => {
    const { origins } = await graph();
    const socket = new WebSocket(`${origins[0]?.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    const closed = new Promise<number>((resolve) => socket.on('close', resolve));
    socket.on('open', () => socket.send(latin1('{"type":"connection_init","payload":{"a":"é"}}'), { binary: true }));
    expect(await closed).toBe(1007);
  });
});

describe('a service’s response', () => {
  const bytes = (text: string, headers: Record<string, string> = {}): Service['returns'] => {
    return () => ({ status: 200, headers, body: latin1(text) });
  };
  const response = '{"data":{"hello":"é"}}';

  test.for([
    ['bytes that are no UTF-8', bytes(response)],
    ['another charset', bytes(response, { 'content-type': 'application/json; charset=iso-8859-1' })],
    [
      'another charset, whose bytes look like UTF-8',
      bytes('{"data":{"hello":"Ã©"}}', { 'content-type': 'application/json; charset="latin1"' }),
    ],
  ] as [string, Service['returns']][])('is an error, and not cached: %s', async ([, returns]) => {
    const { query, requests } = await graph(returns);
    for (let round = 1; round < 3; round++) {
      const { data, errors } = await query('{ hello }');
      expect([data, errors?.[0].extensions.code]).toEqual([{ hello: null }, 'SUBGRAPH_BAD_RESPONSE']);
      expect(requests).toHaveLength(2 * round);
    }
  });

  test.for([
    ['UTF-8', () => ({ status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, body: response })],
    ['a byte order mark', () => `\ufeff${response}`],
    [
      'another charset, of which only ASCII is used',
      bytes('{"data":{"hello":"\\u00e9"}}', { 'content-type': 'application/json; charset=us-ascii' }),
    ],
  ] as [string, Service['returns']][])('is read: %s', async ([, returns]) => {
    const { query } = await graph(returns);
    expect((await query('{ hello }')).text).toBe(response);
  });
});

describe('nesting of 100,000', () => {
  const deep = (inner: string) => '['.repeat(100_000) + inner + ']'.repeat(100_000);
  const errorOf = (text: string) => JSON.parse(text).errors[0].extensions.code;

  test.for(['1', '1.0'])('in a client’s variables is 400: %s', async (inner) => {
    const { origins, requests } = await graph();
    const body = Buffer.from(`{"query":"query ($v: String) { hello(n: $v) }","variables":{"v":${deep(inner)}}}`);
    for (const origin of origins) {
      for (const sent of [body, Buffer.from(`[${body}]`)]) {
        const { status, text } = await send(origin, 'POST', '/graphql', json, sent);
        expect([status, errorOf(text)]).toEqual([400, 'BAD_REQUEST']);
        expect(text).toContain('nested');
      }
    }
    expect(requests).toEqual([]);
  });

  test('in a message of a WebSocket closes it: 4400', async () => {
    const { origins } = await graph();
    const socket = new WebSocket(`${origins[0]?.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    const closed = new Promise<number>((resolve) => socket.on('close', resolve));
    socket.on('open', () => socket.send(`{"type":"connection_init","payload":{"a":${deep('1.0')}}}`));
    expect(await closed).toBe(4400);
  });

  test.for(['1', '1.0'])('in a service’s response is an error at its place: %s', async (inner) => {
    const { query } = await graph(() => `{"data":{"doc":${deep(inner)},"hello":"there"}}`);
    const { data, errors } = await query('{ doc hello }');
    expect(data).toEqual({ doc: null, hello: 'there' });
    expect(errors).toMatchObject([{ path: ['doc'], extensions: { code: 'SUBGRAPH_BAD_RESPONSE' } }]);
  });
});

test('a user name in UTF-8 from a proxy is that name, and any other bytes are what they were', async () => {
  const { origins, services } = await serveGraph({
    services: { greetings: sdl },
    config: {
      trustedProxies: ['127.0.0.1'],
      authentication: { identityHeader: { name: 'x-remote-user' } },
      forward: { claims: { 'x-user': 'sub' }, headers: ['x-city'] },
    } as never,
  });
  const greetings = services.greetings;
  if (greetings) greetings.returns = () => ({ data: { hello: 'there' } });
  const named = async (name: Buffer) => {
    const before = greetings?.requests.length ?? 0;
    const headers = {
      ...json,
      'x-remote-user': name.toString('latin1'),
      'x-city': Buffer.from('Zürich').toString('latin1'),
    };
    for (const origin of origins)
      await send(origin, 'POST', '/graphql', headers, Buffer.from(`{"query":"{ hello(n: \\"${before}\\") }"}`));
    return greetings?.requests
      .slice(before)
      .map(({ headers: sent }) => [sent['x-user'], latin1(String(sent['x-city'])).toString()]);
  };
  expect(await named(Buffer.from('josé'))).toEqual(Array(2).fill(['jos%C3%A9', 'Zürich']));
  expect(await named(latin1('josé'))).toEqual(Array(2).fill(['jos%C3%A9', 'Zürich']));
  expect(await named(Buffer.from('ann'))).toEqual(Array(2).fill(['ann', 'Zürich']));
});
