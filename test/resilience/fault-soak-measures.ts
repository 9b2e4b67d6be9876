// What the soak test measures of its own process: memory, handles, and how late the event loop is.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

export interface Usage {
  /** Bytes. */
  heap: number;
  rss: number;
  handles: number;
}

export interface Stalls {
  /** Milliseconds by which turns of the event loop were late, all together. */
  readonly total: number;
  stop(): void;
}

export function watchStalls(): Stalls {
  let total = 0;
  let turn = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    total += Math.max(0, now - turn - INTERVAL * 2);
    turn = now;
  }, INTERVAL);
  return {
    get total() {
      return total;
    },
    stop: () => clearInterval(timer),
  };
}

/** Milliseconds between two looks at the event loop. */
const INTERVAL = 20;

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc') as () => void;

/** After a collection of garbage. */
export function usage(): Usage {
  collect();
  const { heapUsed: heap, rss } = process.memoryUsage();
  return { heap, rss, handles: handles() };
}

/** Sockets and servers: other handles are of the process itself, and some are opened with its first output. */
export function handles(): number {
  return process.getActiveResourcesInfo().filter((type) => type.startsWith('TCP')).length;
}
