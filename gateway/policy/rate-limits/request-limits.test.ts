// Limits on requests, counted in memory. Time is vitest's, so that windows end without anybody waiting.
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { anonymous, checked, recordedLog, user } from '../../../test/rate-limits/counting.ts';
import { createCounters } from './counters.ts';
import { joinHeaderFields } from './header-fields.ts';
import { type Admission, createRequestLimits } from './request-limits.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function limitsOf(written: Parameters<typeof checked>[0]) {
  const config = checked(written);
  const counters = createCounters({ config, redis: null, log: recordedLog() });
  return { counters, ...createRequestLimits(config, counters) };
}

async function times(count: number, take: () => Admission | Promise<Admission>): Promise<Admission[]> {
  return Promise.all(Array.from({ length: count }, take));
}

const allowed = (admissions: Admission[]) => admissions.filter(({ refused }) => refused === null).length;

test('where nothing is limited, the answer is there at once and costs nothing', () => {
  const { admit, takeCost, counters } = limitsOf({});
  const admission = admit(user('anna'));
  expect(admission).toEqual({ refused: null, headers: [] });
  expect(takeCost(user('anna'), 1e9)).toBe(admission);
  expect(counters.size).toBe(0);
});

test('each user has a window of requests, which begins anew when it is over', async () => {
  const { admit } = limitsOf({ request: { limit: 3, duration: 60 } });
  expect(allowed(await times(5, () => admit(user('anna'))))).toBe(3);
  expect(allowed(await times(5, () => admit(user('bert'))))).toBe(3);
  vi.advanceTimersByTime(59_000);
  expect((await admit(user('anna'))).refused).toMatchObject({ policy: 'default', retryAfter: 1 });
  vi.advanceTimersByTime(1_000);
  expect(allowed(await times(5, () => admit(user('anna'))))).toBe(3);
});

test('somebody who goes on asking does not make the window longer', async () => {
  const { admit } = limitsOf({ request: { limit: 1, duration: 60 } });
  await admit(user('anna'));
  for (let second = 1; second < 60; second++) {
    vi.advanceTimersByTime(1_000);
    expect((await admit(user('anna'))).refused?.retryAfter).toBe(60 - second);
  }
  vi.advanceTimersByTime(1_000);
  expect((await admit(user('anna'))).refused).toBeNull();
});

test('those who have not signed in are counted by address, and an IPv6 subscriber by network', async () => {
  const { admit } = limitsOf({ request: { limit: 1, duration: 60 } });
  const takes = ['192.0.2.1', '192.0.2.1', '192.0.2.2', '2001:db8::1', '2001:db8::ffff:2', '2001:db8:0:1::1'];
  const admissions = await Promise.all(takes.map((address) => admit(anonymous(address))));
  expect(admissions.map(({ refused }) => refused === null)).toEqual([true, false, true, true, false, true]);
});

test('a user does not use up what belongs to the address', async () => {
  const { admit } = limitsOf({ request: { limit: 1, duration: 60 } });
  await admit(user('anna'));
  expect((await admit(anonymous('192.0.2.1'))).refused).toBeNull();
  const forger = user('forger', { key: 'address:192.0.2.7' });
  await admit(forger);
  expect((await admit(anonymous('192.0.2.7'))).refused).toBeNull();
});

test('an address and a client have limits over all their users', async () => {
  const { admit } = limitsOf({ perAddress: { limit: 3, duration: 60 }, perClient: { limit: 2, duration: 60 } });
  const web = (subject: string) => ({ ...user(subject), client: 'web' });
  const admissions = [await admit(web('a')), await admit(web('b')), await admit(web('c'))];
  expect(admissions.map(({ refused }) => refused?.policy ?? null)).toEqual([null, null, 'client']);
  expect((await admit(user('d'))).refused).toBeNull();
  expect((await admit(user('e'))).refused?.policy).toBe('address');
});

test('what one limit refuses takes nothing from the others', async () => {
  const { admit } = limitsOf({ request: { limit: 2, duration: 60 }, perAddress: { limit: 4, duration: 60 } });
  expect(allowed(await times(10, () => admit(user('anna'))))).toBe(2);
  expect(allowed(await times(10, () => admit(user('bert'))))).toBe(2);
  expect((await admit(user('carl'))).refused?.policy).toBe('address');
  // Carl lost nothing of his own to the address that was refused.
  expect((await admit({ ...user('carl'), address: '198.51.100.1' })).headers).toContainEqual([
    'RateLimit',
    '"default";r=1;t=60',
  ]);
});

test('an operation takes its cost, and one that is refused takes nothing', async () => {
  const { takeCost } = limitsOf({ cost: { budget: 100, duration: 60 } });
  expect((await takeCost(user('anna'), 60.2)).headers).toEqual([
    ['RateLimit-Policy', '"cost";q=100;w=60;qu="cost"'],
    ['RateLimit', '"cost";r=39;t=60'],
  ]);
  const { refused, headers } = await takeCost(user('anna'), 50);
  expect(refused).toEqual({
    code: 'RATE_LIMIT_EXCEEDED',
    policy: 'cost',
    message: 'Operations may cost at most 100 in 60 seconds. Try again in 60 seconds.',
    retryAfter: 60,
  });
  expect(headers).toContainEqual(['RateLimit', '"cost";r=39;t=60']);
  expect((await takeCost(user('anna'), 39)).refused).toBeNull();
  expect((await takeCost(user('anna'), 1)).refused).not.toBeNull();
});

