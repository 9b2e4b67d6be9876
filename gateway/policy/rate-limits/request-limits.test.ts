// Rate limits on requests, counted in memory. Time is vitest's, so that windows end without waiting.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { anonymous, checked, recordedLog, user } from '../../../test/rate-limits/counting.ts';
import { createCounters } from './counters.ts';
import { joinHeaderFields } from './header-fields.ts';
import { createRequestLimits, type RateLimitResult } from './request-limits.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function limitsOf(written: Parameters<typeof checked>[0]) {
  const config = checked(written);
  const counters = createCounters({ config, redis: null, log: recordedLog() });
  return { counters, ...createRequestLimits(config, counters) };
}

async function times(
  count: number,
  take: () => RateLimitResult | Promise<RateLimitResult>,
): Promise<RateLimitResult[]> {
  return Promise.all(Array.from({ length: count }, take));
}

const allowed = (admissions: RateLimitResult[]) => admissions.filter(({ rejected }) => rejected === null).length;

test('where nothing is limited, the result is synchronous and costs nothing', () => {
  const { consume: admit, consumeCost, counters } = limitsOf({});
  const result = admit(user('anna'));
  expect(result).toMatchObject({ rejected: null, headers: [] });
  expect(consumeCost(user('anna'), 1e9)).toBe(result);
  expect(counters.size).toBe(0);
});

test('each user has a window of requests, which starts anew when it is over', async () => {
  const { consume: admit } = limitsOf({ request: { limit: 3, duration: 60 } });
  expect(allowed(await times(5, () => admit(user('anna'))))).toBe(3);
  expect(allowed(await times(5, () => admit(user('bert'))))).toBe(3);
  vi.advanceTimersByTime(59_000);
  expect((await admit(user('anna'))).rejected).toMatchObject({ policy: 'default', retryAfter: 1 });
  vi.advanceTimersByTime(1_000);
  expect(allowed(await times(5, () => admit(user('anna'))))).toBe(3);
});

test('further requests do not extend the window', async () => {
  const { consume: admit } = limitsOf({ request: { limit: 1, duration: 60 } });
  await admit(user('anna'));
  for (let second = 1; second < 60; second++) {
    vi.advanceTimersByTime(1_000);
    expect((await admit(user('anna'))).rejected?.retryAfter).toBe(60 - second);
  }
  vi.advanceTimersByTime(1_000);
  expect((await admit(user('anna'))).rejected).toBeNull();
});

test('anonymous callers are counted by address, and an IPv6 subscriber by network', async () => {
  const { consume: admit } = limitsOf({ request: { limit: 1, duration: 60 } });
  const takes = ['192.0.2.1', '192.0.2.1', '192.0.2.2', '2001:db8::1', '2001:db8::ffff:2', '2001:db8:0:1::1'];
  const admissions = await Promise.all(takes.map((address) => admit(anonymous(address))));
  expect(admissions.map(({ rejected }) => rejected === null)).toEqual([true, false, true, true, false, true]);
});

test('a user does not consume the limit of the address', async () => {
  const { consume: admit } = limitsOf({ request: { limit: 1, duration: 60 } });
  await admit(user('anna'));
  expect((await admit(anonymous('192.0.2.1'))).rejected).toBeNull();
  const forger = user('forger', { key: 'address:192.0.2.7' });
  await admit(forger);
  expect((await admit(anonymous('192.0.2.7'))).rejected).toBeNull();
});

test('an address and a client have limits over all their users', async () => {
  const { consume: admit } = limitsOf({
    perAddress: { limit: 3, duration: 60 },
    perClient: { limit: 2, duration: 60 },
  });
  const web = (subject: string) => ({ ...user(subject), client: 'web' });
  const admissions = [await admit(web('a')), await admit(web('b')), await admit(web('c'))];
  expect(admissions.map(({ rejected }) => rejected?.policy ?? null)).toEqual([null, null, 'client']);
  expect((await admit(user('d'))).rejected).toBeNull();
  expect((await admit(user('e'))).rejected?.policy).toBe('address');
});

test('a request that one limit rejects consumes nothing of the others', async () => {
  const { consume: admit } = limitsOf({ request: { limit: 2, duration: 60 }, perAddress: { limit: 4, duration: 60 } });
  expect(allowed(await times(10, () => admit(user('anna'))))).toBe(2);
  expect(allowed(await times(10, () => admit(user('bert'))))).toBe(2);
  expect((await admit(user('carl'))).rejected?.policy).toBe('address');
  // Carl's own limit is not consumed by requests of the rejected address.
  expect((await admit({ ...user('carl'), address: '198.51.100.1' })).headers).toContainEqual([
    'RateLimit',
    '"default";r=1;t=60',
  ]);
});

