// What the console's ring costs for one request, and nothing else: the records of its three fetches, and the copy into the
// ring at its end.
import type { IncomingMessage } from 'node:http';
import { RecentRequests } from '../../gateway/pipeline/recent-requests.ts';
import { RequestContext } from '../../gateway/pipeline/request-context.ts';

const ROUND = 5_000;
const FETCHES = 3;

/** @returns microseconds of processor time of one request with the ring and without it, in each round. */
export function measureRing(requests: number): { without: number; with: number }[] {
  const message = { headers: {}, url: '/graphql', method: 'POST' } as IncomingMessage;
  const recent = new RecentRequests();
  const end = { method: 'POST', path: '/graphql', status: 200, bytes: 300 };
  const bodies = Array.from({ length: FETCHES }, (_, id) => `{"query":"{ product(id: ${id}) { name } }"}`);
  const round = (isRecorded: boolean) => {
    const before = process.cpuUsage();
    for (let request = 0; request < ROUND; request += 1) {
      const context = RequestContext.of(message);
      if (isRecorded) recent.begin(context);
      const { fetches } = context;
      for (const [id, body] of bodies.entries()) {
        fetches?.launch(id, 'shop', body);
        const record = fetches?.send('shop', body, 'http://127.0.0.1:4001/graphql', 1);
        record?.receiveHead();
        record?.end('ok');
      }
      if (isRecorded) recent.add(context, end, performance.now() - context.started);
    }
    const { user, system } = process.cpuUsage(before);
    return (user + system) / ROUND;
  };
  const rounds = Array.from({ length: Math.ceil(requests / ROUND / 2) }, (_, index) => {
    if (index % 2 === 0) return { without: round(false), with: round(true) };
    const first = round(true);
    return { without: round(false), with: first };
  });
  return rounds.slice(Math.floor(rounds.length / 10));
}
