// A real Redis for a file of tests: on a Unix socket in a folder of its own, without persistence. It can be ended, held
// and started again at the same place.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';
import type { RedisClient } from '../../gateway/redis/prepared-client.ts';
import { requireProgram } from './programs.ts';

export class RedisServer {
  readonly #folder = mkdtempSync(join(tmpdir(), 'concierge-redis-'));
  readonly #clients: Redis[] = [];
  #process: ChildProcess | undefined;

  get socket(): string {
    return join(this.#folder, 'redis.sock');
  }

  /** Resolves once it accepts connections. */
  async start(): Promise<void> {
    const place = ['--port', '0', '--unixsocket', this.socket, '--dir', this.#folder];
    const started = spawn(requireProgram('redis-server'), [...place, '--save', '', '--appendonly', 'no'], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    this.#process = started;
    for await (const line of createInterface({ input: started.stdout! })) {
      if (line.includes('eady to accept connections')) break;
    }
    started.stdout!.resume();
  }

  /** A connection as the gateway has it: what cannot be sent now fails at once. It comes back by itself. */
  async connect(): Promise<Redis> {
    const client = new Redis({ path: this.socket, enableOfflineQueue: false, retryStrategy: () => 20 });
    this.#clients.push(client);
    // Without a listener ioredis writes every failed attempt to the console.
    client.on('error', () => {});
    await reached(client, 'ready');
    return client;
  }

  /** Kills it, as a crash would. */
  async kill(): Promise<void> {
    await this.#signal('SIGKILL', true);
  }

  /** It holds its connections without replies, until it is resumed. */
  async hold(): Promise<void> {
    await this.#signal('SIGSTOP', false);
  }

  async resume(): Promise<void> {
    await this.#signal('SIGCONT', false);
  }

  /** Ends it and all connections to it, and leaves nothing behind. */
  async close(): Promise<void> {
    for (const client of this.#clients) client.disconnect();
    await this.#signal('SIGKILL', true);
    rmSync(this.#folder, { recursive: true, force: true });
  }

  async #signal(signal: NodeJS.Signals, ends: boolean): Promise<void> {
    const running = this.#process;
    if (!running || running.exitCode !== null || running.signalCode !== null) return;
    const exited = ends ? once(running, 'exit') : undefined;
    running.kill(signal);
    await exited;
  }
}

/** The connection's next such event. Attempts that fail before it are expected, where `once` of Node would throw. */
export function reached(client: RedisClient, event: 'ready' | 'close'): Promise<void> {
  return new Promise((resolve) => client.once(event, () => resolve()));
}
