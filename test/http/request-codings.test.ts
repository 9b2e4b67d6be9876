// Content codings of request bodies: gzip is decoded within the bound, anything else is rejected.
import { gzipSync } from 'node:zlib';
import { request } from 'undici';
import { expect, test } from 'vitest';
import { type Service, serveGraph } from '../values/served-graph.ts';

async function open() {
  const { origins, services } = await serveGraph({
    services: { first: 'type Query { a: Int }' },
    config: { maxBodyBytes: 10_000 },
  });
  (services.first as Service).returns = () => ({ data: { a: 1 } });
  return async (body: Buffer, coding: string, type = 'application/json') => {
    const received = [];
    for (const origin of origins) {
      const response = await request(`${origin}/graphql`, {
        method: 'POST',
        headers: { 'content-type': type, 'content-encoding': coding },
        body,
      });
      const { data, errors } = (await response.body.json()) as { data?: unknown; errors?: { message: string }[] };
      received.push({ status: response.statusCode, data, message: errors?.[0]?.message });
    }
    expect(received[1]).toEqual(received[0]);
    return received[0];
  };
}

const query = Buffer.from('{"query":"{ a }"}');

test('a body in gzip is decoded on both paths, also as a batch of several members and beyond one chunk', async () => {
  const send = await open();
  const long = Buffer.from(JSON.stringify({ query: `{ a } #${'x'.repeat(9000)}` }));
  for (const [body, coding] of [
    [gzipSync(query), 'gzip'],
    [gzipSync(query), 'X-GZip'],
    [Buffer.concat([gzipSync(query.subarray(0, 5)), gzipSync(query.subarray(5))]), 'gzip'],
    [gzipSync(long), 'gzip'],
    [query, 'identity'],
  ] as const) {
    expect(await send(body, coding)).toEqual({ status: 200, data: { a: 1 }, message: undefined });
  }
});

test('a small body that decodes to more than the bound is rejected', async () => {
  const send = await open();
  const bomb = gzipSync(Buffer.alloc(50_000_000, ' '));
  expect(await send(bomb.subarray(0, 9000), 'gzip')).toMatchObject({ status: 413 });
  expect(await send(gzipSync(Buffer.alloc(10_001, ' ')), 'gzip')).toMatchObject({ status: 413 });
});

test.each([
  [
    'bytes that are no gzip',
    query,
    'gzip',
    400,
    'The body of the request is not valid gzip, the coding in its header.',
  ],
  [
    'gzip that breaks off',
    gzipSync(query).subarray(0, 15),
    'gzip',
    400,
    'The body of the request is not valid gzip, the coding in its header.',
  ],
  ['another coding', query, 'br', 415, 'send gzip, or the body as it is.'],
  ['several codings', gzipSync(query), 'gzip, gzip', 415, 'send gzip, or the body as it is.'],
])('%s: rejected', async (_what, body, coding, status, message) => {
  const send = await open();
  expect(await send(body, coding)).toMatchObject({ status, message: expect.stringContaining(message) });
});
