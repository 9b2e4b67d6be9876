// Redis connection, shared by caches and rate limits. Requests never wait for a reconnection: a command is rejected
// at once while Redis is unavailable, and given up when its reply is late.
import { createRequire } from 'node:module';
import type { Redis } from 'ioredis';
import type { Logger } from '../telemetry/log.ts';
import { within } from './circuit-breaker.ts';
import { replaceConsoleTexts } from './console-texts.ts';

export interface RedisOptions {
  log: Logger;
  /** Prefix of every key. */
  prefix?: string;
  /** Milliseconds until an attempt to connect is given up. */
  connectTimeout?: number;
  /** Milliseconds that a caller waits for a reply at most. Callers have time-outs of their own. */
  maxWait?: number;
  /** Milliseconds until a command without a reply is given up; longer than the time-outs of callers. */
  commandTimeout?: number;
}

export interface RedisConnection {
  readonly client: Redis;
  /** Without a separator at its end. */
  readonly prefix: string;
  /** Resolves when the first attempt to connect has ended, or has taken `connectTimeout`. */
  readonly attempted: Promise<void>;
  /** Lets running commands finish, within their time-out, and ends the connection. */
  close(): Promise<void>;
}

/** Milliseconds without a reply after which the connection counts as dead and is opened anew. */
const SOCKET_TIMEOUT_MS = 5000;

/** ioredis also ends commands whose replies have arrived while the event loop was blocked; callers do not. */
const COMMAND_TIMEOUT_MS = 2000;

/** Milliseconds that the end of the connection waits for commands that run. */
const QUIT_TIMEOUT_MS = 500;

/** Maximum milliseconds between two attempts to connect, with jitter. */
const MAX_PAUSE_MS = 3000;

/**
 * Connects in the background and reconnects without end; logs once when Redis becomes unavailable, and once when it
 * is available again.
 * @param url "redis://…", "rediss://…" or the path of a socket. Credentials in it are never logged.
 */
export function openRedis(
  url: string,
  { log, prefix = 'concierge', connectTimeout = 2000, maxWait = 0, ...options }: RedisOptions,
): RedisConnection {
  const { commandTimeout = Math.max(COMMAND_TIMEOUT_MS, maxWait * 2) } = options;
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
    attempted: firstAttempt(client, connectTimeout),
    async close() {
      closing = true;
      // Whatever it ends with: disconnected below in any case.
      if (client.status === 'ready') await within(QUIT_TIMEOUT_MS, client.quit()).catch(() => null);
      client.disconnect();
    },
  };
}

function firstAttempt(client: Redis, timeout: number): Promise<void> {
  return new Promise((resolve) => {
    const events = ['ready', 'close', 'end'] as const;
    const end = () => {
      clearTimeout(timer);
      for (const event of events) client.off(event, end);
      resolve();
    };
    // A server that accepts connections may not reply for as long as it likes.
    const timer = setTimeout(end, timeout).unref();
    for (const event of events) client.on(event, end);
  });
}

function withoutCredentials(url: string): string {
  // The path of a socket may have a password in its query.
  if (!URL.canParse(url)) return url.split('?', 1)[0] as string;
  const { protocol, host, pathname } = new URL(url);
  return `${protocol}//${host}${pathname}`;
}
