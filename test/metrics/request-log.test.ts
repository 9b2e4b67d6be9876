// The log line of a request: what on-call and auditors need, on both paths, and what is left out on demand.
import { createHash } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import type { GatewayConfig } from '../../gateway/config/config.ts';
import { createGateway } from '../../gateway/gateway.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { post, startService } from '../values/served-graph.ts';

type Line = Record<string, unknown>;

const sdl = `type Query { a: Int @cacheControl(maxAge: 60) b: Int }
directive @cacheControl(maxAge: Int) on FIELD_DEFINITION`;
const key = 'a-key-of-the-shop-app-1234567890';
const hash = `sha256:${createHash('sha256').update(key).digest('hex')}` as const;
const apiKeys = { keys: [{ name: 'shop', hash }] };

/** Gateways with the fast path and without, whose lines are collected. */
async function serve(config: Partial<GatewayConfig> = {}) {
  const service = await startService(async ({ query }) => {
    if (query.includes('b')) return { errors: [{ message: 'no', extensions: { code: 'NO_B' } }], data: { b: null } };
    await new Promise((resolve) => setTimeout(resolve, 10));
    return { data: { a: 1 } };
  });
  const folder = temporaryFolder({ 'first.graphql': sdl });
  return Promise.all(
    [true, false].map(async (fastPath) => {
      const lines: Line[] = [];
      const gateway = createGateway(
        {
          port: 0,
          fastPath,
          csrf: false,
          usage: false,
          subgraphs: { first: { url: service.url, schema: 'first.graphql' } },
          ...config,
        },
        { folder },
      );
      const collect = (level: string) => (fields: Line, msg: string) => {
        if (msg.endsWith('request')) lines.push({ level, msg, ...fields });
      };
      Object.assign(gateway.log, { info: collect('info'), warn: collect('warn') });
      const url = await gateway.start();
      onTestFinished(async () => {
        await gateway.stop();
      });
      /** The line of a request, which is written when its response is complete. */
      const line = async (requestId: string): Promise<Line | undefined> => {
        await expect.poll(() => lines.some((each) => each.requestId === requestId)).toBe(true);
        return lines.find((each) => each.requestId === requestId);
      };
      return { url, line, lines };
    }),
  );
}

test('a line has the document, the bytes, the outcome of the cache and who sent it', async () => {
  const query = 'query A { a }';
  for (const { url, line } of await serve({ authentication: { apiKeys } })) {
    const headers = (id: string) => ({ 'x-request-id': id, 'user-agent': 'shop/1.2', 'x-api-key': key });
    const { text } = await post(url, query, { headers: headers('one') });
    await post(url, query, { headers: headers('two') });
    const [one, two] = [await line('one'), await line('two')];
    expect(one).toMatchObject({
      ...{ level: 'info', operation: 'A', status: 200, cache: 'miss', userAgent: 'shop/1.2' },
      document: createHash('sha256').update(query).digest('hex'),
      bytes: text.length,
      address: expect.stringMatching(/^(::ffff:)?127\.0\.0\.1$/),
      caller: expect.stringMatching(/^[0-9a-f]{16}$/),
    });
    expect(two).toMatchObject({ cache: 'hit', bytes: text.length, calls: [], caller: one?.caller });
  }
});

test('without personal fields, nothing of a person is in it', async () => {
  for (const { url, line } of await serve({ log: { personal: false }, authentication: { apiKeys } })) {
    await post(url, '{ a }', { headers: { 'x-request-id': 'one', 'user-agent': 'shop/1.2', 'x-api-key': key } });
    const fields = Object.keys((await line('one')) ?? {});
    expect(fields).toContain('bytes');
    expect(fields.filter((field) => ['address', 'userAgent', 'caller'].includes(field))).toEqual([]);
  }
});

test('lines of ordinary requests are sampled, and those of errors are all written', async () => {
  for (const { url, line, lines } of await serve({ log: { sample: 0 } })) {
    for (const id of ['ordinary', 'failed', 'rejected']) {
      const query = { ordinary: '{ a }', failed: '{ b }', rejected: '{ c }' }[id] as string;
      await post(url, query, { headers: { 'x-request-id': id } });
    }
    expect(await line('failed')).toMatchObject({ level: 'info', errors: ['NO_B'], sample: 0 });
    expect(await line('rejected')).toMatchObject({ errors: ['GRAPHQL_VALIDATION_FAILED'] });
    expect(lines.some(({ requestId }) => requestId === 'ordinary')).toBe(false);
  }
});

test('a slow request is a warning, whatever share of the lines is written', async () => {
  for (const { url, line } of await serve({ log: { slow: 5, sample: 0 } })) {
    await post(url, 'query Slow { a }', { headers: { 'x-request-id': 'slow' } });
    expect(await line('slow')).toMatchObject({ level: 'warn', msg: 'slow request', operation: 'Slow' });
  }
});
