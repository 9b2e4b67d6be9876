// Prometheus itself reads the metrics, and its queries have what was sent; the rules of deploy/ are valid to it.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../harness/folder.ts';
import { requireProgram } from '../harness/programs.ts';
import { post, type Service, serveGraph } from '../values/served-graph.ts';

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** Runs Prometheus, which reads the gateway's metrics each 200 ms; returns a query for its values. */
async function prometheus(target: string) {
  const folder = temporaryFolder({
    'prometheus.yml': `global: { scrape_interval: 200ms }
scrape_configs: [{ job_name: concierge, static_configs: [{ targets: ['${new URL(target).host}'] }] }]
`,
  });
  const port = await freePort();
  const child = spawn(
    requireProgram('prometheus'),
    [
      ...['--config.file', `${folder}/prometheus.yml`, '--storage.tsdb.path', `${folder}/data`],
      ...['--web.listen-address', `127.0.0.1:${port}`, '--log.level', 'error', '--enable-feature', 'exemplar-storage'],
    ],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  let printed = '';
  child.stderr.on('data', (chunk) => {
    printed += chunk;
  });
  onTestFinished(async () => {
    if (child.exitCode !== null) return;
    child.kill();
    await once(child, 'exit');
  });
  return async (expression: string): Promise<number | null> => {
    if (child.exitCode !== null) throw new Error(`Prometheus has ended: ${printed}`);
    const url = `http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(expression)}`;
    const response = await fetch(url).catch(() => null);
    if (!response?.ok) return null;
    const { data } = (await response.json()) as { data: { result: { value: [number, string] }[] } };
    return data.result.length === 0 ? null : Number(data.result[0]?.value[1]);
  };
}

test('Prometheus has the number of requests, and computes a percentile of their durations', async () => {
  const { origins, services } = await serveGraph({
    services: { first: 'type Query { a: Int }' },
    config: { metrics: { public: true } },
  });
  (services.first as Service).returns = () => ({ data: { a: 1 } });
  const origin = origins[0] as string;
  const query = await prometheus(origin);
  for (let count = 0; count < 20; count += 1) await post(origin, 'query Named { a }');
  const sum = 'sum(http_server_request_duration_seconds_count{graphql_operation_name="Named"})';
  await expect.poll(() => query(sum), { timeout: 30_000, interval: 100 }).toBe(20);
  const percentile =
    'histogram_quantile(0.99, sum by (le) (http_server_request_duration_seconds_bucket{graphql_operation_name="Named"}))';
  expect(await query(percentile)).toBeGreaterThan(0);
  expect(await query('up{job="concierge"}')).toBe(1);
  expect(await query('process_resident_memory_bytes')).toBeGreaterThan(10_000_000);
});
