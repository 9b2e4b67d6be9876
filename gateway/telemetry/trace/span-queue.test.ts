import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type BatchExporter, SpanQueue } from './span-queue.ts';
import type { Span } from './spans.ts';
import { Tracer } from './tracer.ts';

const settings = {
  ...{ ratio: 1, followsParent: true, slow: 1_000, tailPerSecond: 10, document: false },
  propagation: ['w3c'] as const,
};

function queueWith(exported: BatchExporter['export'], maxQueued = 2_048) {
  const lines: string[] = [];
  const log = {
    warn: (_: object, message: string) => void lines.push(message),
    info: (_: object, message: string) => void lines.push(message),
  } as unknown as ConstructorParameters<typeof SpanQueue>[0]['log'];
  const exporter = { export: exported, shutdown: () => Promise.resolve() };
  const origin = { resource: {}, scope: { name: 'test', version: '1' } };
  const queue = new SpanQueue({ exporter, origin, maxQueued, log });
  const tracer = new Tracer(settings, queue);
  const add = (count: number) => {
    for (let index = 0; index < count; index += 1) {
      tracer.begin({}, () => false).end({ kind: 'http', requestId: String(index), method: 'GET', path: '/' });
    }
  };
  return { queue, add, lines };
}

test('batches go one after the other, oldest first, and none is lost', async () => {
  const batches: Span[][] = [];
  let running = 0;
  const { queue, add } = queueWith((spans, done) => {
    running += 1;
    expect(running).toBe(1);
    batches.push(spans);
    void setImmediate().then(() => {
      running -= 1;
      done({ code: 0 });
    });
  });
  add(2_000);
  await queue.close();
  expect(batches.map(({ length }) => length)).toEqual([512, 512, 512, 464]);
  const order = batches.flat().map(({ attributes }) => Number(attributes['concierge.request.id']));
  expect(order).toEqual([...order].sort((one, other) => one - other));
  expect(queue.counts).toEqual({ exported: 2_000, dropped: 0, failed: 0 });
});

test('what does not fit is dropped; what is not accepted has failed, with one line until it works again', async () => {
  let code = 1;
  const { queue, add, lines } = queueWith((_, done) => done({ code, error: new Error('no') }), 1_000);
  add(1_600);
  for (let turn = 0; turn < 10; turn += 1) await setImmediate();
  add(600);
  for (let turn = 0; turn < 10; turn += 1) await setImmediate();
  expect(lines).toEqual(['spans cannot be exported']);
  code = 0;
  await queue.close();
  const { exported, dropped, failed } = queue.counts;
  expect(exported + dropped + failed).toBe(2_200);
  expect(dropped).toBe(1_600 - 1_000 - 512);
  expect(exported).toBeGreaterThan(0);
  expect(lines).toEqual(['spans cannot be exported', 'spans are exported again']);
});
