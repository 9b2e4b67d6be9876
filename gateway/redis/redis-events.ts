// Redis events: the messages of Redis channels. One connection in subscriber mode, opened with the first subscription, has
// all channels; each is subscribed to once, while it has readers. What was published while Redis was unavailable is lost.
import type { Cluster } from 'ioredis';
import { operationError } from '../errors.ts';
import type { Logger } from '../telemetry/log.ts';
import type { EventSeries } from '../telemetry/metrics/event-metrics.ts';
import type { RedisTarget } from './client-options.ts';
import { openRedis, type RedisConnection } from './connection.ts';
import { MessageReader } from './message-reader.ts';

export interface RedisEventsOptions {
  log: Logger;
  /** Base of the paths of certificates. */
  folder: string;
  /** Milliseconds that Redis may be unavailable before subscriptions end with an error. */
  maxOutage: number;
  /** Messages that wait for one reader, at most. */
  maxQueued: number;
  /** Bytes of a message, at most: spaces stand for a larger one, one more than that. */
  maxMessageBytes: number;
  series?: EventSeries | null;
}

interface Channel {
  readers: Set<MessageReader>;
  /** Resolves when Redis has confirmed the subscription; null while it is unavailable. */
  confirmed: Promise<unknown> | null;
}

/** Milliseconds between two pings of an idle connection, which may be half open. */
const PING_INTERVAL = 5_000;

/** Maximum milliseconds between two attempts to connect. */
const MAX_PAUSE = 1_000;

/** Readers that get a message in one turn of the event loop: each makes a response of its own. */
const READERS_PER_TURN = 32;

export class RedisEvents {
  readonly #target: RedisTarget;
  readonly #options: RedisEventsOptions;
  readonly #channels = new Map<string, Channel>();
  /** In place of any message that is too large: those that wait are bounded by their number. */
  readonly #tooLarge: string;
  #connection: RedisConnection | null = null;
  #pinging: NodeJS.Timeout | undefined;
  #outage: NodeJS.Timeout | null = null;

  constructor(target: RedisTarget, options: RedisEventsOptions) {
    this.#target = target;
    this.#options = options;
    this.#tooLarge = ' '.repeat(options.maxMessageBytes + 1);
  }

  /**
   * The messages of a channel from now on; where Redis is unavailable, from when it is available again. They throw a
   * GraphQLError where it stays unavailable (EVENTS_UNAVAILABLE), and where they are not read fast enough (TOO_MANY_EVENTS).
   */
  async subscribe(name: string): Promise<AsyncIterableIterator<string>> {
    const { series, maxQueued } = this.#options;
    this.#connection ??= this.#open();
    const { client } = this.#connection;
    const isReady = client.status === 'ready';
    let channel = this.#channels.get(name);
    if (!channel) {
      channel = { readers: new Set(), confirmed: null };
      this.#channels.set(name, channel);
      series?.channels.add(1);
      if (isReady) this.#confirm([name]);
    }
    const joined = channel;
    const reader = new MessageReader(maxQueued, () => this.#leave(name, joined, reader));
    joined.readers.add(reader);
    series?.subscriptions.add(1);
    if (!isReady) this.#awaitRedis();
    // Where it fails, the reader has the error.
    await joined.confirmed?.catch(() => null);
    return reader;
  }

  async close(): Promise<void> {
    clearInterval(this.#pinging);
    this.#interruptAll();
    this.#endOutage();
    await this.#connection?.close();
  }

  #open(): RedisConnection {
    const { log, folder } = this.#options;
    const connection = openRedis(this.#target, { log, folder, maxPause: MAX_PAUSE });
    const { client } = connection;
    client.on('ready', () => {
      this.#endOutage();
      if (this.#channels.size > 0) this.#confirm([...this.#channels.keys()]);
    });
    client.on('close', () => {
      for (const channel of this.#channels.values()) channel.confirmed = null;
      if (this.#channels.size > 0) this.#awaitRedis();
    });
    client.on('message', (name: string, message: string) => {
      const { series, maxMessageBytes } = this.#options;
      series?.messages.add(1);
      const text = Buffer.byteLength(message) > maxMessageBytes ? this.#tooLarge : message;
      const channel = this.#channels.get(name);
      // One that was left while Redis was unavailable.
      if (!channel) this.#unsubscribe(name);
      else if (channel.readers.size <= READERS_PER_TURN) for (const reader of channel.readers) reader.push(text);
      else deliver([...channel.readers], text, 0);
    });
    this.#pinging = setInterval(() => this.#ping(), PING_INTERVAL).unref();
    return connection;
  }

  #confirm(names: readonly string[]): void {
    const client = this.#connection?.client;
    const confirmed = client?.subscribe(...names) ?? null;
    for (const name of names) {
      const channel = this.#channels.get(name);
      if (channel) channel.confirmed = confirmed;
    }
    confirmed?.catch((error: Error) => {
      // Where the connection has broken, they are subscribed to when it is open again.
      if (client?.status !== 'ready') return;
      this.#options.log.error(
        { channels: names.slice(0, 10), reason: error.message },
        'channels cannot be subscribed to',
      );
      for (const name of names) this.#interrupt(this.#channels.get(name));
    });
  }

  #leave(name: string, channel: Channel, reader: MessageReader): void {
    const { series } = this.#options;
    if (!channel.readers.delete(reader)) return;
    series?.subscriptions.add(-1);
    if (channel.readers.size > 0 || this.#channels.get(name) !== channel) return;
    this.#channels.delete(name);
    series?.channels.add(-1);
    this.#unsubscribe(name);
    if (this.#channels.size === 0) this.#endOutage();
  }

  #unsubscribe(name: string): void {
    const client = this.#connection?.client;
    // Where it fails, its next message tries again.
    if (client?.status === 'ready') client.unsubscribe(name).catch(() => null);
  }

  #awaitRedis(): void {
    this.#outage ??= setTimeout(() => {
      this.#outage = null;
      this.#interruptAll();
    }, this.#options.maxOutage);
  }

  #endOutage(): void {
    if (this.#outage) clearTimeout(this.#outage);
    this.#outage = null;
  }

  #interruptAll(): void {
    for (const channel of [...this.#channels.values()]) this.#interrupt(channel);
  }

  #interrupt(channel: Channel | undefined): void {
    for (const reader of [...(channel?.readers ?? [])]) reader.fail(operationError('EVENTS_UNAVAILABLE'));
  }

  /** A cluster watches its subscriber's connection itself. */
  #ping(): void {
    const client = this.#connection?.client;
    if (client?.status !== 'ready' || (client as Cluster).isCluster || this.#channels.size === 0) return;
    client.ping().catch(() => {
      if (client.status === 'ready') client.disconnect(true);
    });
  }
}

function deliver(readers: readonly MessageReader[], text: string, from: number): void {
  const end = from + READERS_PER_TURN;
  for (const reader of readers.slice(from, end)) reader.push(text);
  if (end < readers.length) setImmediate(() => deliver(readers, text, end));
}
