// Many identities at once, with all cached and shared that may be, in Redis. `cross-user.ts` does the same with 100,000 requests.
import { expect, test } from 'vitest';
import { crossUsers } from './cross-user-requests.ts';

test('of 2,500 mixed requests by 50 identities none gets another’s data', { timeout: 120_000 }, async () => {
  const { requests, operations, wrong, calls, stats } = await crossUsers({ count: 2500 });
  expect(wrong).toEqual([]);
  expect(requests).toBe(2500);
  // Otherwise nothing would be proved: every instance has to have much of it from the caches.
  expect(calls).toBeLessThan(operations);
  for (const { responses, entities } of stats) {
    expect(responses.hits).toBeGreaterThan(50);
    expect(entities.hits).toBeGreaterThan(50);
  }
});
