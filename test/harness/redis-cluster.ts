// A real Redis Cluster of three masters on loopback, each with a third of the slots.

import { freePorts } from './ports.ts';
import { RedisProcess } from './redis-process.ts';

const SLOTS = 16_384;

export class RedisCluster {
  readonly #nodes: RedisProcess[] = [];

  /** Resolves once all nodes know all slots. */
  async start(): Promise<void> {
    const ports = await freePorts(6);
    for (let index = 0; index < 3; index += 1) {
      const [port, bus] = [ports[index] as number, ports[index + 3] as number];
      const options = ['--cluster-enabled', 'yes', '--cluster-port', String(bus), '--cluster-node-timeout', '30000'];
      this.#nodes.push(await RedisProcess.start({ port, options }));
    }
    const [first, ...others] = this.#nodes as [RedisProcess, ...RedisProcess[]];
    for (const [index, node] of this.#nodes.entries()) {
      const start = Math.ceil((SLOTS / 3) * index);
      const end = Math.ceil((SLOTS / 3) * (index + 1)) - 1;
      await node.call('CLUSTER', 'ADDSLOTSRANGE', start, end);
      await node.call('CLUSTER', 'SET-CONFIG-EPOCH', index + 1);
    }
    for (const node of others) await node.call('CLUSTER', 'MEET', '127.0.0.1', first.port, ports[3] as number);
    for (const node of this.#nodes) {
      for (;;) {
        const info = String(await node.call('CLUSTER', 'INFO'));
        if (info.includes('cluster_state:ok') && info.includes('cluster_known_nodes:3')) break;
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    }
  }

  get urls(): string[] {
    return this.#nodes.map(({ url }) => url);
  }

  get nodes(): readonly RedisProcess[] {
    return this.#nodes;
  }

  /** Every key of all nodes. */
  async keys(): Promise<string[]> {
    const lists = await Promise.all(this.#nodes.map((node) => node.call('KEYS', '*')));
    return lists.flat() as string[];
  }

  async close(): Promise<void> {
    await Promise.all(this.#nodes.map((node) => node.close()));
  }
}
