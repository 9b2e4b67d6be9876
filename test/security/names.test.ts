// Names with a meaning in JavaScript, and values nested too deeply: attack, expected status and response.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type CachingGateway, type Service, startCachingGateway, startService } from '../caching/services.ts';

let service: Service;
const gateways: CachingGateway[] = [];
let number = 0;

beforeAll(async () => {
  service = await startService({
    name: 'one',
    sdl: `
      scalar JSON
      input In { a: Int  in: In }
      type Query { sum(x: Int = 1, in: In, any: JSON): Int  deep: Deep }
      type Deep { id: ID  text(any: JSON): String }`,
    resolvers: {
      Query: {
        sum: (_: unknown, { x, in: given }: { x?: number; in?: { a?: number } }) => (x ?? 0) + (given?.a ?? 0),
        deep: () => ({ id: `id-${++number}` }),
      },
      Deep: { text: (_: unknown, { any }: { any: unknown }) => JSON.stringify(any) },
    },
  });
  for (const fastPath of [true, false]) gateways.push(await startCachingGateway([service], { fastPath }, afterAll));
});

afterAll(() => Promise.all([...gateways, service].map((one) => one.stop())));

const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;

/** Parsing gives up, or validation does: how deep each goes depends on whether its code is compiled by then. */
const nestedTooDeeply = expect.stringMatching(/^GRAPHQL_(PARSE|VALIDATION)_FAILED$/);

/** Bodies as text: JSON has keys that an object literal has not. */
const attacks: [attack: string, body: string, status: number, expected: unknown][] = [
  ...['constructor', 'toString', 'hasOwnProperty', 'valueOf'].flatMap((name): typeof attacks => [
    [`a variable $${name}`, `{"query":"query($${name}: Int) { sum(x: $${name}) }","variables":{"${name}":5}}`, 200, 5],
    [`a variable $${name} that is left out`, `{"query":"query($${name}: Int) { sum(x: $${name}) }"}`, 200, 1],
    [`$${name} with a default`, `{"query":"query($${name}: Int = 7) { sum(x: $${name}) }"}`, 200, 7],
    [`$${name} that is required`, `{"query":"query($${name}: Int!) { sum(x: $${name}) }"}`, 400, 'BAD_USER_INPUT'],
    [`a response key ${name}`, `{"query":"{ ${name}: sum(x: 3) }"}`, 200, 3],
    [`an operation ${name}`, `{"query":"query ${name} { sum(x: 4) }","operationName":"${name}"}`, 200, 4],
    [
      `no operation ${name}`,
      `{"query":"query a { sum }","operationName":"${name}"}`,
      400,
      'OPERATION_RESOLUTION_FAILURE',
    ],
    [`a fragment ${name}`, `{"query":"{ ...${name} } fragment ${name} on Query { sum(x: 6) }"}`, 200, 6],
    [`no fragment ${name}`, `{"query":"{ ...${name} }"}`, 400, 'GRAPHQL_VALIDATION_FAILED'],
    [`no field ${name}`, `{"query":"{ ${name} }"}`, 400, 'GRAPHQL_VALIDATION_FAILED'],
    [`no argument ${name}`, `{"query":"{ sum(${name}: 1) }"}`, 400, 'GRAPHQL_VALIDATION_FAILED'],
    [`no type ${name}`, `{"query":"{ deep { ... on ${name} { id } } }"}`, 400, 'GRAPHQL_VALIDATION_FAILED'],
    [`no directive ${name}`, `{"query":"{ sum @${name} }"}`, 400, 'GRAPHQL_VALIDATION_FAILED'],
    [
      `no input field ${name}`,
      `{"query":"query($v: In) { sum(in: $v) }","variables":{"v":{"${name}":1}}}`,
      400,
      'BAD_USER_INPUT',
    ],
  ]),
  [
    'a variable $__proto__',
    '{"query":"query($__proto__: Int) { sum(x: $__proto__) }"}',
    400,
    'GRAPHQL_VALIDATION_FAILED',
  ],
  [
    '$__proto__ with a value',
    '{"query":"query($__proto__: Int = 2) { sum(x: $__proto__) }","variables":{"__proto__":6}}',
    400,
    'GRAPHQL_VALIDATION_FAILED',
  ],
  ['a response key __proto__', '{"query":"{ __proto__: sum(x: 8) }"}', 200, 8],
  ['an operation __proto__', '{"query":"query __proto__ { sum(x: 9) }","operationName":"__proto__"}', 200, 9],
  ['a fragment __proto__', '{"query":"{ ...__proto__ } fragment __proto__ on Query { sum(x: 10) }"}', 200, 10],
  ['no fragment __proto__', '{"query":"{ ...__proto__ }"}', 400, 'GRAPHQL_VALIDATION_FAILED'],
  ['no argument __proto__', '{"query":"{ sum(__proto__: 1) }"}', 400, 'GRAPHQL_VALIDATION_FAILED'],
  [
    'no input field __proto__',
    '{"query":"query($v: In) { sum(in: $v) }","variables":{"v":{"__proto__":{"a":1}}}}',
    400,
    'BAD_USER_INPUT',
  ],
  [
    'keys of a custom scalar',
    '{"query":"query($v: JSON) { deep { text(any: $v) } }","variables":{"v":{"__proto__":{"a":1},"constructor":2}}}',
    200,
    { text: '{"__proto__":{"a":1},"constructor":2}' },
  ],
  ['a parameter __proto__', '{"query":"{ sum }","__proto__":{"x":1}}', 400, 'BAD_REQUEST'],
  ['a deep variable', `{"query":"query($v: JSON) { sum(any: $v) }","variables":{"v":${nested(900)}}}`, 200, 1],
  ...[2000, 100_000].map((levels): (typeof attacks)[number] => [
    `a variable nested ${levels} levels`,
    `{"query":"query($v: JSON) { sum(any: $v) }","variables":{"v":${nested(levels)}}}`,
    400,
    'BAD_REQUEST',
  ]),
  ['a literal nested 2000 levels', `{"query":"{ sum(any: ${nested(2000)}) }"}`, 400, nestedTooDeeply],
];

for (const [httpPath, path] of ['fast path', 'Yoga'].entries()) {
  test.each(attacks)(`${path}: %s`, async (_attack, body, status, expected) => {
    const response = await fetch(`${gateways[httpPath]?.origin}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json' },
      body,
    });
    const { data, errors } = JSON.parse(await response.text());
    const [value] = data ? Object.values(data) : [errors?.[0]?.extensions.code];
    expect({ status: response.status, value }).toEqual({ status, value: expected });
  });
}
