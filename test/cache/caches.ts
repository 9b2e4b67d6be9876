// Fixtures of the cache tests: a checked configuration, a log that can be read, and a clock that is set by hand.
import { pino } from 'pino';
import { afterAll, beforeAll } from 'vitest';
import type { z } from 'zod';
import { cacheSection } from '../../gateway/config/cache.ts';
import { openRedis, type RedisConnection } from '../../gateway/redis/connection.ts';
import type { Logger } from '../../gateway/telemetry/log.ts';
import { RedisServer } from '../harness/redis-server.ts';

export type CacheSection = z.input<typeof cacheSection>;

/** The section as a configuration would give it. */
export function checked(section: CacheSection = {}) {
  return cacheSection.parse(section);
}

export interface RecordedLog {
  log: Logger;
  lines: Record<string, unknown>[];
  messages(): unknown[];
}

export function recordedLog(): RecordedLog {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: 'trace', base: null }, { write: (line) => void lines.push(JSON.parse(line)) });
  return { log, lines, messages: () => lines.map(({ msg }) => msg) };
}

/** A Redis for the file of tests, with two connections to it. */
export function redisWithConnections(): { server: RedisServer; connections: readonly RedisConnection[] } {
  const server = new RedisServer();
  const connections: RedisConnection[] = [];
  beforeAll(async () => {
    await server.start();
    for (let index = 0; index < 2; index += 1) {
      const connection = openRedis({ url: server.socket }, { log: recordedLog().log });
      await new Promise((resolve) => connection.client.once('ready', resolve));
      connections.push(connection);
    }
  });
  afterAll(async () => {
    for (const connection of connections) await connection.close();
    await server.close();
  });
  return { server, connections };
}

export interface TestClock {
  now: () => number;
  advance(milliseconds: number): void;
}

export function testClock(start = 1_000_000): TestClock {
  let time = start;
  return {
    now: () => time,
    advance(milliseconds) {
      time += milliseconds;
    },
  };
}
