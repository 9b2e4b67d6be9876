// Configuration of rate limits and addresses, and its messages.
import { expect, test } from 'vitest';
import { z } from 'zod';
import { addressesSchema, trustedProxiesSchema } from './addresses.ts';
import { checked } from './checked.ts';
import { rateLimitsSchema } from './rate-limits.ts';

const schema = z.strictObject({
  rateLimits: rateLimitsSchema.prefault({}),
  addresses: addressesSchema.prefault({}),
  trustedProxies: trustedProxiesSchema,
});

function rejection(config: unknown): string {
  try {
    checked(schema, config, 'file');
    return '';
  } catch (error) {
    const [, ...lines] = (error as Error).message.split('\n');
    return lines.map((line) => line.trim()).join('\n');
  }
}

const aWindow = 'give whole seconds from 1 to 2073600 (24 days), as a number or as text such as "30s", "5m", "1h"';
const aRange = 'give an address or a range such as "192.0.2.7", "10.0.0.0/8" or "2001:db8::/32"';

test('nothing is limited by default', () => {
  expect(schema.parse({})).toEqual({
    rateLimits: {
      mode: 'enforce',
      plans: {},
      quotas: {},
      quotasWithoutRedis: 'count',
      timeZone: 'UTC',
      headers: true,
      redisTimeout: 50,
      localShare: 1,
      maxCounts: 100_000,
    },
    addresses: {},
    trustedProxies: [],
  });
});

test.each<[number | string, number]>([
  [1, 1],
  [60, 60],
  ['30s', 30],
  ['5m', 300],
  ['12h', 43_200],
  ['2000ms', 2],
  ['34560m', 2_073_600],
])('a window of %j is %d seconds', (duration, seconds) => {
  const checked = schema.parse({ rateLimits: { request: { limit: 5, duration } } });
  expect(checked.rateLimits.request).toEqual({ limit: 5, duration: seconds });
});

test.each([0, -1, 1.5, '500ms', '1500ms', '1d', 'a minute', '', 2_073_601, '34561m', true, null])(
  'a window of %j is rejected',
  (duration) => {
    const config = { rateLimits: { request: { limit: 5, duration } } };
    expect(rejection(config)).toBe(`rateLimits.request.duration is ${JSON.stringify(duration)}: ${aWindow}`);
  },
);

test.each<[string, unknown, string]>([
  [
    'a limit of nothing',
    { request: { limit: 0, duration: 60 } },
    'rateLimits.request.limit is 0: give requests as a whole number from 1 to 1000000000',
  ],
  [
    'a budget in text',
    { cost: { budget: 'much', duration: 60 } },
    'rateLimits.cost.budget is "much": give cost as a whole number from 1 to 1000000000',
  ],
  ['a limit without a window', { perAddress: { limit: 5 } }, `rateLimits.perAddress.duration is missing: ${aWindow}`],
  [
    'a limit that is a number',
    { perClient: 100 },
    'rateLimits.perClient is 100: give an object such as { limit: 100, duration: "1m" }',
  ],
  ['an unknown word for headers', { headers: 'often' }, 'rateLimits.headers is "often": give true, false or "always"'],
  [
    'an option that there is not',
    { requests: {} },
    'rateLimits.requests is not an option; did you mean rateLimits.request?',
  ],
  [
    'a plan that lifts a limit with true',
    { plans: { gold: { request: true } } },
    'rateLimits.plans.gold.request is true: give { limit: 100, duration: "1m" }, or false for no limit',
  ],
  [
    'a time-out of a minute',
    { redisTimeout: 60_000 },
    'rateLimits.redisTimeout is 60000: give milliseconds as a whole number from 1 to 1000',
  ],
])('%s is rejected', (_what, rateLimits, message) => {
  expect(rejection({ rateLimits })).toBe(message);
});

test('a plan may lift a limit', () => {
  const { rateLimits } = schema.parse({ rateLimits: { plans: { partner: { request: false } } } });
  expect(rateLimits.plans).toEqual({ partner: { request: false } });
});

test.each([
  '10.0.0.0/33',
  '2001:db8::/129',
  '10.0.0/8',
  'example.com',
  '10.0.0.0/',
  '10.0.0.0/8/8',
  '10.0.0.0/-1',
  'fe80::1%eth0',
  '',
])('an address list with %j is rejected', (range) => {
  expect(rejection({ addresses: { deny: ['10.0.0.1', range] } })).toBe(
    `addresses.deny[1] is ${JSON.stringify(range)}: ${aRange}`,
  );
});

test('an empty allow list is rejected, as it would shut the gateway', () => {
  expect(rejection({ addresses: { allow: [] } })).toBe(
    `addresses.allow is []: ${aRange}, in a list; without the list every address is allowed`,
  );
});

test('addresses, ranges and names of networks may be proxies, but not every address', () => {
  const trustedProxies = ['loopback', 'linklocal', 'uniquelocal', '10.0.0.0/8', '192.0.2.7', '2001:db8::/32'];
  expect(schema.parse({ trustedProxies }).trustedProxies).toEqual(trustedProxies);
  expect(rejection({ trustedProxies: ['local'] })).toBe(
    `trustedProxies[0] is "local": ${aRange}, or "loopback", "linklocal" or "uniquelocal"`,
  );
  for (const everyone of ['0.0.0.0/0', '::/0', '10.0.0.0/00']) {
    expect(rejection({ trustedProxies: [everyone] })).toBe(
      `trustedProxies[0] is "${everyone}": this trusts every address: give the addresses of the proxies`,
    );
  }
});
