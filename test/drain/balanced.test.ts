// Rolling restart behind HAProxy under load: no request fails. `rolling-restarts.ts` does the same with processes, signals
// and workers, as often as one likes.
import { expect, onTestFinished, test } from 'vitest';
import { createGateway } from '../../gateway/index.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { freePorts } from '../harness/ports.ts';
import { startService } from '../values/served-graph.ts';
import { startHaproxy } from './haproxy.ts';
import { startLoad } from './load.ts';

test('a rolling restart of two gateways behind HAProxy fails no request', async () => {
  const service = await startService(() => ({ data: { a: 1 } }));
  const folder = temporaryFolder({ 'first.graphql': 'type Query { a: Int }', 'haproxy.cfg': '' });
  const ports = await freePorts(2);
  const start = async (port: number) => {
    const gateway = createGateway(
      {
        ...{ port, log: { level: 'silent' }, overload: false, shutdownDelay: '1h' },
        subgraphs: { first: { url: service.url, schema: 'first.graphql' } },
      },
      folder,
    );
    await gateway.start();
    return gateway;
  };
  const gateways = new Map<number, Awaited<ReturnType<typeof start>>>();
  for (const port of ports) gateways.set(port, await start(port));
  onTestFinished(async () => {
    await Promise.all([...gateways.values()].map((gateway) => gateway.stop({ delay: 0 })));
  });
  const balancer = await startHaproxy({
    ...{ ports, interval: 50 },
    write: (text) => `${temporaryFolder({ 'haproxy.cfg': text })}/haproxy.cfg`,
  });
  onTestFinished(balancer.stop);
  const load = startLoad(`${balancer.origin}/graphql`, '{ a }', '{"data":{"a":1}}');
  await load.more(50);
  for (const [port, gateway] of gateways) {
    const stopped = gateway.stop();
    await balancer.until(port, 'DOWN');
    await load.more(50);
    expect(await Promise.all([stopped, gateway.stop({ delay: 0 })])).toEqual([0, 0]);
    gateways.set(port, await start(port));
    await balancer.until(port, 'UP');
    await load.more(50);
  }
  await load.stop();
  expect(load.failures).toEqual([]);
});
