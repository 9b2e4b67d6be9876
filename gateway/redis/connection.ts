// The one connection to Redis: what caches and rate limits of all instances share. Requests never wait for it to come back:
// a command is refused at once while it is away, and given up when its reply is late.
import { Redis } from 'ioredis';
import type { Logger } from '../telemetry/log.ts';

export interface RedisOptions {
  log: Logger;
  /** Begins every key. */
  prefix?: string;
  /** Milliseconds until an attempt to connect is given up. */
  connectTimeout?: number;
  /** Milliseconds until a command without a reply is given up. */
  commandTimeout?: number;
}

export interface RedisConnection {
  readonly client: Redis;
  /** Without a separator at its end. */
  readonly prefix: string;
  /** Lets running commands finish, within their time-out, and ends the connection. */
  close(): Promise<void>;
}

/** A reply that takes longer than this many milliseconds means that the connection is dead: it is made anew. */
const deadAfter = 5000;

/** Between two attempts to connect, in milliseconds at most; jitter is added. */
const MAX_PAUSE_MS = 3000;

/**
 * Connects in the background and for ever again; says once in the log when Redis is away, and once when it is back.
 * @param url "redis://…", "rediss://…" or the path of a socket. Credentials in it are never logged.
 */
export function openRedis(
  url: string,
  { log, prefix = 'concierge', connectTimeout = 2000, commandTimeout = 500 }: RedisOptions,
): RedisConnection {
  const address = withoutCredentials(url);
  let isUnavailable = false;
  let closing = false;
  const client = new Redis(url, {
    enableOfflineQueue: false,
    // What was sent when the connection broke may have been done: nothing is sent twice, and nothing waits.
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout,
    commandTimeout,
    socketTimeout: deadAfter,
    retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 10), MAX_PAUSE_MS) * (0.5 + Math.random() / 2),
    // After a failover the former master still answers, but takes no writes.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  });
  const unavailable = (reason: string): void => {
    if (isUnavailable || closing) return;
    isUnavailable = true;
    log.error({ redis: address, reason }, 'Redis is away');
  };
  // Only the message: an error of ioredis carries the command's arguments, and those of AUTH are the password.
  client.on('error', (error: Error) => unavailable(error.message));
  client.on('close', () => unavailable('the connection was closed'));
  client.on('ready', () => {
    if (isUnavailable) log.info({ redis: address }, 'Redis is back');
    isUnavailable = false;
  });
  return {
    client,
    prefix,
    async close() {
      closing = true;
      if (client.status === 'ready') await client.quit().catch(() => 'it is ended all the same');
      client.disconnect();
    },
  };
}

function withoutCredentials(url: string): string {
  if (!URL.canParse(url)) return url;
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
