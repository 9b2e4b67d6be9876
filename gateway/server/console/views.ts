// Views of the console: each takes the requests that have ended, and makes the message that its page shows.
import type { ControlConfig } from '../../config/controls.ts';
import type { RequestContext } from '../../pipeline/request-context.ts';
import type { RecentRequest } from '../../pipeline/request-ring.ts';
import type { SubgraphState } from '../../transport/subgraph-client.ts';
import type { ConsoleMessage, ShownControl, ShownRequest } from './messages.ts';
import { PlanTimes } from './plan-times.ts';
import type { CacheFigures, Recording } from './recording.ts';
import { fits, type RequestFilter, readFilter } from './request-filter.ts';
import { runningRequest, shownRequest } from './shown-request.ts';
import { shownSubgraphs } from './shown-subgraphs.ts';

/** What the console shows besides the ring. */
export interface ConsoleSources {
  /** Requests that are served now. */
  running(): readonly RequestContext[];
  /** States of the subgraphs and their addresses. */
  subgraphs(): readonly SubgraphState[];
  isMocked(subgraph: string): boolean;
  /** Names of the configured clients. */
  clients: readonly string[];
  cache(): CacheFigures;
  /** Null where there can be none. */
  controls(): Readonly<Record<'controls' | 'fromFile', readonly ControlConfig[]>> | null;
  /** The configuration's name of a plan's subgraph. */
  serviceOf(subgraph: string): string;
}

export interface View {
  /** @param requests valid during the call only. */
  take(requests: readonly RecentRequest[]): void;
  message(now: number): ConsoleMessage;
}

/** Requests of one message; the latest ones. */
const MAX_SHOWN = 50;
const MAX_RUNNING = 20;
/** Milliseconds that a request has to run to be shown before its end. */
const MIN_RUNNING = 100;

/** The view that a query names: `now`, `operations`, `operation` with its `document`, or `subgraphs`. */
export function openView(query: URLSearchParams, recording: Recording, sources: ConsoleSources): View {
  switch (query.get('view')) {
    case 'operations':
      return operationsView(recording, query.get('client') ?? undefined);
    case 'operation':
      return operationView(query.get('document') ?? '', recording, sources);
    case 'subgraphs':
      return subgraphsView(recording, sources);
    default:
      return nowView(readFilter(query), recording, sources);
  }
}

/** The latest requests that fit, until they are sent. */
class LatestRequests {
  readonly #fits: (request: RecentRequest) => boolean;
  readonly #shown: (request: RecentRequest) => ShownRequest;
  #requests: ShownRequest[] = [];
  #omitted = 0;

  constructor(isFit: (request: RecentRequest) => boolean, shown: (request: RecentRequest) => ShownRequest) {
    this.#fits = isFit;
    this.#shown = shown;
  }

  take(requests: readonly RecentRequest[]): void {
    const fitting = requests.filter(this.#fits);
    const all = [...this.#requests, ...fitting.slice(-MAX_SHOWN).map(this.#shown)];
    this.#omitted += fitting.length + this.#requests.length;
    this.#requests = all.slice(-MAX_SHOWN);
    this.#omitted -= this.#requests.length;
  }

  /** Those since the last call. */
  read(): { ended: ShownRequest[]; omitted: number } {
    const read = { ended: this.#requests, omitted: this.#omitted };
    this.#requests = [];
    this.#omitted = 0;
    return read;
  }

  get current(): readonly ShownRequest[] {
    return this.#requests;
  }
}

function nowView(filter: RequestFilter, recording: Recording, { running, serviceOf }: ConsoleSources): View {
  const shown = (request: RecentRequest) => shownRequest(request, serviceOf);
  const latest = new LatestRequests((request) => fits(request, filter), shown);
  return {
    take: (requests) => latest.take(requests),
    message(now) {
      const contexts = running();
      const since = performance.now() - MIN_RUNNING;
      const oldest = contexts
        .filter(({ started }) => started < since)
        .sort((one, other) => one.started - other.started);
      return {
        view: 'now',
        time: now,
        seconds: recording.seconds(now),
        clients: [...recording.clients].sort(),
        inFlight: contexts.length,
        running: oldest
          .map((context) => runningRequest(context, now))
          .filter((request) => fits(request, filter))
          .slice(0, MAX_RUNNING)
          .map(shown),
        ...latest.read(),
        series: recording.total.series(now),
      };
    },
  };
}

function operationsView(recording: Recording, client: string | undefined): View {
  return {
    take() {},
    message(now) {
      const operations = recording.operations.list(now, recording.since, client);
      return { view: 'operations', time: now, seconds: recording.seconds(now), operations };
    },
  };
}

function operationView(document: string, recording: Recording, { serviceOf }: ConsoleSources): View {
  const times = new PlanTimes();
  const isOwn = (request: RecentRequest) => (request.operation?.document ?? '') === document;
  const latest = new LatestRequests(isOwn, (request) => shownRequest(request, serviceOf));
  return {
    take(requests) {
      latest.take(requests);
      for (const request of requests) if (isOwn(request)) times.add(request);
    },
    message(now) {
      const seconds = recording.seconds(now);
      const operations = recording.operations.list(now, recording.since);
      const operation = operations.find((one) => one.document === document) ?? null;
      const plan = times.picture(serviceOf);
      return { view: 'operation', time: now, seconds, operation, plan, requests: latest.current };
    },
  };
}

function subgraphsView(recording: Recording, sources: ConsoleSources): View {
  return {
    take() {},
    message(now) {
      const cache = sources.cache();
      const { controls = [], fromFile = [] } = sources.controls() ?? {};
      return {
        view: 'subgraphs',
        time: now,
        seconds: recording.seconds(now),
        subgraphs: shownSubgraphs(sources.subgraphs(), recording, now, sources.isMocked),
        caches: recording.caches(cache),
        cacheErrors: cache.errors,
        cacheBytes: cache.bytes,
        controls: [
          ...fromFile.map((control) => shownControl(control, 'file')),
          ...controls.map((control) => shownControl(control, 'request')),
        ],
      };
    },
  };
}

function shownControl(control: ControlConfig, source: ShownControl['source']): ShownControl {
  const { id, action, reason, owner, expires, target } = control;
  const parts = Object.entries(target ?? {}).map(([name, value]) => `${name} ${value}`);
  return { id, action, target: parts.join(', ') || 'all operations', reason, owner, expires, source };
}
