// Names with a meaning in JavaScript, and values nested too deeply or too large, over every transport: the client
// gets the same over each.
import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { type CachingGateway, type Service, startCachingGateway, startService } from '../caching/services.ts';

const services: Service[] = [];
const gateways: CachingGateway[] = [];
let number = 0;

beforeAll(async () => {
  services.push(
    await startService({
      name: 'one',
      sdl: `
        scalar JSON
        input In { a: Int  in: In }
        type Query { sum(x: Int = 1, in: In, any: JSON): Int  deep: Deep }
        type Subscription { never: Int }
        type Deep { id: ID!  text(any: JSON): String }`,
      resolvers: {
        Query: {
          sum: (_: unknown, { x, in: given }: { x?: number; in?: Record<string, number> }) =>
            (x ?? 0) + (given?.a ?? 0),
          deep: () => ({ id: `id-${++number}` }),
        },
        Deep: { text: (_: unknown, { any }: { any: unknown }) => JSON.stringify(any) },
      },
    }),
    await startService({
      name: 'two',
      sdl: `
        scalar JSON
        type Query { _deep(ids: [ID!]!): [Deep] @merge(keyField: "id") }
        type Deep { id: ID!  more(any: JSON, x: Int = 3): String }`,
      resolvers: {
        Query: { _deep: (_: unknown, { ids }: { ids: string[] }) => ids.map((id) => ({ id })) },
        Deep: { more: (_: unknown, { any, x }: { any: unknown; x: number }) => `${x} ${JSON.stringify(any)}` },
      },
    }),
  );
  const options = { limits: { batch: 10 }, csrf: false as const, documents: { automaticPersistedQueries: true } };
  for (const fastPath of [true, false])
    gateways.push(await startCachingGateway(services, { ...options, fastPath }, afterAll));
});

afterAll(() => Promise.all([...gateways, ...services].map((one) => one.stop())));

const nested = (levels: number, open = '[', close = ']') => `${open.repeat(levels)}1${close.repeat(levels)}`;
const body = (query: string, variables = '{}', more = '') =>
  `{"query":${JSON.stringify(query)},"variables":${variables}${more}}`;

/** Bodies as text: JSON has keys that an object literal has not. */
const attacks: [attack: string, body: string, expected: unknown][] = [
  ...['constructor', 'toString', 'hasOwnProperty', 'valueOf', 'toJSON'].flatMap((name): typeof attacks => [
    [`$${name}`, body(`query($${name}: Int) { sum(x: $${name}) }`, `{"${name}":5}`), 5],
    [`$${name}, left out`, body(`query($${name}: Int) { sum(x: $${name}) }`), 1],
    [
      `$${name}, left out, beside a number that is held as text`,
      body(`query($${name}: Int, $any: JSON) { sum(x: $${name}, any: $any) }`, '{"any":1.50}'),
      1,
    ],
    [`$${name}, left out, in a literal`, body(`query($${name}: Int) { sum(in: {a: $${name}}) }`), 1],
    [`$${name}, left out, with a default in a literal`, body(`query($${name}: Int = 6) { sum(in: {a: $${name}}) }`), 7],
    [
      `$${name}, left out, in an entity fetch`,
      body(`query($${name}: Int) { deep { more(x: $${name}) } }`),
      { more: '3 undefined' },
    ],
    [`$${name}, left out, in a condition`, body(`query($${name}: Boolean! = true) { sum @include(if: $${name}) }`), 1],
    [
      `$${name} of a custom scalar, left out`,
      body(`query($${name}: JSON) { deep { text(any: $${name}) more(any: $${name}) } }`),
      { text: null, more: '3 undefined' },
    ],
    [
      `a response key ${name} with an entity below`,
      body(`{ ${name}: deep { ${name}: more(any: 1) } }`),
      { [name]: '3 1' },
    ],
    [`extensions with the key ${name}`, body('{ sum }', '{}', `,"extensions":{"${name}":{"a":1}}`), 1],
    [
      `a hash ${name}`,
      `{"extensions":{"persistedQuery":{"version":1,"sha256Hash":"${name}"}}}`,
      expect.stringMatching(/^PERSISTED_QUERY|BAD_REQUEST/),
    ],
    [
      `a document ${name}`,
      `{"query":"","documentId":"${name}"}`,
      expect.stringMatching(/^PERSISTED_QUERY|BAD_REQUEST/),
    ],
  ]),
  [
    'a response key __proto__ with an entity below',
    body('{ __proto__: deep { __proto__: more(any: 1) } }'),
    JSON.parse('{"__proto__":"3 1"}'),
  ],
  [
    'keys __proto__ in a custom scalar',
    body('query($v: JSON) { deep { text(any: $v) more(any: $v) } }', '{"v":{"__proto__":{"a":1},"constructor":2}}'),
    { text: '{"__proto__":{"a":1},"constructor":2}', more: '3 {"__proto__":{"a":1},"constructor":2}' },
  ],
  [
    'keys __proto__ in variables that are not declared',
    body('{ sum }', '{"__proto__":{"x":9},"constructor":{"prototype":{"x":9}}}'),
    1,
  ],
  [
    'a key __proto__ in variables, for one that is declared',
    body('query($x: Int) { sum(x: $x) }', '{"__proto__":{"x":9}}'),
    1,
  ],
  [
    'a key __proto__ in extensions',
    body('{ sum }', '{}', ',"extensions":{"__proto__":{"persistedQuery":{"version":1,"sha256Hash":"x"}}}'),
    1,
  ],
  [
    'a hash under a key __proto__',
    '{"query":"{ sum }","extensions":{"persistedQuery":{"version":1,"__proto__":{"sha256Hash":"x"}}}}',
    expect.stringMatching(/^BAD_REQUEST|^PERSISTED/),
  ],
  [
    'an object for a hash',
    '{"query":"{ sum }","extensions":{"persistedQuery":{"version":1,"sha256Hash":{"toString":1}}}}',
    expect.stringMatching(/^BAD_REQUEST|^PERSISTED/),
  ],
  ['objects nested 900 levels', body('query($v: JSON) { sum(any: $v) }', `{"v":${nested(900, '{"a":', '}')}}`), 1],
  [
    'an input object nested 900 levels',
    body('query($in: In) { sum(in: $in) }', `{"in":${nested(900, '{"in":', '}').replace('1', '{"a":1}')}}`),
    1,
  ],
];

