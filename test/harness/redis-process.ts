// A real Redis on a port of loopback, in a folder of its own, without persistence, with any options: a node of a cluster, a
// replica, a Sentinel, or one with TLS and users.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';
import { requireProgram } from './programs.ts';

export interface RedisProcessOptions {
  port: number;
  /** Of the command line. */
  options?: readonly string[];
  /** Text of a configuration file, which Sentinel rewrites. */
  config?: string;
}

export class RedisProcess {
  readonly port: number;
  readonly #folder: string;
  readonly #process: ChildProcess;
  readonly #client: Redis;

  private constructor(port: number, folder: string, process: ChildProcess) {
    this.port = port;
    this.#folder = folder;
    this.#process = process;
    this.#client = new Redis({ path: join(folder, 'redis.sock'), retryStrategy: () => 20, enableReadyCheck: false });
    // A failover closes connections.
    this.#client.on('error', () => {});
  }

  /** Resolves once it accepts connections. */
  static async start({ port, options = [], config }: RedisProcessOptions): Promise<RedisProcess> {
    const folder = mkdtempSync(join(tmpdir(), 'concierge-redis-'));
    const file = join(folder, 'redis.conf');
    if (config !== undefined) writeFileSync(file, config);
    const place = ['--port', String(port), '--unixsocket', join(folder, 'redis.sock'), '--dir', folder];
    const fixed = [...place, '--bind', '127.0.0.1', ...(options.includes('--sentinel') ? [] : ['--save', ''])];
    const process = spawn(
      requireProgram('redis-server'),
      [...(config === undefined ? [] : [file]), ...fixed, ...options],
      {
        stdio: ['ignore', 'pipe', 'inherit'],
      },
    );
    for await (const line of createInterface({ input: process.stdout! })) {
      if (/eady to accept connections|Sentinel ID is/.test(line)) break;
    }
    process.stdout!.resume();
    return new RedisProcess(port, folder, process);
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Of an operator, over a socket. */
  call(command: string, ...values: (string | number)[]): Promise<unknown> {
    return this.#client.call(command, ...values);
  }

  /** Ends it as a crash would, and leaves nothing behind. */
  async close(): Promise<void> {
    this.#client.disconnect();
    if (this.#process.exitCode === null && this.#process.signalCode === null) {
      const exited = once(this.#process, 'exit');
      this.#process.kill('SIGKILL');
      await exited;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
