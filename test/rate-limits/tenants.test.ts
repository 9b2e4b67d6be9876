// Tenants: callers that a claim makes one are counted together, and a claim names their rate plan.
import { SignJWT } from 'jose';
import { expect, onTestFinished, test } from 'vitest';
import { createGateway, type Gateway, type GatewayConfig } from '../../gateway/index.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { collectLines } from '../harness/log-lines.ts';
import type { LogLine } from '../harness/process.ts';
import { startService } from '../values/served-graph.ts';
import { PlainClient } from '../websocket/shop.ts';

const secrets = {
  one: 'one secret that is long enough for HS256',
  other: 'other secret that is long enough for HS256',
};

interface Started {
  origins: string[];
  /** Ends both gateways; their log is complete then. */
  stop: () => Promise<unknown>;
  /** The log lines with a message, of both gateways. */
  lines: (message: string) => Record<string, unknown>[];
}

async function start(rateLimits: GatewayConfig['rateLimits']): Promise<Started> {
  const service = await startService(() => ({ data: { hello: 'there', often: 1 } }));
  const folder = temporaryFolder({
    'shop.graphql': 'type Query { hello: String often: Int @rateLimit(limit: 2, duration: 600) }',
  });
  const logs: LogLine[][] = [];
  const origins: string[] = [];
  const gateways: Gateway[] = [];
  const stop = () => Promise.all(gateways.splice(0).map((gateway) => gateway.stop()));
  onTestFinished(async () => void (await stop()));
  for (const fastPath of [true, false]) {
    const gateway: Gateway = createGateway(
      {
        port: 0,
        log: { level: 'info' },
        csrf: false,
        fastPath,
        subgraphs: { shop: { url: service.url, schema: 'shop.graphql' } },
        authentication: {
          jwt: Object.entries(secrets).map(([issuer, secret]) => ({ issuer, secret })),
        },
        rateLimits: rateLimits ?? {},
      } as GatewayConfig,
      { folder },
    );
    logs.push(collectLines(gateway.log));
    origins.push(await gateway.start());
    gateways.push(gateway);
  }
  return {
    origins,
    stop,
    lines: (message) => logs.flat().filter(({ msg }) => String(msg).startsWith(message)),
  };
}

async function tokenOf(sub: string, claims: Record<string, unknown>, issuer: keyof typeof secrets = 'one') {
  const token = new SignJWT({ sub, ...claims }).setProtectedHeader({ alg: 'HS256' }).setIssuer(issuer);
  const signed = await token.setIssuedAt().setExpirationTime('1h').sign(Buffer.from(secrets[issuer]));
  return `Bearer ${signed}`;
}

async function send(origin: string, authorization: string | null, query = '{ hello }') {
  const response = await fetch(`${origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(authorization !== null && { authorization }) },
    body: JSON.stringify({ query }),
  });
  return { status: response.status, quota: response.headers.get('ratelimit'), text: await response.text() };
}

const request = { limit: 2, duration: 600 };

test('callers of a tenant share their limits, and other callers have their own', async () => {
  const { origins } = await start({ request, countBy: ['https://shop.example/claims', 'org.id'] });
  const inOrg = (org: unknown) => ({ 'https://shop.example/claims': { 'org.id': org } });
  for (const origin of origins) {
    const ann = await tokenOf('ann', inOrg('acme'));
    const bob = await tokenOf('bob', inOrg('acme'));
    const first = await send(origin, ann);
    // What several callers share is not in the headers.
    expect([first.status, first.quota]).toEqual([200, null]);
    expect((await send(origin, bob)).status).toBe(200);
    for (const both of [ann, bob]) expect((await send(origin, both)).status).toBe(429);
    const others = [
      await tokenOf('cid', inOrg('umbrella')),
      await tokenOf('ann', inOrg('acme'), 'other'),
      await tokenOf('dan', {}),
      await tokenOf('eve', inOrg({ not: 'text' })),
      await tokenOf('fay', inOrg('')),
      null,
    ];
    for (const other of others) expect((await send(origin, other)).status).toBe(200);
    // Numbers are ids as well.
    for (const [sub, status] of [
      ['g', 200],
      ['h', 200],
      ['i', 429],
    ] as const) {
      expect((await send(origin, await tokenOf(sub, inOrg(7)))).status).toBe(status);
    }
  }
});

test('the limits of fields, and operations over WebSockets, count for the tenant too', async () => {
  const { origins } = await start({ countBy: 'org' });
  for (const origin of origins) {
    const texts: string[] = [];
    for (const sub of ['ann', 'bob'])
      texts.push((await send(origin, await tokenOf(sub, { org: 'acme' }), '{ often }')).text);
    for (const [sub, org] of [
      ['cid', 'acme'],
      ['cid', 'umbrella'],
    ] as const) {
      const authorization = await tokenOf(sub, { org });
      const client = await PlainClient.open(`${origin.replace('http', 'ws')}/graphql`, { authorization });
      texts.push(JSON.stringify((await client.query('1', '{ often }')).payload));
      client.socket.close();
    }
    expect(texts.map((text) => text.includes('RATE_LIMIT_EXCEEDED'))).toEqual([false, false, true, false]);
  }
});

test('a claim names the plan; one that there is not leaves the general limits, and is warned of once', async () => {
  const plans = { gold: { request: { limit: 3, duration: 600 } }, free: { request: { limit: 1, duration: 600 } } };
  const { origins, lines } = await start({ request, plans, plan: 'tier' });
  for (const origin of origins) {
    for (const [sub, tier, allowed] of [
      ['ann', 'gold', 3],
      ['bob', 'free', 1],
      ['cid', ['unknown', 'gold'], 3],
      ['dan', 'platinum', 2],
      ['eve', '__proto__', 2],
      ['fay', undefined, 2],
    ] as const) {
      const token = await tokenOf(sub, tier === undefined ? {} : { tier });
      const statuses: number[] = [];
      for (let time = 0; time < 4; time++) statuses.push((await send(origin, token)).status);
      expect([sub, statuses.filter((status) => status === 200).length]).toEqual([sub, allowed]);
    }
  }
  const warned = lines('rate limits: a claim names a plan').map(({ plan, claim, issuer }) => [plan, claim, issuer]);
  const once = ['platinum', '__proto__'].map((plan) => [plan, 'tier', 'one']);
  expect(warned).toEqual([...once, ...once]);
});

test('the tenant stands in the log lines of requests and WebSockets', async () => {
  const { origins, stop, lines } = await start({ countBy: 'org' });
  for (const origin of origins) {
    await send(origin, await tokenOf('ann', { org: 'a'.repeat(500) }));
    await send(origin, null);
    const authorization = await tokenOf('ann', { org: 'acme' });
    const client = await PlainClient.open(`${origin.replace('http', 'ws')}/graphql`, { authorization });
    await client.query('1', '{ hello }');
    client.socket.close();
  }
  await stop();
  const tenants = [...lines('request'), ...lines('websocket')].map(({ tenant }) => tenant);
  expect(new Set(tenants)).toEqual(new Set(['a'.repeat(128), undefined, 'acme']));
});

test('a plan by a claim requires plans', () => {
  expect(() => createGateway({ subgraphs: {}, rateLimits: { plan: 'tier' } } as unknown as GatewayConfig)).toThrow(
    'rateLimits.plan',
  );
});
