// Redis connection, shared by caches and rate limits: to one node, to the master that Sentinels name, or to a cluster.
// Requests never wait for a reconnection: a command is rejected at once while Redis is unavailable, and given up when its
// reply is late.
import { createRequire } from 'node:module';
import type { Redis, RedisOptions } from 'ioredis';
import { redisAddresses } from '../config/redis.ts';
import type { Logger } from '../telemetry/log.ts';
import { TlsFiles } from '../transport/tls-files.ts';
import { within } from './circuit-breaker.ts';
import {
  type ClientOptions,
  clientOptions,
  hasTls,
  type RedisTarget,
  sentinelOptions,
  withoutCredentials,
} from './client-options.ts';
import { type Preparation, prepareClient, type RedisClient } from './prepared-client.ts';
import { unsupported } from './supported.ts';

export interface RedisConnectionOptions {
  log: Logger;
  /** Base of the paths of certificates. Default: the working folder. */
  folder?: string;
  /** Milliseconds until an attempt to connect is given up. */
  connectTimeout?: number;
  /** Milliseconds that a caller waits for a reply at most. Callers have time-outs of their own. */
  maxWait?: number;
  /** Milliseconds between two attempts to connect, at most. */
  maxPause?: number;
  /** Milliseconds until a command without a reply is given up; longer than the time-outs of callers. */
  commandTimeout?: number;
}

export interface RedisConnection {
  readonly client: RedisClient;
  /** Without a separator at its end. */
  readonly prefix: string;
  readonly isCluster: boolean;
  /**
   * The prefix of keys that one script uses together: in a cluster, they are in one slot.
   * @param name of this use, such as `usage`.
   */
  prefixTogether(name: string): string;
  /**
   * What the gateway cannot work with, in one sentence: a cluster that is configured as one node, a replica, an old
   * version, missing permissions. Null where there is nothing, also where Redis cannot be reached now.
   */
  problem(): Promise<string | null>;
  /** Lets running commands finish, within their time-out, and ends the connection. */
  close(): Promise<void>;
}

const CLOSED = 'the connection was closed';

/** Milliseconds without a reply after which the connection counts as dead and is opened anew. */
const SOCKET_TIMEOUT_MS = 5000;

/** ioredis also ends commands whose replies have arrived while the event loop was blocked; callers do not. */
const COMMAND_TIMEOUT_MS = 2000;

/** Milliseconds that the end of the connection waits for commands that run. */
const QUIT_TIMEOUT_MS = 500;

/** Maximum milliseconds between two attempts to connect, with jitter. */
const MAX_PAUSE_MS = 3000;

/** A pause before each attempt, by the number of attempts. */
const pauses = (max: number) => (attempt: number) =>
  Math.min(50 * 2 ** Math.min(attempt, 10), max) * (0.5 + Math.random() / 2);

/**
 * Connects in the background and reconnects without end; logs once when Redis becomes unavailable, and once when it
 * is available again.
 * @param target its addresses and how it is connected to. Credentials are never logged.
 * @throws ConfigError for certificates that cannot be read.
 */
export function openRedis(
  target: RedisTarget,
  { log, folder = '.', connectTimeout = 2000, maxWait = 0, ...options }: RedisConnectionOptions,
): RedisConnection {
  const { commandTimeout = Math.max(COMMAND_TIMEOUT_MS, maxWait * 2) } = options;
  const { prefix = 'concierge', cluster: isCluster = false } = target;
  const address = redisAddresses(target).map(withoutCredentials).join(', ');
  const warned = new Set<string>();
  const files = target.tls && new TlsFiles(target.tls, { folder, option: 'redis.tls', log });
  const servername = target.tls?.servername;
  const tls = () => (hasTls(target) ? { ...files?.current(), ...(servername !== undefined && { servername }) } : null);
  const preparation: Preparation = {
    credentials: target.credentials,
    tls,
    timeout: connectTimeout,
    warn: (reason) => {
      if (warned.has(reason) || warned.size > 20) return;
      warned.add(reason);
      log.warn({ redis: address, reason }, 'Redis connection');
    },
  };
  const pause = pauses(options.maxPause ?? MAX_PAUSE_MS);
  const { client, connect } = createClient(target, clientOptions(target, tls()), preparation, pause, {
    // Commands sent before the connection broke may have been executed: none is sent twice, and none waits.
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout,
    commandTimeout,
    socketTimeout: SOCKET_TIMEOUT_MS,
    // After a failover the former master still replies, but rejects writes.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
    lazyConnect: true,
  });
  let isUnavailable = false;
  let closing = false;
  const unavailable = (reason: string): void => {
    if (isUnavailable || closing) return;
    isUnavailable = true;
    log.error({ redis: address, reason }, 'Redis unavailable');
  };
  // Only the message: an error of ioredis carries the command's arguments, and those of AUTH are the password.
  let last = CLOSED;
  client.on('error', (error: Error & { lastNodeError?: Error }) => {
    last = error.lastNodeError?.message ?? error.message;
    unavailable(last);
  });
  client.on('close', () => unavailable(last));
  client.on('ready', () => {
    if (isUnavailable) log.info({ redis: address }, 'Redis available again');
    isUnavailable = false;
    last = CLOSED;
  });
  connect();
  return {
    client,
    prefix,
    isCluster,
    prefixTogether: (name) => (isCluster ? `${prefix}:{${name}}` : prefix),
    problem: () => unsupported(client, { address, prefix, isCluster, timeout: connectTimeout, reason: () => last }),
    async close() {
      closing = true;
      // Whatever it ends with: disconnected below in any case.
      if (client.status === 'ready') await within(QUIT_TIMEOUT_MS, client.quit()).catch(() => null);
      client.disconnect();
    },
  };
}

type CommonOptions = Pick<
  RedisOptions,
  | 'autoResendUnfulfilledCommands'
  | 'maxRetriesPerRequest'
  | 'connectTimeout'
  | 'commandTimeout'
  | 'socketTimeout'
  | 'reconnectOnError'
  | 'lazyConnect'
>;

function createClient(
  target: RedisTarget,
  given: ClientOptions,
  preparation: Preparation,
  pause: (attempt: number) => number,
  common: CommonOptions,
): { client: RedisClient; connect(): void } {
  // Only a gateway with Redis loads it: it takes 15 MB.
  const library = createRequire(import.meta.url)('ioredis') as typeof import('ioredis');
  const options: RedisOptions = { ...common, ...given.common };
  // The events have it.
  const started = (client: RedisClient) => () => void client.connect().catch(() => {});
  if (target.cluster) {
    const client = new library.Cluster(given.nodes, {
      enableOfflineQueue: false,
      // Rows of several slots are read at once: one write for each node.
      enableAutoPipelining: true,
      retryDelayOnFailover: 0,
      clusterRetryStrategy: pause,
      lazyConnect: true,
      redisOptions: options,
      // Certificates are for the names of nodes: ioredis would connect to their addresses.
      ...(given.common.tls && { dnsLookup: (name, done) => done(null, name) }),
    });
    client.on('+node', (node: Redis) => prepareClient(node, preparation));
    return { client, connect: started(client) };
  }
  const place = target.sentinel
    ? { ...sentinelOptions(target, given), sentinelRetryStrategy: pause }
    : given.path === undefined
      ? given.nodes[0]
      : { path: given.path };
  const client = new library.Redis({ ...options, ...place, enableOfflineQueue: false, retryStrategy: pause });
  prepareClient(client, preparation);
  return { client, connect: started(client) };
}
