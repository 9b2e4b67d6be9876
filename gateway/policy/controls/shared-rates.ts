// Rates of throttling controls, over all instances or over all workers of one: one schedule for each control in Redis, by
// its clock, or at the supervisor. While that does not reply, each instance or worker has the rate for itself.
import { hash } from 'node:crypto';
import { CircuitBreaker } from '../../redis/circuit-breaker.ts';
import type { RedisConnection } from '../../redis/connection.ts';
import type { Logger } from '../../telemetry/log.ts';
import type { SharedCounts } from '../rate-limits/shared-counts.ts';

/**
 * Generic cell rate algorithm (ITU-T I.371, virtual scheduling) with ARGV[1] operations in each second, of which ARGV[2]
 * may come at once. KEYS[1] has the time in milliseconds at which the rate would be used up exactly. Returns 0 for an
 * operation that is let through, else the milliseconds to wait.
 */
const takeScript = `
local interval, burst = 1000 / tonumber(ARGV[1]), tonumber(ARGV[2])
local time = redis.call('time')
local now = tonumber(time[1]) * 1000 + tonumber(time[2]) / 1000
local scheduled = math.max(tonumber(redis.call('get', KEYS[1]) or '0'), now)
local wait = scheduled - (burst - 1) * interval - now
if wait > 0 then return math.ceil(wait) end
local after = scheduled + interval
redis.call('set', KEYS[1], string.format('%.3f', after), 'PX', math.max(1, math.ceil(after - now)))
return 0
`;

/** Milliseconds between two attempts while Redis does not reply. */
const TRIAL_PAUSE_MS = 1_000;

const messages = {
  unavailable: 'controls: Redis does not reply, this gateway throttles by itself until it does',
  available: 'controls: Redis replies again, all gateways throttle together',
};

export interface Rates {
  /**
   * Takes one operation of a rate.
   * @param name the same in all instances and workers, for the same rate.
   * @param burst operations that may come at once.
   * @param locally decides where the rate cannot be shared now.
   * @returns 0 for an operation that is let through, else the milliseconds to wait.
   */
  take(name: string, perSecond: number, burst: number, locally: () => number): Promise<number>;
}

/** Rates of the workers of one supervisor. */
export class WorkerRates implements Rates {
  readonly #counts: SharedCounts;

  constructor(counts: SharedCounts) {
    this.#counts = counts;
  }

  async take(name: string, perSecond: number, burst: number, locally: () => number): Promise<number> {
    return (await this.#counts.take(name, perSecond, burst)) ?? locally();
  }
}

/** Rates of all instances with one Redis. */
export class SharedRates implements Rates {
  readonly #redis: RedisConnection;
  readonly #breaker: CircuitBreaker;

  /** @param timeout milliseconds that a decision waits for Redis. */
  constructor(redis: RedisConnection, timeout: number, log: Pick<Logger, 'info' | 'warn'>) {
    this.#redis = redis;
    this.#breaker = new CircuitBreaker({
      timeout,
      failures: 1,
      pause: TRIAL_PAUSE_MS,
      messages,
      log,
    });
  }

  take(name: string, perSecond: number, burst: number, locally: () => number): Promise<number> {
    const { client, prefix } = this.#redis;
    const key = `${prefix}:throttle:${hash('sha256', name, 'base64url').slice(0, 22)}`;
    return this.#breaker.call(async () => Number(await client.eval(takeScript, 1, key, perSecond, burst)), locally);
  }
}
