// Figures of operations over the last five minutes, by client. Their number is bounded: further operations are counted
// together.
import type { RecentRequest } from '../../pipeline/request-ring.ts';
import { Latencies, LatencyWindow } from './latencies.ts';
import type { ShownOperation } from './messages.ts';

const SLICE = 30_000;
const SLICES = 10;
/** Windows of an operation and a client, in all. */
const MAX_WINDOWS = 400;

interface Counted {
  name: string | null;
  type: string;
  document: string | null;
  isTrusted: boolean;
  clients: Map<string | null, LatencyWindow>;
}

const others = { name: '(other)', type: '', document: null, isTrusted: false };
const none = { name: '(no operation)', type: '', document: '', isTrusted: false };

export class OperationFigures {
  /** By document and name: a document may have several operations. */
  readonly #counted = new Map<string, Counted>();
  #windows = 0;
  /** Time from which windows without requests are searched for again. */
  #nextSearch = 0;

  add({ operation, client, time, duration, isFailed, cost }: RecentRequest): void {
    const counted = this.#find(operation ? { ...operation, name: operation.name ?? null } : none, client, time);
    counted.add(time, duration, isFailed, cost);
  }

  /**
   * @param since milliseconds since 1970 from which requests were added.
   * @param client those of this client alone, empty for requests without one; undefined for all.
   */
  list(now: number, since: number, client?: string): ShownOperation[] {
    const seconds = new LatencyWindow(SLICE, SLICES).seconds(now, since);
    const shown = [...this.#counted.values()].flatMap((counted) => {
      const total = new Latencies();
      const clients = [...counted.clients].flatMap(([name, window]) => {
        if (client !== undefined && (name ?? '') !== client) return [];
        const own = window.total(now);
        total.merge(own);
        return own.count === 0 ? [] : [{ client: name, figures: own.figures(seconds) }];
      });
      const { name, type, document, isTrusted } = counted;
      if (total.count === 0) return [];
      const figures = total.figures(seconds);
      return [{ sum: total.sum, shown: { name, type, document, isTrusted, figures, clients } }];
    });
    return shown.sort((one, other) => other.sum - one.sum).map((one) => one.shown);
  }

  #find(operation: Omit<Counted, 'clients'>, client: string | null, time: number): LatencyWindow {
    const known = this.#counted.get(keyOf(operation))?.clients.get(client);
    if (known) return known;
    if (this.#windows >= MAX_WINDOWS) this.#removeEmpty(time);
    return this.#windows < MAX_WINDOWS || operation === others
      ? this.#create(operation, client)
      : this.#find(others, null, time);
  }

  #create({ name, type, document, isTrusted }: Omit<Counted, 'clients'>, client: string | null): LatencyWindow {
    const key = keyOf({ name, document });
    const counted = this.#counted.get(key) ?? { name, type, document, isTrusted, clients: new Map() };
    const window = new LatencyWindow(SLICE, SLICES);
    counted.clients.set(client, window);
    this.#counted.set(key, counted);
    this.#windows += 1;
    return window;
  }

  #removeEmpty(now: number): void {
    if (now < this.#nextSearch) return;
    this.#nextSearch = now + 1_000;
    for (const [key, { clients }] of this.#counted) {
      for (const [client, window] of clients) {
        if (!window.isEmpty(now)) continue;
        clients.delete(client);
        this.#windows -= 1;
      }
      if (clients.size === 0) this.#counted.delete(key);
    }
  }
}

function keyOf({ document, name }: Pick<Counted, 'document' | 'name'>): string {
  return `${document} ${name}`;
}
