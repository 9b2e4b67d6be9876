// Redis connection, shared by caches and rate limits. Requests never wait for a reconnection: a command is rejected
// at once while Redis is unavailable, and given up when its reply is late.
import { createRequire } from 'node:module';
import type { Redis } from 'ioredis';
import type { Logger } from '../telemetry/log.ts';
import { replaceConsoleTexts } from './console-texts.ts';

export interface RedisOptions {
  log: Logger;
  /** Prefix of every key. */
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

/** Milliseconds without a reply after which the connection counts as dead and is opened anew. */
const SOCKET_TIMEOUT_MS = 5000;

/** Maximum milliseconds between two attempts to connect, with jitter. */
const MAX_PAUSE_MS = 3000;

/**
 * Connects in the background and reconnects without end; logs once when Redis becomes unavailable, and once when it
 * is available again.
 * @param url "redis://…", "rediss://…" or the path of a socket. Credentials in it are never logged.
 */
export function openRedis(
  url: string,
  { log, prefix = 'concierge', connectTimeout = 2000, commandTimeout = 500 }: RedisOptions,
): RedisConnection {
  const address = withoutCredentials(url);
  let isUnavailable = false;
  let closing = false;
  // Only a gateway with Redis loads it: it takes 15 MB.
  const library = createRequire(import.meta.url)('ioredis') as typeof import('ioredis');
  const client = new library.Redis(url, {
    enableOfflineQueue: false,
    // Commands sent before the connection broke may have been executed: none is sent twice, and none waits.
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    connectTimeout,
    commandTimeout,
    socketTimeout: SOCKET_TIMEOUT_MS,
    retryStrategy: (attempt) => Math.min(50 * 2 ** Math.min(attempt, 10), MAX_PAUSE_MS) * (0.5 + Math.random() / 2),
    // After a failover the former master still replies, but rejects writes.
    reconnectOnError: (error) => error.message.startsWith('READONLY'),
  });
  replaceConsoleTexts(client, (reason) => log.warn({ redis: address, reason }, 'Redis connection'));
  const unavailable = (reason: string): void => {
    if (isUnavailable || closing) return;
    isUnavailable = true;
    log.error({ redis: address, reason }, 'Redis unavailable');
  };
  // Only the message: an error of ioredis carries the command's arguments, and those of AUTH are the password.
  client.on('error', (error: Error) => unavailable(error.message));
  client.on('close', () => unavailable('the connection was closed'));
  client.on('ready', () => {
    if (isUnavailable) log.info({ redis: address }, 'Redis available again');
    isUnavailable = false;
  });
  return {
    client,
    prefix,
    async close() {
      closing = true;
      if (client.status === 'ready') await client.quit().catch(() => 'disconnected below in any case');
      client.disconnect();
    },
  };
}

function withoutCredentials(url: string): string {
  // The path of a socket may have a password in its query.
  if (!URL.canParse(url)) return url.split('?', 1)[0] as string;
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
