// Totals of the metrics are those of the load that was sent, to the last request.
import { expect, onTestFinished, test } from 'vitest';
import { createGateway } from '../../gateway/index.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { readMetrics, total } from './exposed.ts';
import { loadedConfig, measuredTotals, sendLoad, startLoadedService } from './load.ts';

test('2,000 requests with errors, rejections, batches and WebSockets', async () => {
  const service = await startLoadedService();
  onTestFinished(service.stop);
  const { config, sdl } = loadedConfig(service);
  const gateway = createGateway(config, temporaryFolder({ 'load.graphql': sdl }));
  onTestFinished(() => gateway.stop().then(() => undefined));
  const origin = await gateway.start();
  const expected = await sendLoad(origin, service, { requests: 2_000 });
  expect(Object.keys(expected.errors).length).toBeGreaterThan(4);
  // Some have joined an equal one in flight.
  expect(expected.fetches).toBeGreaterThan(expected.sentToService);
  // A response is complete at its client before the gateway has counted it.
  await expect.poll(async () => measuredTotals(await readMetrics(`${origin}/metrics`))).toEqual(expected);
  const text = await readMetrics(`${origin}/metrics`);
  expect(total(text, 'concierge_requests_in_flight') + total(text, 'concierge_subgraph_requests_in_flight')).toBe(0);
  const plans = (outcome: string) => total(text, 'concierge_plan_cache_reads_total', { outcome });
  const documents = Object.keys(expected.operations).filter((name) => name !== '');
  // Each is planned once, or more often where requests for it come at the same time.
  expect(plans('miss')).toBeGreaterThanOrEqual(documents.length);
  expect(plans('hit')).toBeGreaterThan(10 * plans('miss'));
});
