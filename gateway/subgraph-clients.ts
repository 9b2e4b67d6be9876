// Clients of subgraphs, with what the configuration has for each.
import { resolve } from 'node:path';
import { ComposeError } from './compose/compose-error.ts';
import { type CheckedConfig, milliseconds } from './config/config.ts';
import { passedHeaders } from './config/response-headers.ts';
import { type SubscriptionsConfig, subscriptionPlace } from './config/subgraph-subscriptions.ts';
import { type AddressesConfig, fileUrls } from './config/subgraph-urls.ts';
import type { SubgraphMetrics } from './telemetry/metrics/subgraph-metrics.ts';
import { type AddressSource, DnsAddresses, FileAddresses, FixedAddresses } from './transport/address-source.ts';
import { GrpcChannels } from './transport/grpc/grpc-channels.ts';
import { GrpcClient } from './transport/grpc/grpc-client.ts';
import type { ServiceBinding } from './transport/grpc/service-binding.ts';
import type { MockService } from './transport/mocks/mock-service.ts';
import { defaultResilience, type Resilience } from './transport/resilience.ts';
import type { RestService } from './transport/rest/connector.ts';
import { RestClient } from './transport/rest/rest-client.ts';
import { SubgraphClient, type SubgraphClientOptions } from './transport/subgraph-client.ts';
import type { SubscriptionSettings } from './transport/subscriptions/subscription-settings.ts';

interface ClientOptions {
  /** Base of relative paths. */
  folder: string;
  /** What requests are measured with. */
  metrics?: SubgraphMetrics | undefined;
  /** What serves the subgraph in place of its addresses. */
  mocked?: MockService | null;
}

/** @throws ComposeError for a file of addresses that cannot be read. */
export function createClient(
  name: string,
  addresses: AddressesConfig,
  order: number,
  config: CheckedConfig,
  options: ClientOptions,
): SubgraphClient {
  return new SubgraphClient(clientOptions(name, addresses, order, config, options));
}

/** @param service read with the first request. @throws ComposeError as `createClient`. */
export function createRestClient(
  name: string,
  addresses: AddressesConfig,
  order: number,
  config: CheckedConfig,
  service: () => RestService,
  options: ClientOptions,
): SubgraphClient {
  return new RestClient({ ...clientOptions(name, addresses, order, config, options), service });
}

function clientOptions(
  name: string,
  addresses: AddressesConfig,
  order: number,
  config: CheckedConfig,
  { folder, mocked = null, metrics }: ClientOptions,
): SubgraphClientOptions {
  const merges = passedHeaders(config.responseHeaders, name);
  const settings = config.subgraphs[name];
  const timeout = settings?.timeout ?? config.timeout;
  return {
    name,
    urls: sourceOf(name, addresses, folder),
    headers: Object.entries(settings?.headers ?? {}).flat(),
    timeout: milliseconds(timeout),
    maxResponseBytes: settings?.maxResponseBytes ?? MAX_RESPONSE_BYTES,
    compression: settings?.compression ?? true,
    // What is invented must not be cached.
    honoursCacheControl:
      mocked !== null || (settings?.cache?.serviceHeaders ?? config.cache.serviceHeaders) === 'honour',
    passedHeaders: merges.size > 0 ? { order, merges } : null,
    series: metrics?.of(name),
    connecting: {
      http: settings?.http ?? '1.1',
      tls: settings?.tls ?? config.subgraphTls,
      sign: settings?.sign,
      folder,
      options: { tls: settings?.tls ? `subgraphs.${name}.tls` : 'subgraphTls', sign: `subgraphs.${name}.sign` },
    },
    resilience: resilienceOf(settings ?? {}),
    subscriptions: subscriptionsOf(settings?.subscriptions ?? {}, timeout, mocked !== null),
    ...(mocked && { connect: () => mocked.connect() }),
  };
}

/** The client of a service that speaks gRPC. */
export function createGrpcClient(
  name: string,
  order: number,
  config: CheckedConfig,
  { folder, binding, metrics }: Omit<ClientOptions, 'mocked'> & { binding: ServiceBinding },
): GrpcClient {
  const merges = passedHeaders(config.responseHeaders, name);
  const settings = config.subgraphs[name] ?? {};
  const timeout = settings.timeout ?? config.timeout;
  return new GrpcClient({
    name,
    binding,
    channels: grpcChannels(name, config, folder),
    headers: Object.entries(settings.headers ?? {}).flat(),
    timeout: milliseconds(timeout),
    honoursCacheControl: (settings.cache?.serviceHeaders ?? config.cache.serviceHeaders) === 'honour',
    passedHeaders: merges.size > 0 ? { order, merges } : null,
    series: metrics?.of(name),
    resilience: resilienceOf(settings),
    subscriptions: subscriptionsOf(settings.subscriptions ?? {}, timeout, true),
  });
}

/** Channels of a service that speaks gRPC, which connect with the first call. */
export function grpcChannels(name: string, { subgraphs, subgraphTls }: CheckedConfig, folder: string): GrpcChannels {
  const { grpc = [], tls, maxResponseBytes = MAX_RESPONSE_BYTES } = subgraphs[name] ?? {};
  return new GrpcChannels({
    addresses: [grpc].flat(),
    ...{ tls, commonTls: subgraphTls, folder },
    option: tls ? `subgraphs.${name}.tls` : 'subgraphTls',
    maxBytes: maxResponseBytes,
  });
}

