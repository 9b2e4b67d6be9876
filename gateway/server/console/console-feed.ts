// Feed of the console: reads the ring of recent requests while a page is open, and sends each page the messages of its
// view. While none is open, nothing but the ring is recorded.
import type { RecentRequests } from '../../pipeline/recent-requests.ts';
import type { ConsoleMessage } from './messages.ts';
import { Recording } from './recording.ts';
import { type ConsoleSources, openView, type View } from './views.ts';

/** Milliseconds between two messages. */
const INTERVAL = 500;
/** Milliseconds for which the recording goes on without a page: a page that is loaded again finds its figures. */
const LINGER = 10_000;
const MAX_PAGES = 20;

export interface ConsolePage {
  /** Whether it takes a message now. */
  isReady(): boolean;
  send(message: ConsoleMessage): void;
  end(): void;
}

interface OpenPage {
  view: View;
  page: ConsolePage;
}

export class ConsoleFeed {
  readonly #recent: RecentRequests;
  readonly #sources: ConsoleSources;
  readonly #pages = new Set<OpenPage>();
  #recording: Recording | null = null;
  #read = 0;
  #timer: NodeJS.Timeout | null = null;
  #isClosed = false;
  /** `performance.now()` of the last moment with a page. */
  #watched = 0;

  constructor(recent: RecentRequests, sources: ConsoleSources) {
    this.#recent = recent;
    this.#sources = sources;
  }

  /** Opens the view that a query names. @returns what closes it; null where too many are open. */
  open(query: URLSearchParams, page: ConsolePage): (() => void) | null {
    if (this.#isClosed || this.#pages.size >= MAX_PAGES) return null;
    const recording = this.#start();
    this.#readRing();
    const opened = { view: openView(query, recording, this.#sources), page };
    // What other views have read already.
    opened.view.take([...this.#recent.ring.after(0)]);
    this.#pages.add(opened);
    page.send(opened.view.message(Date.now()));
    return () => {
      this.#pages.delete(opened);
      this.#watched = performance.now();
    };
  }

  /** Ends all pages' streams. */
  close(): void {
    this.#isClosed = true;
    for (const { page } of this.#pages) page.end();
    this.#pages.clear();
    this.#stop();
  }

  #start(): Recording {
    if (this.#recording) return this.#recording;
    const recording = new Recording(this.#recent.ring.since, this.#sources.clients);
    this.#recording = recording;
    this.#read = 0;
    this.#recent.ring.reader = () => this.#readRing();
    this.#timer = setInterval(() => this.#tick(), INTERVAL);
    // It must not prevent the process from ending.
    this.#timer.unref();
    return recording;
  }

  #stop(): void {
    if (this.#timer) clearInterval(this.#timer);
    this.#timer = null;
    this.#recording = null;
    this.#recent.ring.reader = null;
  }

  #readRing(): void {
    const { ring } = this.#recent;
    const requests = [...ring.after(this.#read)];
    this.#read = ring.total;
    for (const request of requests) this.#recording?.add(request);
    for (const { view } of this.#pages) view.take(requests);
  }

  #tick(): void {
    const now = Date.now();
    this.#recording?.readCaches(now, this.#sources.cache());
    this.#readRing();
    for (const { view, page } of this.#pages) if (page.isReady()) page.send(view.message(now));
    if (this.#pages.size === 0 && performance.now() - this.#watched > LINGER) this.#stop();
  }
}
