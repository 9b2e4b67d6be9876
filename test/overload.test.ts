// A gateway with more to do than it can: what it rejects, and what its health checks say, also while it hangs.
import { createHash, randomBytes } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { request } from 'undici';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Service, startService } from './caching/services.ts';
import { temporaryFolder } from './harness/folder.ts';
import { type GatewayProcess, startGatewayProcess } from './harness/gateway.ts';

const key = randomBytes(16).toString('hex');
let service: Service;
let gateway: GatewayProcess;
let health: string;
let metrics: string;

beforeAll(async () => {
  service = await startService({
    ...{ name: 'shop', sdl: 'type Query { price: Int }' },
    resolvers: { Query: { price: () => 3 } },
  });
  const config = {
    ...{ port: 0, usage: false, log: { level: 'info' }, metrics: { port: 0 }, health: { port: 0 } },
    subgraphs: { shop: { url: service.url, schema: 'shop.graphql' } },
    authentication: {
      apiKeys: {
        keys: [{ name: 'partner', hash: `sha256:${createHash('sha256').update(key).digest('hex')}`, priority: 'high' }],
      },
    },
  };
  const text = `
    const spin = (milliseconds) => { for (const end = Date.now() + milliseconds; Date.now() < end; ); };
    const hooks = { onOperation: (_operation, context) => spin(Number(context.header('x-spin') ?? 0)) };
    export default { ...${JSON.stringify(config)}, hooks };`;
  const folder = temporaryFolder({ 'shop.graphql': service.sdl, 'gateway.config.mjs': text }, afterAll);
  gateway = await startGatewayProcess(`${folder}/gateway.config.mjs`);
  const listening = async (msg: string) => String((await gateway.process.line((line) => line.msg === msg)).url);
  health = await listening('listening for health');
  metrics = await listening('listening for metrics');
});

afterAll(async () => {
  await gateway.process.stop();
  await service.stop();
});

interface Received {
  status: number;
  retryAfter: unknown;
  code: unknown;
}

async function send(headers: Record<string, string>): Promise<Received> {
  const body = JSON.stringify({ query: '{ price }' });
  const response = await request(gateway.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  const { errors } = (await response.body.json()) as { errors?: { extensions: { code: string } }[] };
  return {
    status: response.statusCode,
    retryAfter: response.headers['retry-after'],
    code: errors?.[0]?.extensions.code,
  };
}

async function status(url: string): Promise<number> {
  const response = await request(url);
  await response.body.dump();
  return response.statusCode;
}

test('with too many requests, anonymous ones are rejected with 503, and those of priority are served', async () => {
  expect(await send({})).toMatchObject({ status: 200 });
  // The first ones are never rejected: the code of the process is not compiled yet.
  await Promise.all(
    Array.from({ length: 10 }, async () => {
      for (let index = 0; index < 50; index++) await send({});
    }),
  );
  let rejected = 0;
  let [sent, served] = [0, 0];
  // Far more at once than a few clients have that wait for their responses.
  while (rejected < 50 || sent < 10) {
    const anonymous = Array.from({ length: 400 }, async () => {
      const received = await send({ 'x-spin': '3' });
      if (received.status === 200) return;
      rejected += 1;
      expect(received).toEqual({ status: 503, retryAfter: '1', code: 'OVERLOADED' });
    });
    const partner = Array.from({ length: 5 }, async () => {
      const received = await send({ 'x-api-key': key });
      sent += 1;
      if (received.status === 200) served += 1;
    });
    await Promise.all([...anonymous, ...partner]);
  }
  expect(served).toBeGreaterThanOrEqual(0.9 * sent);
  const text = await (await request(`${metrics}/metrics`)).body.text();
  expect(Number(/^concierge_shed_total\{kind="anonymous"\} (\d+)/m.exec(text)?.[1])).toBeGreaterThanOrEqual(50);
  expect(text).toContain(`\nconcierge_shed_total{kind="high"} ${sent - served}\n`);
  await gateway.process.line(({ msg }) => msg === 'overloaded: requests are rejected');
  await gateway.process.line(({ msg }) => msg === 'not overloaded any more');
  while ((await send({})).status !== 200) await delay(20);
});

test('while the gateway hangs, its health checks are served: not ready after a second, and ready again when it goes on', async () => {
  while ((await status(`${health}/readiness`)) !== 200) await delay(20);
  expect(await status(`${health}/healthcheck`)).toBe(200);
  let isOver = false;
  const hanging = send({ 'x-spin': '2500', 'x-api-key': key }).finally(() => {
    isOver = true;
  });
  const seen: string[] = [];
  while (!isOver) {
    const [ready, alive] = [await status(`${health}/readiness`), await status(`${health}/health`)];
    if (seen.at(-1) !== `${ready} ${alive}`) seen.push(`${ready} ${alive}`);
    await delay(20);
  }
  expect(await hanging).toMatchObject({ status: 200 });
  expect(seen).toContain('503 200');
  expect(seen.filter((pair) => !pair.endsWith(' 200'))).toEqual([]);
  let ready = 0;
  while (ready !== 200) ready = await status(`${health}/readiness`);
  expect(await status(`${health}/graphql`)).toBe(404);
});
