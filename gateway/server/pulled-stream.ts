// Pulled stream: a response body of texts that are pulled one at a time, so that the backpressure of a slow client
// reaches their source, with heartbeats between them. It ends once: after its last text, or because its client has left.

/** Milliseconds between two heartbeats, which show proxies that the connection is alive. */
const HEARTBEAT_INTERVAL_MS = 12_000;

export interface PulledText {
  /** Empty to send nothing. */
  text: string;
  /** Whether the body ends with it. */
  isLast: boolean;
}

export interface PulledTexts {
  /**
   * Sent at once, before the first text is there: some browsers expose nothing of a response, not even its head, before
   * the first bytes of its body.
   */
  opening: string;
  /** Sent while nothing else is; null for a format that has none. */
  heartbeat: string | null;
  /** Called again only when the client has taken what was there. A rejection breaks the connection off. */
  next(): Promise<PulledText>;
  /** Called where the client leaves before the last text. */
  cancel(): unknown;
}

export function pulledStream({ opening, heartbeat, next, cancel }: PulledTexts): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  let timer: NodeJS.Timeout | undefined;
  return new ReadableStream<Uint8Array>({
    start(controller) {
      controller.enqueue(encoder.encode(opening));
      if (heartbeat === null) return;
      timer = setInterval(() => {
        // A client that does not read gets no more of them.
        if ((controller.desiredSize ?? 0) > 0) controller.enqueue(encoder.encode(heartbeat));
      }, HEARTBEAT_INTERVAL_MS);
    },
    async pull(controller) {
      const { text, isLast } = await next().catch((error: unknown) => {
        clearInterval(timer);
        throw error;
      });
      if (text !== '') controller.enqueue(encoder.encode(text));
      if (!isLast) return;
      clearInterval(timer);
      controller.close();
    },
    async cancel() {
      clearInterval(timer);
      await cancel();
    },
  });
}
