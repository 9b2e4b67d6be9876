import { expect, test } from 'vitest';
import { MAX_FETCHES, RequestRing, RING_SIZE } from './request-ring.ts';

function add(ring: RequestRing, requestId: string, fetches = 0): void {
  const slot = ring.next();
  slot.requestId = requestId;
  slot.time = Date.now();
  for (let count = 0; count < fetches; count += 1) {
    const fetch = slot.nextFetch();
    if (fetch) fetch.subgraph = requestId;
  }
}

test('the ring has the latest requests in the order of their ends', () => {
  const ring = new RequestRing();
  for (let index = 1; index <= RING_SIZE + 5; index += 1) add(ring, `r${index}`);
  const ids = [...ring.after(0)].map(({ requestId }) => requestId);
  expect(ids).toHaveLength(RING_SIZE);
  expect(ids[0]).toBe('r6');
  expect([...ring.after(RING_SIZE + 3)].map(({ requestId }) => requestId)).toEqual(['r1004', 'r1005']);
  expect(ring.since).toBeLessThanOrEqual(Date.now());
});

test('a slot that is written over has nothing of the request before, and a bounded number of fetches', () => {
  const ring = new RequestRing();
  add(ring, 'first', MAX_FETCHES + 20);
  const [first] = ring.after(0);
  expect([...(first?.ownFetches() ?? [])]).toHaveLength(MAX_FETCHES);
  expect(first?.fetchCount).toBe(MAX_FETCHES + 20);
  for (let index = 0; index < RING_SIZE; index += 1) add(ring, 'later', 1);
  const subgraphs = [...ring.after(0)].flatMap((request) => [...request.ownFetches()].map(({ subgraph }) => subgraph));
  expect(new Set(subgraphs)).toEqual(new Set(['later']));
  expect(subgraphs).toHaveLength(RING_SIZE);
});

test('a reader is called before requests are written over that it has not read', () => {
  const ring = new RequestRing();
  let read = 0;
  const seen: string[] = [];
  ring.reader = () => {
    for (const { requestId } of ring.after(read)) seen.push(requestId);
    read = ring.total;
  };
  for (let index = 0; index < 10_000; index += 1) add(ring, String(index));
  for (const { requestId } of ring.after(read)) seen.push(requestId);
  expect(seen).toEqual(Array.from({ length: 10_000 }, (_, index) => String(index)));
});