test('an operation that costs more than the whole budget is told so, and costs nothing', async () => {
  const { takeCost } = limitsOf({ cost: { budget: 100, duration: 60 } });
  for (const cost of [101, 1e300, Number.POSITIVE_INFINITY]) {
    expect((await takeCost(user('anna'), cost)).refused?.message).toBe(
      `The operation's estimated cost is ${cost}. Operations may cost at most 100 in 60 seconds.`,
    );
  }
  expect((await takeCost(user('anna'), 100)).refused).toBeNull();
});

test('an operation that costs nothing takes nothing', async () => {
  const { takeCost } = limitsOf({ cost: { budget: 1, duration: 60 } });
  await times(5, () => takeCost(user('anna'), 0));
  expect((await takeCost(user('anna'), 1)).refused).toBeNull();
});

test('a plan has its own limits, leaves out none of the others, and may lift them', async () => {
  const { admit, takeCost } = limitsOf({
    request: { limit: 1, duration: 60 },
    cost: { budget: 5, duration: 60 },
    plans: {
      gold: { request: { limit: 3, duration: '1m' } },
      partner: { request: false, cost: false },
    },
  });
  const gold = user('gold', { ratePlan: 'gold' });
  expect(allowed(await times(5, () => admit(gold)))).toBe(3);
  expect((await takeCost(gold, 6)).refused).not.toBeNull();
  const partner = user('partner', { ratePlan: 'partner' });
  expect(allowed(await times(5, () => admit(partner)))).toBe(5);
  expect(allowed(await times(5, () => takeCost(partner, 100)))).toBe(5);
  expect(allowed(await times(5, () => admit(user('none', { ratePlan: 'unknown' }))))).toBe(1);
});

test('a plan that leaves a limit undefined does not lift it', async () => {
  const { admit } = limitsOf({ request: { limit: 1, duration: 60 }, plans: { gold: { request: undefined } } });
  expect(allowed(await times(5, () => admit(user('gold', { ratePlan: 'gold' }))))).toBe(1);
});

test("a client's plan is for identities that its access rules let in; others get nothing by naming a client", async () => {
  const plans = { gold: { request: { limit: 3, duration: 60 } }, mobile: { request: { limit: 2, duration: 60 } } };
  const { admit } = limitsOf({ request: { limit: 1, duration: 60 }, plans });
  expect(allowed(await times(5, () => admit({ ...user('u', {}), ratePlan: 'mobile', holdsPlan: true })))).toBe(2);
  expect(allowed(await times(5, () => admit({ ...user('v', {}), ratePlan: 'mobile' })))).toBe(1);
  expect(allowed(await times(5, () => admit({ ...anonymous('192.0.2.1'), ratePlan: 'mobile' })))).toBe(1);
  expect(allowed(await times(5, () => admit({ ...user('g', { ratePlan: 'gold' }), ratePlan: 'mobile' })))).toBe(3);
});

test('a user is told what is left, about the limit that is theirs alone', async () => {
  const { admit } = limitsOf({ request: { limit: 100, duration: '1m' }, perAddress: { limit: 1, duration: 10 } });
  expect((await admit(user('anna'))).headers).toEqual([
    ['RateLimit-Policy', '"default";q=100;w=60'],
    ['RateLimit', '"default";r=99;t=60'],
  ]);
  expect(await admit(user('anna'))).toEqual({
    refused: {
      code: 'RATE_LIMIT_EXCEEDED',
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

test('those who have not signed in learn only when to come back', async () => {
  const { admit } = limitsOf({ request: { limit: 1, duration: 60 } });
  expect(await admit(anonymous('192.0.2.1'))).toEqual({ refused: null, headers: [] });
  expect(await admit(anonymous('192.0.2.1'))).toMatchObject({
    refused: { message: 'Too many requests. Try again in 60 seconds.' },
    headers: [['Retry-After', '60']],
  });
});

test('everybody is told everything where the configuration says always, and nobody where it says no', async () => {
  const written = { request: { limit: 1, duration: 60 }, perAddress: { limit: 5, duration: 10 } };
  const open = limitsOf({ ...written, headers: 'always' });
  await open.admit(anonymous('192.0.2.1'));
  expect(await open.admit(anonymous('192.0.2.1'))).toMatchObject({
    refused: { message: 'At most 1 request may be sent in 60 seconds. Try again in 60 seconds.' },
    headers: [
      ['RateLimit-Policy', '"default";q=1;w=60, "address";q=5;w=10'],
      ['RateLimit', '"default";r=0;t=60, "address";r=4;t=10'],
      ['Retry-After', '60'],
    ],
  });
  const closed = limitsOf({ ...written, headers: false });
  expect((await closed.admit(user('anna'))).headers).toEqual([]);
  expect((await closed.admit(user('anna'))).headers).toEqual([['Retry-After', '60']]);
});

test('what several decisions say stands in one field each', () => {
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

test('as many counts are kept as there is room for, and who asks often keeps theirs', async () => {
  const { admit, counters } = limitsOf({ request: { limit: 2, duration: 3600 }, maxCounts: 100 });
  for (let number = 0; number < 5_000; number++) {
    await admit(anonymous(`10.0.${number >> 8}.${number & 255}`));
    await admit(user('busy'));
  }
  expect(counters.size).toBe(100);
  // Every count that was pushed out took its timer with it.
  expect(vi.getTimerCount()).toBe(100);
  expect((await admit(user('busy'))).refused).not.toBeNull();
});