test('an operation consumes its cost, and a rejected one nothing', async () => {
  const { consumeCost } = limitsOf({ cost: { budget: 100, duration: 60 } });
  expect((await consumeCost(user('anna'), 60.2)).headers).toEqual([
    ['RateLimit-Policy', '"cost";q=100;w=60;qu="cost"'],
    ['RateLimit', '"cost";r=39;t=60'],
  ]);
  const { rejected, headers } = await consumeCost(user('anna'), 50);
  expect(rejected).toMatchObject({
    policy: 'cost',
    message: 'Operations may cost at most 100 in 60 seconds. Try again in 60 seconds.',
    retryAfter: 60,
  });
  expect(headers).toContainEqual(['RateLimit', '"cost";r=39;t=60']);
  expect((await consumeCost(user('anna'), 39)).rejected).toBeNull();
  expect((await consumeCost(user('anna'), 1)).rejected).not.toBeNull();
});

test('an operation over the whole budget gets an error for that, and consumes nothing', async () => {
  const { consumeCost } = limitsOf({ cost: { budget: 100, duration: 60 } });
  for (const cost of [101, 1e300, Number.POSITIVE_INFINITY]) {
    expect((await consumeCost(user('anna'), cost)).rejected?.message).toBe(
      `The operation's estimated cost is ${cost}. Operations may cost at most 100 in 60 seconds.`,
    );
  }
  expect((await consumeCost(user('anna'), 100)).rejected).toBeNull();
});

test('what is rejected is never counted, not even for a moment', async () => {
  const { consumeCost } = limitsOf({ cost: { budget: 100, duration: 60 } });
  const results = await Promise.all([60, 50, 40].map((cost) => consumeCost(user('anna'), cost)));
  expect(results.map(({ rejected }) => rejected === null)).toEqual([true, false, true]);
});

test('a refund is for its own window: one that has ended gets nothing, nor does the next one', async () => {
  const { counters } = limitsOf({});
  const counter = counters.counter('default', 10, 60);
  const { window } = await counter.consume('anna', 6);
  counter.refund('anna', 2, window);
  expect(await counter.consume('anna', 1)).toMatchObject({ allowed: true, remaining: 5 });
  counter.refund('anna', -20, window);
  expect(await counter.consume('anna', 1)).toMatchObject({ allowed: false, remaining: 0 });
  vi.advanceTimersByTime(60_000);
  counter.refund('anna', 5, window);
  expect(await counter.consume('anna', 3)).toMatchObject({ allowed: true, remaining: 7 });
  counter.refund('anna', 5, window);
  expect(await counter.consume('anna', 1)).toMatchObject({ remaining: 6 });
  counter.refund('anna', 100);
  expect(await counter.consume('anna', 1)).toMatchObject({ remaining: 9 });
});

test('an operation without cost consumes nothing', async () => {
  const { consumeCost } = limitsOf({ cost: { budget: 1, duration: 60 } });
  await times(5, () => consumeCost(user('anna'), 0));
  expect((await consumeCost(user('anna'), 1)).rejected).toBeNull();
});

test('a plan has its own limits, leaves out none of the others, and may lift them', async () => {
  const { consume: admit, consumeCost } = limitsOf({
    request: { limit: 1, duration: 60 },
    cost: { budget: 5, duration: 60 },
    plans: {
      gold: { request: { limit: 3, duration: '1m' } },
      partner: { request: false, cost: false },
    },
  });
  const gold = user('gold', { ratePlan: 'gold' });
  expect(allowed(await times(5, () => admit(gold)))).toBe(3);
  expect((await consumeCost(gold, 6)).rejected).not.toBeNull();
  const partner = user('partner', { ratePlan: 'partner' });
  expect(allowed(await times(5, () => admit(partner)))).toBe(5);
  expect(allowed(await times(5, () => consumeCost(partner, 100)))).toBe(5);
  expect(allowed(await times(5, () => admit(user('none', { ratePlan: 'unknown' }))))).toBe(1);
});

