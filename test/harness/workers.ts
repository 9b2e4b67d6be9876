// Workers of one supervisor within this process: channels over connected ports, in place of the IPC of node:cluster.
import type { Message, Port } from '../../gateway/cluster/message.ts';
import type { Relay } from '../../gateway/cluster/relay.ts';
import { openChannel, type WorkerChannel } from '../../gateway/cluster/worker-channel.ts';

/** Two connected ports; each message arrives later, in order. */
export function connectedPorts(): { ofWorker: Port; ofSupervisor: Port; kill(): void } {
  const ends = [0, 1].map(() => ({ listeners: [] as ((message: unknown) => void)[], gone: [] as (() => void)[] }));
  let isAlive = true;
  const portOf = (own: number): Port => ({
    send(message, failed) {
      const text = JSON.stringify(message);
      queueMicrotask(() => {
        if (!isAlive) return failed();
        for (const listener of ends[1 - own]?.listeners ?? []) listener(JSON.parse(text) as Message);
      });
    },
    receive: (listener) => void ends[own]?.listeners.push(listener),
    onGone: (listener) => void ends[own]?.gone.push(listener),
  });
  return {
    ofWorker: portOf(0),
    ofSupervisor: portOf(1),
    kill() {
      isAlive = false;
      for (const { gone } of ends) for (const listener of gone) listener();
    },
  };
}

export interface StartedWorker {
  channel: WorkerChannel;
  /** As `kill -9`: neither end reaches the other any more. */
  kill(): void;
}

let lastNumber = 0;

export function startWorker(relay: Relay): StartedWorker {
  const { ofWorker, ofSupervisor, kill } = connectedPorts();
  lastNumber += 1;
  relay.add(lastNumber, ofSupervisor);
  return { channel: openChannel(ofWorker), kill };
}

/** @returns when they are open, and know their number. */
export async function startWorkers(relay: Relay, count: number): Promise<StartedWorker[]> {
  relay.workers = count;
  const workers = Array.from({ length: count }, () => startWorker(relay));
  await settled();
  return workers;
}

/** Until all that is under way between workers has arrived. */
export function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
