// Compression that fails, as zlib does without memory: the operation has been executed, and its result reaches the
// client.
import { expect, test, vi } from 'vitest';
import { sendRaw } from '../fast-path/both-paths.ts';
import { serveGraph } from '../values/served-graph.ts';

vi.mock('node:zlib', async (original) => {
  const failed = () => new Error('ERR_MEMORY_ALLOCATION_FAILED');
  const fail = () => {
    throw failed();
  };
  const failLater = (...given: unknown[]) => (given.at(-1) as (error: Error) => void)(failed());
  return {
    ...(await original<typeof import('node:zlib')>()),
    ...{ gzipSync: fail, zstdCompressSync: fail, gzip: failLater, zstdCompress: failLater },
  };
});

test('a result that cannot be compressed is sent as it is', async () => {
  const graph = await serveGraph({ services: { shop: 'type Query { a: String } type Mutation { add: String }' } });
  for (const service of Object.values(graph.services)) {
    service.returns = () => ({ data: { add: 'x'.repeat(length) } });
  }
  let length = 0;
  // At once, and in the thread pool.
  for (length of [2_000, 100_000]) {
    for (const origin of graph.origins) {
      for (const coding of ['gzip', 'zstd', 'gzip, identity;q=0']) {
        const { status, headers, body } = await sendRaw(origin, {
          headers: { 'content-type': 'application/json', 'accept-encoding': coding },
          body: JSON.stringify({ query: 'mutation { add }' }),
        });
        expect(status).toBe(200);
        expect(headers['content-encoding']).toBeUndefined();
        expect(JSON.parse(body)).toEqual({ data: { add: 'x'.repeat(length) } });
      }
      const compressed = await sendRaw(origin, {
        headers: { 'content-type': 'application/json', 'accept-encoding': 'br' },
        body: JSON.stringify({ query: 'mutation { add }' }),
      });
      expect(compressed.headers['content-encoding']).toBe('br');
    }
  }
});