/** The first value of the data, or the code of the first error. */
function outcome(text: string): unknown {
  const { data, errors } = JSON.parse(text);
  return data ? Object.values(data)[0] : errors?.[0]?.extensions.code;
}

async function post(
  origin: string,
  text: string,
  accept = 'application/json',
): Promise<{ status: number; text: string }> {
  const headers = { 'content-type': 'application/json', accept };
  const response = await fetch(`${origin}/graphql`, { method: 'POST', headers, body: text });
  return { status: response.status, text: await response.text() };
}

async function overWebSocket(origin: string, text: string): Promise<unknown> {
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  const messages: { type: string; payload?: unknown }[] = [];
  socket.on('message', (data) => messages.push(JSON.parse(String(data))));
  await once(socket, 'open');
  const closed = once(socket, 'close').then(([code]) => code);
  socket.send(
    '{"type":"connection_init","payload":{"__proto__":{"authorization":"x"},"constructor":{"a":1},"toString":1}}',
  );
  await once(socket, 'message');
  if (messages[0]?.type !== 'connection_ack') throw new Error('not acknowledged');
  const payload = text.startsWith('{"query"') ? text : text.replace('{', '{"query":"",');
  socket.send(`{"id":"1","type":"subscribe","payload":${payload}}`);
  const next = await Promise.race([once(socket, 'message').then(() => messages[1]), closed]);
  socket.terminate();
  if (typeof next === 'number') return next;
  return next?.type === 'error'
    ? outcome(JSON.stringify({ errors: next.payload }))
    : outcome(JSON.stringify(next?.payload));
}

const transports: Record<string, (text: string) => Promise<unknown>> = {
  'POST, fast path': async (text) => outcome((await post(gateways[0]?.origin as string, text)).text),
  'POST, Yoga': async (text) => outcome((await post(gateways[1]?.origin as string, text)).text),
  'a batch': async (text) =>
    outcome(JSON.stringify(JSON.parse((await post(gateways[0]?.origin as string, `[${text}]`)).text)[0])),
  'an event stream': async (text) => {
    const response = await post(gateways[0]?.origin as string, text, 'text/event-stream');
    const event = /data: (\{.*\})/.exec(response.text)?.[1];
    return outcome(event ?? response.text);
  },
  'a WebSocket': (text) => overWebSocket(gateways[0]?.origin as string, text),
  ...Object.fromEntries(
    ['fast path', 'Yoga'].map((path, httpPath) => [
      `GET, ${path}`,
      async (text: string) => {
        const address = `${gateways[httpPath]?.origin}/graphql?${new URLSearchParams(membersOf(text))}`;
        return outcome(await (await fetch(address)).text());
      },
    ]),
  ),
};

/** The members of a JSON object, each as text. */
function membersOf(text: string): [string, string][] {
  const rest = text.slice(1, -1);
  const found: [string, string][] = [];
  let start = 0;
  while (start < rest.length) {
    let end = rest.indexOf(',"', start);
    for (; end !== -1; end = rest.indexOf(',"', end + 1)) if (isJson(`{${rest.slice(start, end)}}`)) break;
    const member = rest.slice(start, end === -1 ? rest.length : end);
    const [, name = '', value = ''] = /^"(\w+)":(.*)$/s.exec(member) ?? [];
    found.push([name, value.startsWith('"') ? JSON.parse(value) : value]);
    start = end === -1 ? rest.length : end + 1;
  }
  return found;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

describe.each(Object.entries(transports))('%s', (_name, send) => {
  test.each(attacks)('%s', async (_attack, text, expected) => {
    expect(await send(text)).toEqual(expected);
    expect(Object.prototype).not.toHaveProperty('x');
  });
});

const huge = body('query($v: JSON) { sum(any: $v) }', `{"v":"${'x'.repeat(300_000)}"}`);
const deep = body('query($v: JSON) { sum(any: $v) }', `{"v":${nested(5_000)}}`);
const deepExtensions = body('{ sum }', '{}', `,"extensions":{"a":${nested(5_000, '{"a":', '}')}}`);

test.each<[what: string, text: string, status: number, code: string, closing: unknown]>([
  ['variables of 300 kB', huge, 413, 'VARIABLES_TOO_LARGE', 'VARIABLES_TOO_LARGE'],
  ['variables nested 5,000 levels', deep, 400, 'BAD_REQUEST', 4400],
  ['extensions nested 5,000 levels', deepExtensions, 400, 'BAD_REQUEST', 4400],
])('%s are rejected by 4xx, over every transport', async (_what, text, status, code, closing) => {
  for (const { origin } of gateways) {
    for (const [sent, accept] of [[text], [text, 'text/event-stream']] as const) {
      const response = await post(origin, sent, accept);
      expect(response.status).toBe(status);
      expect(response.text).toContain(`"code":"${code}"`);
    }
    const batch = await post(origin, `[${text}]`);
    expect(batch.status).toBeLessThan(500);
    expect(batch.text).toContain(`"code":"${code}"`);
  }
  expect(await overWebSocket(gateways[0]?.origin as string, text)).toBe(closing);
});