const MAX_RESPONSE_BYTES = 33_554_432;

const DNS_INTERVAL = 10_000;

function sourceOf(name: string, addresses: AddressesConfig, folder: string): AddressSource {
  if (typeof addresses === 'string') return new FixedAddresses([addresses]);
  if ('dns' in addresses) return new DnsAddresses(addresses.dns, milliseconds(addresses.every ?? DNS_INTERVAL));
  if (!('file' in addresses)) return new FixedAddresses(addresses);
  const file = resolve(folder, addresses.file);
  try {
    return new FileAddresses(file, fileUrls);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ComposeError([`subgraphs.${name}.url.file: ${file} cannot be read: ${reason}`]);
  }
}

type Settings = Partial<CheckedConfig['subgraphs'][string]>;

function resilienceOf(settings: Settings): Resilience {
  const { balance, connectTimeout, connectionAge, healthCheck: check, hedge } = settings;
  return {
    balance: balance ?? defaultResilience.balance,
    connectTimeout: milliseconds(connectTimeout ?? defaultResilience.connectTimeout),
    connectionAge: milliseconds(connectionAge ?? defaultResilience.connectionAge),
    ejection: ejectionOf(settings.eject),
    healthCheck: check
      ? {
          path: check.path,
          interval: milliseconds(check.every ?? 5_000),
          timeout: milliseconds(check.timeout ?? 1_000),
          unhealthyAfter: check.unhealthyAfter ?? 3,
          healthyAfter: check.healthyAfter ?? 2,
        }
      : null,
    retry: retryOf(settings.retry),
    hedge: hedge ? { share: (hedge === true ? undefined : hedge.budget) ?? HEDGE_BUDGET } : null,
    breaker: breakerOf(settings.breaker),
    bulkhead: bulkheadOf(settings),
  };
}

const HEDGE_BUDGET = 0.05;

function ejectionOf(eject: Settings['eject']): Resilience['ejection'] {
  const { ejection } = defaultResilience;
  if (eject === false || !ejection) return null;
  return {
    failures: eject?.failures ?? ejection.failures,
    duration: milliseconds(eject?.time ?? ejection.duration),
    maxDuration: milliseconds(eject?.maxTime ?? ejection.maxDuration),
    maxShare: eject?.maxShare ?? ejection.maxShare,
  };
}

function retryOf(retry: Settings['retry']): Resilience['retry'] {
  if (retry === false) return { maxAttempts: 1, share: 0, minPerSecond: 0 };
  const { maxAttempts, share, minPerSecond } = defaultResilience.retry;
  return {
    maxAttempts: retry?.maxAttempts ?? maxAttempts,
    share: retry?.budget ?? share,
    minPerSecond: retry?.minPerSecond ?? minPerSecond,
    idempotencyKey: retry?.idempotencyKey ?? null,
  };
}

function breakerOf(given: Settings['breaker']): Resilience['breaker'] {
  const { breaker } = defaultResilience;
  if (given === false || !breaker) return null;
  return {
    failures: given?.failures ?? breaker.failures,
    minRequests: given?.minRequests ?? breaker.minRequests,
    window: milliseconds(given?.within ?? breaker.window),
    duration: milliseconds(given?.open ?? breaker.duration),
    trials: given?.trials ?? breaker.trials,
  };
}

/**
 * @param timeout of requests.
 * @param isMocked whether it has no addresses of GraphQL: what serves it has event streams.
 */
function subscriptionsOf(
  settings: SubscriptionsConfig,
  timeout: number | string,
  isMocked: boolean,
): SubscriptionSettings {
  const { max = 10_000, end = 'complete', startTimeout = timeout, connectionParams = null, resume = {} } = settings;
  const { protocol = 'sse', url, maxPerSocket = 100, ping = 12_000, share = true, queue } = settings;
  return {
    ...{ max, end, startTimeout: milliseconds(startTimeout) },
    protocol: isMocked ? 'sse' : protocol,
    ...(isMocked ? null : subscriptionPlace(url)),
    ...{ connectionParams, maxPerSocket, ping: milliseconds(ping), isShared: share },
    ...{ maxQueued: queue?.max ?? 1_000, maxQueuedBytes: queue?.maxBytes ?? 4_194_304 },
    resumption: resume
      ? { maxTime: milliseconds(resume.maxTime ?? 10_000), maxAttempts: resume.maxAttempts ?? 20 }
      : null,
  };
}

function bulkheadOf({ concurrency, queue }: Settings): Resilience['bulkhead'] {
  const { bulkhead } = defaultResilience;
  return {
    concurrency: concurrency ?? bulkhead.concurrency,
    maxQueue: queue === false ? 0 : (queue?.max ?? bulkhead.maxQueue),
    maxQueueTime: queue === false ? 0 : milliseconds(queue?.maxTime ?? bulkhead.maxQueueTime),
  };
}
