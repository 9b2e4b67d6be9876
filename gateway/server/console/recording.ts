// Recording of the console: what its views show of the last five minutes, made from the ring of recent requests while the
// console is open.
import type { RecentRequest } from '../../pipeline/request-ring.ts';
import { LatencyWindow } from './latencies.ts';
import type { ShownCache } from './messages.ts';
import { OperationFigures } from './operation-figures.ts';
import { SubgraphFigures } from './subgraph-figures.ts';

const SECONDS = 300;
/** Milliseconds between two readings of the caches' figures. */
const CACHE_INTERVAL = 10_000;

export interface CacheFigures {
  responses: { hits: number; stale: number; misses: number };
  entities: { hits: number; misses: number };
  errors: number;
  /** Null where the store is elsewhere. */
  bytes: number | null;
}

export class Recording {
  readonly total = new LatencyWindow(1_000, SECONDS);
  readonly operations = new OperationFigures();
  readonly subgraphs = new SubgraphFigures();
  readonly clients: Set<string>;
  /** Milliseconds since 1970 from which all requests are recorded. */
  readonly since: number;
  readonly #caches: { time: number; figures: CacheFigures }[] = [];

  /** @param clients configured ones. */
  constructor(since: number, clients: readonly string[]) {
    this.since = since;
    this.clients = new Set(clients);
  }

  add(request: RecentRequest): void {
    const { time, duration, isFailed, client } = request;
    this.total.add(time, duration, isFailed);
    this.operations.add(request);
    this.subgraphs.add(request);
    if (client !== null) this.clients.add(client);
  }

  /** Seconds that are recorded. */
  seconds(now: number): number {
    return Math.round(this.total.seconds(now, this.since));
  }

  readCaches(now: number, figures: CacheFigures): void {
    const latest = this.#caches.at(-1);
    if (latest && now - latest.time < CACHE_INTERVAL) return;
    this.#caches.push({ time: now, figures });
    while ((this.#caches[0]?.time ?? now) < now - SECONDS * 1000) this.#caches.shift();
  }

  caches({ responses, entities }: CacheFigures): ShownCache[] {
    const before = this.#caches[0]?.figures;
    return [
      { name: 'responses', ...responses, recentRatio: ratio(responses, before?.responses) },
      { name: 'entities', ...entities, stale: 0, recentRatio: ratio(entities, before?.entities) },
    ];
  }
}

interface Reads {
  hits: number;
  stale?: number;
  misses: number;
}

/** Share of the reads after `before` that found something; null without any. */
function ratio(now: Reads, before: Reads = { hits: 0, misses: 0 }): number | null {
  const found = now.hits + (now.stale ?? 0) - before.hits - (before.stale ?? 0);
  const all = found + now.misses - before.misses;
  return all === 0 ? null : found / all;
}
