// Live orders: a subscription over server-sent events ("distinct connections mode" of GraphQL over SSE), read by `fetch`,
// since an EventSource can send no token. It connects again when the stream breaks off.
/// <reference lib="dom" />
import type { OrderStatusSubscription } from '../generated/operations.ts';
import { OrderStatusDocument } from '../generated/sdk.ts';

type LiveOrder = NonNullable<OrderStatusSubscription['orderStatus']>;

export interface LiveOptions {
  url: string;
  token(): Promise<string | null>;
  signal: AbortSignal;
  onOrder(order: LiveOrder): void;
}

/** Milliseconds until it connects again. */
const RETRY_DELAY = 1_000;

export async function followOrders(options: LiveOptions): Promise<void> {
  const { signal } = options;
  while (!signal.aborted) {
    try {
      await readStream(options);
    } catch {
      // The stream broke off, or the gateway does not respond: it is tried again.
    }
    if (!signal.aborted) await new Promise((resolve) => setTimeout(resolve, RETRY_DELAY));
  }
}

async function readStream({ url, token, signal, onOrder }: LiveOptions): Promise<void> {
  const response = await fetch(url, {
    method: 'POST',
    headers: {
      accept: 'text/event-stream',
      'content-type': 'application/json',
      authorization: `Bearer ${await token()}`,
    },
    body: JSON.stringify({ documentId: OrderStatusDocument.id }),
    signal,
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let text = '';
  for (let read = await reader?.read(); read && !read.done; read = await reader?.read()) {
    const events = (text + read.value).split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) {
      const data = /^data: (.+)$/m.exec(event)?.[1];
      const order = data === undefined ? null : (JSON.parse(data).data?.orderStatus as LiveOrder | null | undefined);
      if (order) onOrder(order);
    }
  }
}
