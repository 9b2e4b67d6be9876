// Stream of the console: server-sent events by `fetch`, because the token goes in a header, which an EventSource cannot send.
// It is opened again when it breaks.
import type { ConsoleMessage } from '../gateway/server/console/messages.ts';

export type StreamState = 'connecting' | 'open' | 'sign-in' | 'wrong-token' | 'locked' | 'lost' | 'full';

export interface StreamOptions {
  /** Query of the view, such as `view=now&slow=100`. */
  query: string;
  /** Null where none has been given. */
  token: string | null;
  onMessage(message: ConsoleMessage): void;
  onState(state: StreamState): void;
}

/** Milliseconds before the next attempt, doubled after each one that fails. */
const FIRST_DELAY = 500;
const LAST_DELAY = 8_000;

/** States in which another attempt has no use. */
const final: Readonly<Record<number, StreamState>> = { 429: 'locked', 503: 'full' };

/** Opens the stream. @returns what closes it. */
export function openStream({ query, token, onMessage, onState }: StreamOptions): () => void {
  const closed = new AbortController();
  let delay = FIRST_DELAY;

  const read = async (): Promise<StreamState> => {
    const headers: HeadersInit = token === null ? {} : { authorization: `Bearer ${token}` };
    const response = await fetch(`/console/stream?${query}`, { headers, cache: 'no-store', signal: closed.signal });
    if (response.status === 401) return token === null ? 'sign-in' : 'wrong-token';
    if (!response.ok || !response.body) return final[response.status] ?? 'lost';
    onState('open');
    delay = FIRST_DELAY;
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    let rest = '';
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      const events = (rest + part.value).split('\n\n');
      rest = events.pop() ?? '';
      for (const event of events) onMessage(JSON.parse(event.slice('data: '.length)));
    }
    return 'lost';
  };

  const run = async () => {
    while (!closed.signal.aborted) {
      const state = await read().catch((): StreamState => 'lost');
      if (closed.signal.aborted) return;
      onState(state);
      if (state !== 'lost' && state !== 'full') return;
      await new Promise((resolve) => setTimeout(resolve, delay));
      delay = Math.min(LAST_DELAY, delay * 2);
    }
  };
  void run();
  return () => closed.abort();
}