test('a plan that leaves a limit undefined does not lift it', async () => {
  const { consume: admit } = limitsOf({ request: { limit: 1, duration: 60 }, plans: { gold: { request: undefined } } });
  expect(allowed(await times(5, () => admit(user('gold', { ratePlan: 'gold' }))))).toBe(1);
});

test("a client's plan is for identities that its access rules allow; others gain nothing by naming a client", async () => {
  const plans = { gold: { request: { limit: 3, duration: 60 } }, mobile: { request: { limit: 2, duration: 60 } } };
  const { consume: admit } = limitsOf({ request: { limit: 1, duration: 60 }, plans });
  expect(allowed(await times(5, () => admit({ ...user('u', {}), ratePlan: 'mobile', holdsPlan: true })))).toBe(2);
  expect(allowed(await times(5, () => admit({ ...user('v', {}), ratePlan: 'mobile' })))).toBe(1);
  expect(allowed(await times(5, () => admit({ ...anonymous('192.0.2.1'), ratePlan: 'mobile' })))).toBe(1);
  expect(allowed(await times(5, () => admit({ ...user('g', { ratePlan: 'gold' }), ratePlan: 'mobile' })))).toBe(3);
});

test('a user gets what is left of their own limit', async () => {
  const { consume: admit } = limitsOf({
    request: { limit: 100, duration: '1m' },
    perAddress: { limit: 1, duration: 10 },
  });
  expect((await admit(user('anna'))).headers).toEqual([
    ['RateLimit-Policy', '"default";q=100;w=60'],
    ['RateLimit', '"default";r=99;t=60'],
  ]);
  expect(await admit(user('anna'))).toMatchObject({
    rejected: {
      policy: 'address',
      message: 'Too many requests. Try again in 10 seconds.',
      retryAfter: 10,
    },
    headers: [
      ['RateLimit-Policy', '"default";q=100;w=60'],
      ['RateLimit', '"default";r=99;t=60'],
      ['Retry-After', '10'],
    ],
  });
});

test('anonymous callers get Retry-After only', async () => {
  const { consume: admit } = limitsOf({ request: { limit: 1, duration: 60 } });
  expect(await admit(anonymous('192.0.2.1'))).toMatchObject({ rejected: null, headers: [] });
  expect(await admit(anonymous('192.0.2.1'))).toMatchObject({
    rejected: { message: 'Too many requests. Try again in 60 seconds.' },
    headers: [['Retry-After', '60']],
  });
});

test('every caller gets all headers where the configuration is always, and none where it is never', async () => {
  const written = { request: { limit: 1, duration: 60 }, perAddress: { limit: 5, duration: 10 } };
  const open = limitsOf({ ...written, headers: 'always' });
  await open.consume(anonymous('192.0.2.1'));
  expect(await open.consume(anonymous('192.0.2.1'))).toMatchObject({
    rejected: { message: 'At most 1 request may be sent in 60 seconds. Try again in 60 seconds.' },
    headers: [
      ['RateLimit-Policy', '"default";q=1;w=60, "address";q=5;w=10'],
      ['RateLimit', '"default";r=0;t=60, "address";r=4;t=10'],
      ['Retry-After', '60'],
    ],
  });
  const closed = limitsOf({ ...written, headers: false });
  expect((await closed.consume(user('anna'))).headers).toEqual([]);
  expect((await closed.consume(user('anna'))).headers).toEqual([['Retry-After', '60']]);
});

test('several decisions share one header field of each name', () => {
  const request = [
    ['RateLimit', '"default";r=1;t=2'],
    ['Retry-After', '2'],
  ] as const;
  const cost = [
    ['RateLimit', '"cost";r=5;t=9'],
    ['Retry-After', '9'],
  ] as const;
  expect(joinHeaderFields(request, cost)).toEqual([
    ['RateLimit', '"default";r=1;t=2, "cost";r=5;t=9'],
    ['Retry-After', '9'],
  ]);
});

test('the number of counts is bounded, and frequent callers retain theirs', async () => {
  const { consume: admit, counters } = limitsOf({ request: { limit: 2, duration: 3600 }, maxCounts: 100 });
  for (let number = 0; number < 5_000; number++) {
    await admit(anonymous(`10.0.${number >> 8}.${number & 255}`));
    await admit(user('busy'));
  }
  expect(counters.size).toBe(100);
  // Every evicted count took its timer with it.
  expect(vi.getTimerCount()).toBe(100);
  expect((await admit(user('busy'))).rejected).not.toBeNull();
});
