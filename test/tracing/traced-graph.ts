// Graph whose requests are traced: services, gateways on both HTTP paths, and a collector.
import { onTestFinished } from 'vitest';
import type { Gateway, GatewayConfig } from '../../gateway/index.ts';
import { createGateway } from '../../gateway/index.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { type Service, startService } from '../values/served-graph.ts';
import { type CollectedSpan, type Collector, startCollector } from './collector.ts';

export const traceId = '0af7651916cd43dd8448eb211c80319c';
export const spanId = 'b7ad6b7169203331';
export const parent = (flags = '01') => `00-${traceId}-${spanId}-${flags}`;

const graph = 'type Query { a: Int b: Int } type Mutation { set: Int } type Subscription { changed: Int }';

const directive = ' directive @cacheControl(maxAge: Int) on FIELD_DEFINITION';

export interface Traced {
  service: Service;
  collector: Collector;
  gateway: Gateway;
  origin: string;
  /** Stops the gateway, and returns the spans that the collector has got. */
  spans(): Promise<CollectedSpan[]>;
}

export interface TracedOptions {
  tracing?: GatewayConfig['tracing'];
  config?: Partial<GatewayConfig>;
  /** Addresses of the service, before its own. */
  addresses?: string[];
  fastPath?: boolean;
  /** Of the service. */
  sdl?: string;
}

/** A gateway that samples everything and trusts the test as its proxy, unless its options say otherwise. */
export async function traced({
  tracing,
  config,
  addresses = [],
  fastPath,
  sdl = graph,
}: TracedOptions = {}): Promise<Traced> {
  const service = await startService(({ query }) => ({ data: query.includes('b') ? { b: 2 } : { a: 1 } }));
  const collector = await startCollector();
  onTestFinished(collector.stop);
  const folder = temporaryFolder({ 'first.graphql': sdl + directive });
  const gateway = createGateway(
    {
      ...{ port: 0, log: { level: 'silent' }, overload: false, csrf: false, trustedProxies: ['loopback'] },
      subgraphs: { first: { url: [...addresses, service.url], balance: 'roundRobin', schema: 'first.graphql' } },
      tracing: { sample: 1, endpoint: collector.url, protocol: 'http/json', ...tracing },
      ...(fastPath !== undefined && { fastPath }),
      ...config,
    },
    { folder },
  );
  const origin = await gateway.start();
  const stop = async () => void (await gateway.stop());
  onTestFinished(stop);
  return {
    ...{ service, collector, gateway, origin },
    spans: async () => {
      await stop();
      return collector.spans;
    },
  };
}
