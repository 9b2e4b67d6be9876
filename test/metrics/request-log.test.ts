// The log line of a request: what on-call and auditors need, on both paths, and what is left out on demand.
import { createHash } from 'node:crypto';
import { expect, onTestFinished, test } from 'vitest';
import type { GatewayConfig } from '../../gateway/config/config.ts';
import { createGateway } from '../../gateway/gateway.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { collectLines } from '../harness/log-lines.ts';
import type { LogLine } from '../harness/process.ts';
import { post, startService } from '../values/served-graph.ts';

const sdl = `type Query { a: Int @cacheControl(maxAge: 60) b: Int }
directive @cacheControl(maxAge: Int) on FIELD_DEFINITION`;
const key = 'a-key-of-the-shop-app-1234567890';
const hash = `sha256:${createHash('sha256').update(key).digest('hex')}` as const;
const apiKeys = { keys: [{ name: 'shop', hash }] };

const failing = Array.from({ length: 5 }, () => ({
  message: `no ${'x'.repeat(600)}`,
  path: ['b'],
  extensions: { code: 'NO_B', email: 'person@example.com' },
}));

/** Gateways with the fast path and without, whose lines are collected. */
async function serve(config: Partial<GatewayConfig> = {}) {
  const service = await startService(async ({ query }) => {
    if (query.includes('b')) return { errors: failing, data: { b: null } };
    await new Promise((resolve) => setTimeout(resolve, 10));
    return { data: { a: 1 } };
  });
  const folder = temporaryFolder({ 'first.graphql': sdl });
  return Promise.all(
    [true, false].map(async (fastPath) => {
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
      const lines = collectLines(gateway.log);
      const url = await gateway.start();
      onTestFinished(async () => {
        await gateway.stop();
      });
      /** The line of a request, which is written when its response is complete. */
      const line = async (requestId: string): Promise<LogLine | undefined> => {
        const find = () => lines.find((each) => each.requestId === requestId && String(each.msg).endsWith('request'));
        await expect.poll(find).toBeDefined();
        return find();
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
      ...{ level: 30, operation: 'A', status: 200, cache: 'miss', userAgent: 'shop/1.2' },
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
    expect(await line('failed')).toMatchObject({ level: 30, errors: ['NO_B'], sample: 0 });
    expect(await line('rejected')).toMatchObject({ errors: ['GRAPHQL_VALIDATION_FAILED'] });
    expect(lines.some(({ requestId }) => requestId === 'ordinary')).toBe(false);
  }
});

test('a slow request is a warning, whatever share of the lines is written', async () => {
  for (const { url, line } of await serve({ log: { slow: 5, sample: 0 } })) {
    await post(url, 'query Slow { a }', { headers: { 'x-request-id': 'slow' } });
    expect(await line('slow')).toMatchObject({ level: 40, msg: 'slow request', operation: 'Slow' });
  }
});

test('a line has the id of its plan: one for each plan, on both paths and after the values of variables change', async () => {
  const query = 'query ($with: Boolean!) { a b @include(if: $with) }';
  const plans: unknown[][] = [];
  for (const { url, line } of await serve({ cache: { responses: false } })) {
    const of = [];
    for (const [id, whether] of [
      ['one', true],
      ['two', false],
      ['three', true],
    ] as const) {
      await post(url, query, { variables: { with: whether }, headers: { 'x-request-id': id } });
      of.push((await line(id))?.plan);
    }
    plans.push(of);
  }
  const [[one, two, three] = [], other] = plans;
  expect([one, two, three]).toEqual([
    expect.stringMatching(/^[0-9a-f]{12}$/),
    expect.stringMatching(/^[0-9a-f]{12}$/),
    one,
  ]);
  expect(two).not.toBe(one);
  expect(other).toEqual([one, two, three]);
});

test.each([
  ['codes', { code: 'NO_B', path: ['b'] }],
  [undefined, { code: 'NO_B', path: ['b'], message: `no ${'x'.repeat(497)}` }],
  ['full', { message: `no ${'x'.repeat(497)}`, full: expect.stringContaining('person@example.com') }],
] as const)('errors of a subgraph are logged by log.subgraphErrors: %s', async (subgraphErrors, expected) => {
  for (const { url, line, lines } of await serve({ log: { ...(subgraphErrors && { subgraphErrors }) } })) {
    await post(url, '{ b }', { headers: { 'x-request-id': 'one' } });
    await line('one');
    const [reported] = lines.filter(({ msg }) => msg === 'subgraph errors');
    expect(reported).toMatchObject({ level: 40, requestId: 'one', subgraph: 'first', count: 5 });
    const errors = reported?.subgraphErrors as object[];
    expect(errors).toHaveLength(3);
    if (subgraphErrors === 'full') expect(errors[0]).toMatchObject(expected);
    else {
      expect(errors[0]).toEqual(expected);
      expect(JSON.stringify(lines)).not.toContain('person@example.com');
    }
  }
});

test('details of a failed request are left out together with messages', async () => {
  for (const subgraphErrors of ['codes', 'messages'] as const) {
    const folder = { first: { url: 'http://127.0.0.1:9/graphql', schema: 'first.graphql' } };
    for (const { url, line } of await serve({ log: { subgraphErrors }, subgraphs: folder })) {
      await post(url, '{ a }', { headers: { 'x-request-id': 'one' } });
      const detail = subgraphErrors === 'messages' ? { detail: expect.stringContaining('ECONNREFUSED') } : {};
      const duration = expect.any(Number);
      expect((await line('one'))?.calls).toEqual([
        { subgraph: 'first', duration, outcome: 'SUBGRAPH_UNAVAILABLE', attempts: expect.any(Number), ...detail },
      ]);
    }
  }
});

test('an unexpected error is logged with its type, message, stack and causes, and none of its other properties', async () => {
  const thrown = Object.assign(new TypeError('no object', { cause: new RangeError('too far') }), {
    config: { headers: { authorization: 'Bearer secret-of-a-library' } },
    code: 'E_LIBRARY',
  });
  const onOperation = () => {
    throw thrown;
  };
  for (const { url, lines } of await serve({ hooks: { onOperation } })) {
    await post(url, '{ a }');
    const line = lines.find(({ msg }) => msg === 'unexpected error');
    expect(line?.err).toMatchObject({
      cause: {
        ...{
          type: 'TypeError',
          message: 'no object',
          code: 'E_LIBRARY',
          stack: expect.stringContaining('request-log'),
        },
        cause: { type: 'RangeError', message: 'too far' },
      },
    });
    expect(JSON.stringify(lines)).not.toContain('secret-of-a-library');
  }
});

test('a line has the codes of every operation of a batch, and of a body that cannot be read', async () => {
  for (const { url, line } of await serve()) {
    const send = (id: string, body: string) =>
      fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'x-request-id': id },
        body,
      });
    await send('batch', JSON.stringify(['query B { b }', '{ unknown }', 'query A { a }'].map((query) => ({ query }))));
    const batch = await line('batch');
    expect(batch).toMatchObject({ batch: 2, errors: ['NO_B', 'GRAPHQL_VALIDATION_FAILED'] });
    // No single operation stands for the request.
    expect(Object.keys(batch ?? {}).filter((field) => ['operation', 'document', 'plan'].includes(field))).toEqual([]);
    await send('malformed', '{"query":');
    expect(await line('malformed')).toMatchObject({ status: 400, errors: ['BAD_REQUEST'] });
  }
});
