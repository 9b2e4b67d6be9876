// Controls that operators set while the gateway runs: of this instance with all its workers, or with Redis of all
// instances, which read them several times a second.
import { SharedValue } from '../../cluster/shared-value.ts';
import type { WorkerChannel } from '../../cluster/worker-channel.ts';
import { ConfigError } from '../../config/config-error.ts';
import type { ControlConfig } from '../../config/controls.ts';
import type { RedisConnection } from '../../redis/connection.ts';
import type { Logger } from '../../telemetry/log.ts';
import type { Controls } from './controls.ts';
import { type ControlledGraph, parseControls, parseRequestedControls } from './parse-controls.ts';

export interface AdminControlsOptions {
  controls: Controls;
  graph: ControlledGraph;
  /** Null for controls of this instance alone. */
  redis: RedisConnection | null;
  /** Channel of a worker; null for one process. */
  channel?: WorkerChannel | null;
  log: Logger;
  /** Milliseconds between two reads; default 300. */
  interval?: number;
}

/** A change is in force within a second. */
const INTERVAL_MS = 300;

/** Redis could not be written, and the controls are as they were; or a worker has not taken them over. */
export class ControlsNotStored extends Error {
  override readonly name = 'ControlsNotStored';
}

export class AdminControls {
  readonly #options: AdminControlsOptions;
  readonly #key: string;
  /** Those of all workers; null in one process, and with Redis. */
  readonly #ofWorkers: SharedValue | null;
  #timer: NodeJS.Timeout | undefined;
  /** As last read or written; null without any. */
  #text: string | null = null;
  /** Of the latest write: what was read before it is out of date. */
  #turn = 0;
  #isClosed = false;

  constructor(options: AdminControlsOptions) {
    this.#options = options;
    this.#key = `${options.redis?.prefix}:controls`;
    const { redis, channel = null } = options;
    this.#ofWorkers =
      redis || !channel ? null : new SharedValue(channel, 'controls', (text) => this.#use(text as string | null));
  }

  get inForce(): Record<'controls' | 'fromFile', readonly ControlConfig[]> {
    const { controls } = this.#options;
    return { controls: controls.of('admin'), fromFile: controls.of('file') };
  }

  /** Whether they hold for all instances. */
  get isShared(): boolean {
    return this.#options.redis !== null;
  }

  /**
   * Replaces them.
   * @throws ConfigError with all problems of the text, one line each.
   * @throws ControlsNotStored
   */
  async replace(content: Buffer): Promise<void> {
    const { controls, graph, redis, log } = this.#options;
    const parsed = parseRequestedControls(content, graph, controls.of('file'));
    const expired = parsed.filter(({ expires }) => Date.parse(expires) <= Date.now()).map(({ id }) => id);
    if (expired.length > 0) throw new ConfigError(`the request: these have expired: ${expired.join(', ')}`);
    const text = parsed.length === 0 ? null : JSON.stringify({ controls: parsed });
    this.#turn += 1;
    if (redis) {
      try {
        if (text === null) await redis.client.del(this.#key);
        else
          await redis.client.set(
            this.#key,
            text,
            'PXAT',
            Math.max(...parsed.map(({ expires }) => Date.parse(expires))),
          );
      } catch (error) {
        throw new ControlsNotStored(`The controls are as they were: Redis: ${(error as Error).message}.`);
      }
      this.#turn += 1;
    }
    if (this.#ofWorkers) await this.#ofWorkers.set(text).catch(notTakenOver);
    else {
      this.#text = text;
      controls.replace('admin', parsed);
    }
    log.warn({ controls: parsed.map(({ id }) => id), shared: this.isShared }, 'controls replaced');
  }

  /** Begins to read those of all instances. */
  start(): void {
    if (this.#options.redis && !this.#isClosed) void this.#read(this.#options.redis).then(() => this.#wait());
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#timer);
  }

  #wait(): void {
    if (!this.#isClosed) this.#timer = setTimeout(() => this.start(), this.#options.interval ?? INTERVAL_MS).unref();
  }

  async #read({ client }: RedisConnection): Promise<void> {
    const { controls, log } = this.#options;
    const turn = this.#turn;
    let text: string | null;
    try {
      text = await client.get(this.#key);
    } catch {
      // While Redis is unavailable, which is in the log already, the last controls stay in force.
      return;
    }
    if (this.#isClosed || turn !== this.#turn || text === this.#text) return;
    this.#text = text;
    try {
      this.#use(text);
      log.warn({ controls: controls.of('admin').map(({ id }) => id) }, 'controls read from Redis');
    } catch (error) {
      const { message } = error as Error;
      log.warn({ reason: message }, 'controls in Redis cannot be used: the last ones stay in force');
    }
  }

  /** @throws ConfigError */
  #use(text: string | null): void {
    this.#options.controls.replace('admin', text === null ? [] : parseControls(Buffer.from(text), 'Redis', null));
  }
}

function notTakenOver(error: Error): never {
  throw new ControlsNotStored(`A worker has not taken the controls over: ${error.message}. Send them again.`);
}
