// `@rateLimit` on fields, through the library's own resolvers on a schema of limited fields.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { anonymous, checked, recordedLog, user } from '../../../test/rate-limits/counting.ts';
import { createCounters } from './counters.ts';
import { createFieldLimits } from './field-limits.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const counters = (maxCounts = 1_000) =>
  createCounters({ config: checked({ maxCounts }), redis: null, log: recordedLog() });

const rules = new Map([
  ['Query.search', [{ limit: 2, duration: 60 }]],
  ['Query.report', [{ limit: 2, duration: 60 }]],
  ['Mutation.order', [{ limit: 1, duration: 10 }]],
  ['Product.reviews', [{ limit: 3, duration: 5 }]],
]);

const at = (coordinate: string, ...places: string[]) => places.map((place) => ({ coordinate, place }));

test('a field beyond the limit is rejected by its place, with the time to wait', async () => {
  const { consume: admit } = createFieldLimits(rules, counters());
  expect(await admit(at('Query.search', 'first'), user('anna'))).toEqual(new Map());
  vi.advanceTimersByTime(18_500);
  await admit(at('Query.search', 'first'), user('anna'));
  expect(await admit(at('Query.search', 'first'), user('anna'))).toEqual(
    new Map([
      [
        'first',
        {
          message: 'Query.search may be selected 2 times in 60 s. Try again in 42 s.',
          extensions: { code: 'RATE_LIMIT_EXCEEDED', limit: 2, duration: 60, retryAfter: 42 },
        },
      ],
    ]),
  );
});

test('aliases count each, and the first ones are the ones that pass', async () => {
  const { consume: admit } = createFieldLimits(rules, counters());
  const rejected = await admit(at('Query.search', 'a', 'b', 'c', 'd'), user('anna'));
  expect([...rejected.keys()]).toEqual(['c', 'd']);
});

test('each field has its own window, also where limits are equal', async () => {
  const { consume: admit } = createFieldLimits(rules, counters());
  const requested = [
    ...at('Query.search', 'a', 'b', 'c'),
    ...at('Query.report', 'd', 'e'),
    ...at('Mutation.order', 'f'),
  ];
  expect([...(await admit(requested, user('anna'))).keys()]).toEqual(['c']);
});

test('each caller has their own windows', async () => {
  const { consume: admit } = createFieldLimits(rules, counters());
  const send = async (caller: Parameters<typeof admit>[1]) =>
    (await admit(at('Mutation.order', 'here'), caller)).size === 0;
  expect([await send(user('anna')), await send(user('anna')), await send(user('bert'))]).toEqual([true, false, true]);
  expect([await send(anonymous('192.0.2.1')), await send(anonymous('192.0.2.1'))]).toEqual([true, false]);
  expect([await send(anonymous('2001:db8::1')), await send(anonymous('2001:db8::2'))]).toEqual([true, false]);
});

test('a window starts anew when it is over, whatever the number of requests in it', async () => {
  const { consume: admit } = createFieldLimits(rules, counters());
  for (let second = 0; second < 10; second++) {
    expect((await admit(at('Mutation.order', 'here'), user('anna'))).size).toBe(second === 0 ? 0 : 1);
    vi.advanceTimersByTime(1_000);
  }
  expect((await admit(at('Mutation.order', 'here'), user('anna'))).size).toBe(0);
});

test('fields without a limit pass', async () => {
  const { consume: admit } = createFieldLimits(rules, counters());
  expect(
    (await admit(at('Query.other', ...Array.from({ length: 100 }, (_, place) => `${place}`)), user('anna'))).size,
  ).toBe(0);
  expect((await createFieldLimits(new Map(), counters()).consume(at('Query.search', 'a'), user('anna'))).size).toBe(0);
});

test('a graph without limited root fields has limits as well', async () => {
  const only = new Map([['Product.reviews', [{ limit: 1, duration: 5 }]]]);
  const { consume: admit } = createFieldLimits(only, counters());
  expect([...(await admit(at('Product.reviews', 'a', 'b'), user('anna'))).keys()]).toEqual(['b']);
});

test('a graph that is composed anew goes on with the counts of the old one, and in its bound', async () => {
  const shared = counters(10);
  for (let round = 0; round < 3; round++) {
    const { consume: admit } = createFieldLimits(rules, shared);
    expect((await admit(at('Query.search', 'a'), user('anna'))).size).toBe(round < 2 ? 0 : 1);
    for (let number = 0; number < 9; number++) await admit(at('Product.reviews', 'a'), user(`${round} ${number}`));
  }
  expect(shared.size).toBe(10);
  expect(vi.getTimerCount()).toBe(10);
});

test.each([
  [
    'Query.search',
    { limit: 0, duration: 60 },
    '@rateLimit on Query.search: limit is 0: give a whole number from 1 to 1000000000',
  ],
  [
    'Query.search',
    { limit: 5, duration: -1 },
    '@rateLimit on Query.search: duration is -1: give a whole number from 1 to 2073600',
  ],
  [
    'Query.search',
    { limit: 5, duration: 2_073_601 },
    '@rateLimit on Query.search: duration is 2073601: give a whole number from 1 to 2073600',
  ],
])('%s with %j is rejected', (coordinate, limit, message) => {
  expect(() => createFieldLimits(new Map([[coordinate, [limit]]]), counters())).toThrow(message);
});
