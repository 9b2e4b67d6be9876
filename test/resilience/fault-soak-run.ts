// Soak test: mixed requests of many identities through the fault proxy, to gateways on both HTTP paths. No response may
// hold the data of another caller or request, no error may come without a fault, no request may hang, no mutation may be
// executed twice, and nothing may grow.
import { Agent } from 'undici';
import { createGateway, type Gateway, type GatewayConfig } from '../../gateway/index.ts';
import { Random } from '../differential/random.ts';
import { HUNG, SoakClients, type SoakResult, TIMEOUT } from './fault-soak-client.ts';
import { SoakFaults } from './fault-soak-faults.ts';
import { handles, usage, watchStalls } from './fault-soak-measures.ts';
import { type SubgraphName, sdl, startSoakServices } from './fault-soak-services.ts';

export interface SoakOptions {
  count: number;
  identities?: number;
  /** Requests under way at a time. */
  concurrency?: number;
  seed?: number;
  /** Milliseconds after which no more requests are sent. Default: none. */
  maxTime?: number;
  /**
   * Whether some requests to services get no response, and no end of their connection either, so that they take their
   * whole time-out. Default: true.
   */
  hasSilence?: boolean;
  progress?(done: number): void;
}

/** How many problems end the run. */
const MAX_PROBLEMS = 10;

export async function soakThroughFaults({
  count,
  identities = 50,
  concurrency = 48,
  seed = 1,
  maxTime = Number.POSITIVE_INFINITY,
  hasSilence = true,
  progress = () => {},
}: SoakOptions): Promise<SoakResult> {
  const handlesBefore = handles();
  const random = new Random(seed);
  const faults = new SoakFaults(random, hasSilence);
  const services = await startSoakServices(() => random.below(100) === 0);
  const names = Object.keys(sdl) as SubgraphName[];
  // One of them has two addresses.
  const urls = Object.fromEntries(
    await Promise.all(
      names.map(async (name) => {
        const open = () => faults.proxy(name, services.urls[name]);
        return [name, name === 'items' ? [await open(), await open()] : await open()] as const;
      }),
    ),
  );
  // Without silence, no request comes near its time-out.
  const timeout = hasSilence ? TIMEOUT : HUNG;
  const gateways = [open(urls, timeout), open(urls, timeout, { plugins: [{}] })];
  const origins = await Promise.all(gateways.map((gateway) => gateway.start()));
  const agent = new Agent({ connections: concurrency, pipelining: 1 });
  const stalls = watchStalls();
  const result: SoakResult = {
    ...{ requests: 0, kinds: {}, wrong: [], unexplained: [], hung: [], repeated: services.notes.repeated },
    ...{ explained: {}, closing: 0, faults: faults.counts as Record<string, number>, handlesBefore, inFlight: -1 },
    usage: { early: usage(), late: usage(), closed: usage() },
  };
  const run = new SoakClients({ random, faults, origins, agent, identities, stalls, result });
  const until = performance.now() + maxTime;
  let next = 0;
  const worker = async () => {
    while (next < count && performance.now() < until && problems(result) < MAX_PROBLEMS) {
      next += 1;
      // Of each twenty parts, one service is down for the last tenth.
      const part = (next * 20) / count;
      faults.outage = part % 1 > 0.9 ? (names[Math.floor(part) % names.length] as SubgraphName) : null;
      if (next === Math.ceil(count / 10)) result.usage.early = usage();
      await run.send(String(next));
      progress(result.requests);
    }
  };
  try {
    await Promise.all(Array.from({ length: concurrency }, worker));
    faults.outage = null;
    result.inFlight = await settled(gateways);
    result.usage.late = usage();
  } finally {
    stalls.stop();
    await Promise.all(gateways.map((gateway) => gateway.stop()));
    await agent.close();
    await faults.stop();
    await services.stop();
  }
  await eventually(() => handles() <= handlesBefore);
  result.usage.closed = usage();
  return result;
}

function problems({ wrong, unexplained, hung, repeated }: SoakResult): number {
  return wrong.length + unexplained.length + hung.length + repeated.length;
}

function open(urls: Record<string, string | string[]>, timeout: number, options: Partial<GatewayConfig> = {}): Gateway {
  const forward = { claims: { 'x-who': 'sub' }, headers: ['x-nonce'] };
  const subgraphs = Object.entries(urls).map(([name, url]) => [
    name,
    {
      ...{ url, schema: sdl[name as SubgraphName], timeout },
      // Its events are counted from 1 whenever it is subscribed to: resumed, they would begin anew.
      subscriptions: { resume: false },
      ...{ forward: name === 'prices' ? {} : forward, breaker: { open: '300ms' } },
    },
  ]);
  return createGateway({
    ...{ host: '127.0.0.1', port: 0, overload: false, log: { level: 'silent' }, unreachable: 'warn' },
    ...{ trustedProxies: ['loopback'], authentication: { identityHeader: {} }, metrics: { public: true } },
    ...{ cache: { entities: true, responses: true, staleIfError: 0 }, deduplicateInFlight: true },
    subgraphs: Object.fromEntries(subgraphs),
    ...options,
  });
}

/** Requests to services that the gateways have in flight, once there are none, or after a while. */
async function settled(gateways: readonly Gateway[]): Promise<number> {
  let inFlight = 0;
  await eventually(async () => {
    const texts = await Promise.all(gateways.map((gateway) => gateway.inject({ path: '/metrics' })));
    const values = texts.flatMap(({ body }) => [
      ...body.matchAll(/^concierge_subgraph_(?:requests_in_flight|requests_queued|subscriptions)\{[^}]*\} (\d+)/gm),
    ]);
    inFlight = values.reduce((sum, [, value]) => sum + Number(value), 0);
    return values.length > 0 && inFlight === 0;
  });
  return inFlight;
}

/** Waits until it holds, for half a minute at most. */
async function eventually(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (let turn = 0; turn < 600; turn += 1) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
