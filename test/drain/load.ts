// Load of clients that send one request after the other on connections that they keep.
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Agent } from 'undici';

export interface Load {
  /** Numbers so far. */
  readonly sent: number;
  /** What the failed requests have got, in place of the response. */
  readonly failures: readonly string[];
  /** Resolves after so many further responses. */
  more(count: number): Promise<void>;
  /** Resolves when the last response has arrived. */
  stop(): Promise<void>;
}

/** @param expected the body of each response. */
export function startLoad(url: string, query: string, expected: string, clients = 8): Load {
  const agent = new Agent({ connections: clients, pipelining: 1, keepAliveTimeout: 60_000 });
  const failures: string[] = [];
  let isOver = false;
  let sent = 0;
  let received = 0;
  const one = async () => {
    const { hostname, port, protocol, pathname } = new URL(url);
    while (!isOver) {
      sent += 1;
      try {
        const { statusCode, body } = await agent.request({
          ...{ origin: `${protocol}//${hostname}:${port}`, path: pathname, method: 'POST' },
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ query }),
        });
        const text = await body.text();
        if (statusCode !== 200 || text !== expected) failures.push(`${statusCode} ${text}`);
      } catch (error) {
        failures.push(String(error));
      }
      received += 1;
    }
  };
  const running = Promise.all(Array.from({ length: clients }, one));
  return {
    get sent() {
      return sent;
    },
    failures,
    async more(count) {
      const enough = received + count;
      while (received < enough) await nextTurn();
    },
    async stop() {
      isOver = true;
      await running;
      await agent.close();
    },
  };
}
