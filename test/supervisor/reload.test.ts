// Reloads of `concierge start`: a new generation serves while the old one finishes, and what cannot be served changes
// nothing.
import { writeFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { readMetrics, total } from '../metrics/exposed.ts';
import { startLoad } from './load.ts';
import { configText, send, startSupervised } from './supervised-gateway.ts';

const token = 'a-token-of-operators';
const options = `admin: { port: 0, token: '${token}' }, metrics: { port: 0, public: true }, log: { sample: 0 }`;

test('a change of a file, SIGHUP and /admin/reload reload without a failed request; what is wrong is rejected', async () => {
  const { folder, url, process: supervisor } = await startSupervised(options);
  const { url: admin } = await supervisor.line(({ msg }) => msg === 'listening for admin');
  const load = startLoad(url, 8);
  onTestFinished(async () => {
    await load.stop();
  });
  const write = (text: string) => writeFileSync(`${folder}/gateway.config.mjs`, text);
  /** Until all requests are served by this generation. */
  const untilServed = async (value: string) => {
    for (;;) {
      load.served.clear();
      const { responses } = load;
      while (load.responses < responses + 50) await delay(10);
      if (load.served.size === 1 && load.served.has(value)) return;
    }
  };

  write(configText(options, "'second'"));
  expect(await supervisor.line(({ msg }) => msg === 'reloaded')).toMatchObject({
    by: 'files',
    generation: 2,
    files: [`${folder}/gateway.config.mjs`],
  });
  await untilServed('second');

  write(configText(`${options}, ports: 4`, "'third'"));
  supervisor.signal('SIGHUP');
  const rejected = await supervisor.line(({ msg }) => String(msg).startsWith('reload rejected'));
  expect(rejected).toMatchObject({ level: 50, by: 'signal', generation: 2, reason: expect.stringContaining('ports') });
  expect(await send('GET', new URL('/readiness', url))).toMatchObject({
    status: 200,
    body: { status: 'ok', generation: 2 },
  });

  write(configText(options, "'fourth'"));
  const reloaded = await send('POST', `${admin}/admin/reload`, { authorization: `Bearer ${token}` });
  expect(reloaded).toMatchObject({ status: 200, body: { result: 'reloaded' } });
  await supervisor.line(({ msg, action }) => msg === 'audit' && action === 'POST /admin/reload');
  await untilServed('fourth');

  const metrics = await readMetrics(new URL('/metrics', url).href);
  expect(total(metrics, 'concierge_generation')).toBeGreaterThanOrEqual(3);
  expect(total(metrics, 'concierge_reloads_total', { file: 'all', outcome: 'failed' })).toBeGreaterThanOrEqual(1);
  expect(total(metrics, 'concierge_reloads_total', { file: 'all', outcome: 'ok' })).toBeGreaterThanOrEqual(2);

  expect(await load.stop()).toEqual([]);
  expect(await supervisor.stop()).toBe(0);
  const messages = supervisor.lines().map(({ msg }) => msg);
  expect(messages.slice(-2)).toEqual(['stopping', 'stopped']);
  expect(supervisor.output()).toBe('');
});
