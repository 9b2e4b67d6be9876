// Many identities at once, with all cached and shared that may be, in Redis. `cross-user.ts` does the same with 100,000 requests.
import { expect, test } from 'vitest';
import { crossUsers } from './cross-user-requests.ts';

test('of 5,000 mixed requests by 50 identities none gets another’s data', { timeout: 120_000 }, async () => {
  const { requests, wrong, calls, stats } = await crossUsers({ count: 5000 });
  expect(wrong).toEqual([]);
  expect(requests).toBe(5000);
  // Otherwise nothing would be proved: most of it has to come from a cache.
  expect(calls).toBeLessThan(5000);
  expect(stats).toMatchObject([
    { responses: { hits: expect.any(Number) } },
    { responses: { hits: expect.any(Number) } },
    { responses: { hits: expect.any(Number) } },
  ]);
});
