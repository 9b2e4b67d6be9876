// Messages of the channel between a supervisor and its workers, over the IPC of node:cluster. Payloads travel as JSON
// text, so that their size is known before they are sent and the supervisor forwards them unread.

/** Marks the messages of the channel among others on the same IPC. */
const MARK = 'concierge';

export type MessageKind =
  /** Worker to supervisor: it listens to the channel. */
  | 'open'
  /** Supervisor to worker: how many workers there are, in `body`. */
  | 'workers'
  /** Worker to supervisor, followed by its `reply` or `failure`. */
  | 'request'
  /** Worker to supervisor: for all other workers, with a reply as a request has. */
  | 'broadcast'
  /** Supervisor to worker, followed by its `reply` or `failure`. */
  | 'deliver'
  | 'reply'
  /** `body` is the message of an error. */
  | 'failure';

export interface Message {
  channel: typeof MARK;
  kind: MessageKind;
  /** Of the request that is replied to, or of this one; counted by its sender. */
  id: number;
  topic: string;
  /** JSON text. */
  body: string;
}

/** Characters of a payload. More is rejected by its sender. */
export const MAX_BODY_LENGTH = 8 * 1024 * 1024;

/** Requests of one process without a reply. More are rejected at once: nothing queues without bound. */
export const MAX_PENDING = 10_000;

/** Milliseconds after which a request without a reply is given up. */
export const REPLY_TIMEOUT_MS = 5_000;

/** A request that failed: not sent, without a reply in time, or rejected at its other end. */
export class ChannelError extends Error {
  override readonly name = 'ChannelError';
}

/** A payload that is JSON text already. */
export class JsonText {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** One end of the IPC: of a worker, or of the supervisor for one of its workers. */
export interface Port {
  /** @param failed called where the message cannot be sent: the other end is gone. */
  send(message: Message, failed: () => void): void;
  /** Calls with everything that arrives, in order; also with messages that are not of the channel. */
  receive(listener: (message: unknown) => void): void;
  /** Calls once when the other end is gone. */
  onGone(listener: () => void): void;
}

export function createMessage(kind: MessageKind, id: number, topic: string, body: string): Message {
  return { channel: MARK, kind, id, topic, body };
}

export function isMessage(value: unknown): value is Message {
  return typeof value === 'object' && value !== null && (value as Partial<Message>).channel === MARK;
}

/** @throws ChannelError for a payload that is too long. */
export function bodyOf(payload: unknown): string {
  const body = payload instanceof JsonText ? payload.text : (JSON.stringify(payload) ?? 'null');
  if (body.length > MAX_BODY_LENGTH) {
    throw new ChannelError(`a message of ${body.length} characters is longer than ${MAX_BODY_LENGTH}`);
  }
  return body;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
