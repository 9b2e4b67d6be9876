// Drain of `concierge start` as it is in production: workers under a supervisor, which gets the signal.
import { expect, test } from 'vitest';
import { query, startSupervised } from '../supervisor/supervised-gateway.ts';

test('after SIGTERM the workers serve for `shutdownDelay`, and are not ready; a second signal ends all at once', async () => {
  const { url, process } = await startSupervised("shutdownDelay: '1h', health: { port: 0 }, log: { format: 'json' },");
  const health = (await process.line(({ msg }) => msg === 'listening for health')) as { url: string };
  const statuses = () =>
    Promise.all(
      [new URL('/readiness', url), `${health.url}/readiness`, `${health.url}/healthcheck`].map(
        async (each) => (await fetch(each, { headers: { connection: 'close' } })).status,
      ),
    );
  expect(await statuses()).toEqual([200, 200, 200]);
  process.signal('SIGTERM');
  await process.line(({ msg }) => msg === 'stopping');
  // The worker has it from the supervisor.
  await expect.poll(statuses, { timeout: 60_000 }).toEqual([503, 503, 200]);
  expect((await query(url)).data?.served).toMatch(/^\d+$/);
  expect(await process.insist('SIGTERM')).toBe(1);
});
