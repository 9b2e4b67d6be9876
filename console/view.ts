// View of the console: the latest message of a stream, for the page that shows it.
import { useEffect, useRef, useState } from 'preact/hooks';
import type { ConsoleMessage } from '../gateway/server/console/messages.ts';
import { openStream, type StreamState } from './stream.ts';

export interface Connection {
  /** Of the listener; null where none has been given. Only in the memory of this page. */
  token: string | null;
  onState(state: StreamState): void;
}

/**
 * The latest message of a view; null before the first one.
 * @param query of the stream. @param take called with each message, and whether it is the first one for the query.
 */
export function useView<Message extends ConsoleMessage>(
  { token, onState }: Connection,
  query: string,
  view: Message['view'],
  take?: (message: Message, isFirst: boolean) => void,
): Message | null {
  const [message, setMessage] = useState<Message | null>(null);
  const latest = useRef(take);
  latest.current = take;
  useEffect(() => {
    let isFirst = true;
    const onMessage = (next: ConsoleMessage) => {
      if (next.view !== view) return;
      latest.current?.(next as Message, isFirst);
      isFirst = false;
      setMessage(next as Message);
    };
    return openStream({
      query,
      token,
      onMessage,
      onState: (state) => {
        // A stream that is opened again begins with what the page may have already.
        if (state === 'open') isFirst = true;
        onState(state);
      },
    });
  }, [query, token, view, onState]);
  return message;
}
