// AWS Lambda: the gateway behind a function URL, by the calling convention of payload format 2.0, whole and streamed.
import { PassThrough, type Writable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { gunzipSync } from 'node:zlib';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { createGateway, createLambdaHandler, createLambdaStream, type LambdaEvent } from '../../gateway/index.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { type Service, startService } from '../values/served-graph.ts';

afterEach(() => {
  vi.unstubAllGlobals();
});

/** As Lambda sends it for a function URL. */
function eventOf(
  given: { method?: string; path?: string; query?: string; body?: string } & Partial<LambdaEvent>,
): LambdaEvent {
  const { method = 'POST', path = '/graphql', query = '', headers, ...others } = given;
  const domainName = 'abc.lambda-url.eu-central-1.on.aws';
  return {
    version: '2.0',
    rawPath: path,
    rawQueryString: query,
    headers: { host: domainName, 'content-type': 'application/json', 'x-forwarded-proto': 'https', ...headers },
    requestContext: { domainName, http: { method, sourceIp: '192.0.2.7' } },
    isBase64Encoded: false,
    ...others,
  };
}

const context = { getRemainingTimeInMillis: () => 3_000 };

async function* ticks() {
  for (let count = 1; ; count += 1) yield { ticks: count };
}

async function served(): Promise<{ gateway: ReturnType<typeof createGateway>; service: Service }> {
  const service = await startService(({ body }) => ({
    data: { text: body.includes('9000') ? 'é'.repeat(9_000) : 'é' },
  }));
  const folder = temporaryFolder({
    'first.graphql': 'type Query { text(length: Int): String }',
    'own.graphql': 'type Subscription { ticks: Int }',
  });
  const gateway = createGateway(
    {
      ...{ log: { level: 'silent' }, usage: false, overload: false, unreachable: 'warn' },
      forward: { headers: ['cookie', 'x-custom'] },
      fields: { schema: 'own.graphql', resolvers: { Subscription: { ticks: { subscribe: ticks } } } },
      subgraphs: { first: { url: service.url, schema: 'first.graphql' } },
    },
    folder,
  );
  onTestFinished(async () => {
    await gateway.stop();
  });
  return { gateway, service };
}

test('requests and responses of payload format 2.0 are those of HTTP', async () => {
  const { gateway, service } = await served();
  const handler = createLambdaHandler(gateway);
  const body = JSON.stringify({ query: '{ text }' });
  const { statusCode, headers, ...rest } = await handler(
    eventOf({ body, cookies: ['a=1', 'b=2'], headers: { 'x-custom': 'x, y' } }),
    context,
  );
  expect([statusCode, headers['content-type']]).toEqual([200, 'application/json; charset=utf-8']);
  expect(rest).toEqual({ body: '{"data":{"text":"é"}}', isBase64Encoded: false, cookies: [] });
  expect(service.requests[0]?.headers).toMatchObject({ cookie: 'a=1; b=2', 'x-custom': 'x, y' });
  // The operation has what is left of the function's time.
  const left = Number(service.requests[0]?.headers['x-request-timeout-ms']);
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThanOrEqual(2_750);

  const encoded = eventOf({ body: Buffer.from(body).toString('base64'), isBase64Encoded: true });
  expect(await handler(encoded)).toMatchObject({ statusCode: 200, body: '{"data":{"text":"é"}}' });
  const url = { method: 'GET', query: `query=${encodeURIComponent('{ text }')}` };
  const preflighted = { ...url, headers: { 'apollo-require-preflight': '1' } };
  expect(await handler(eventOf(preflighted))).toMatchObject({ statusCode: 200, body: '{"data":{"text":"é"}}' });
  expect(await handler(eventOf({ ...preflighted, method: 'HEAD' }))).toMatchObject({ statusCode: 200, body: '' });
  expect(await handler(eventOf({ method: 'GET', path: '/readiness' }))).toMatchObject({ statusCode: 200 });
  expect(await handler(eventOf({ method: 'GET', path: '/nothing' }))).toMatchObject({ statusCode: 404 });

  const long = JSON.stringify({ query: '{ text(length: 9000) }' });
  const compressed = await handler(eventOf({ body: long, headers: { 'accept-encoding': 'gzip' } }));
  expect(compressed).toMatchObject({ isBase64Encoded: true, headers: { 'content-encoding': 'gzip' } });
  expect(gunzipSync(Buffer.from(compressed.body, 'base64')).toString()).toContain('{"data":');
});

test('cookies of a response are apart from its header fields', async () => {
  const fetch = async () =>
    new Response('ok', {
      headers: [
        ['set-cookie', 'a=1; Path=/'],
        ['set-cookie', 'b=2'],
        ['vary', 'a'],
        ['vary', 'b'],
      ],
    });
  const { headers, cookies } = await createLambdaHandler({ fetch })(eventOf({}));
  expect(cookies).toEqual(['a=1; Path=/', 'b=2']);
  expect(headers).toEqual({ 'content-type': 'text/plain;charset=UTF-8', vary: 'a, b' });
});

test('an event of another payload format is an error that names it', async () => {
  const { gateway } = await served();
  const event = { version: '1.0', path: '/graphql', httpMethod: 'POST' } as unknown as LambdaEvent;
  await expect(createLambdaHandler(gateway)(event)).rejects.toThrow('The event has the payload format 1.0');
});

const subscription = { body: '{"query":"subscription { ticks }"}', headers: { accept: 'text/event-stream' } };

test('whole responses have no end of a subscription to wait for: it is rejected', async () => {
  const { gateway } = await served();
  const { statusCode, body } = await createLambdaHandler(gateway)(eventOf(subscription));
  expect([statusCode, JSON.parse(body)]).toMatchObject([406, { errors: [{ extensions: { code: 'BAD_REQUEST' } }] }]);
  const query = { ...subscription, body: '{"query":"{ text }"}' };
  expect(await createLambdaHandler(gateway)(eventOf(query))).toMatchObject({
    statusCode: 200,
    body: expect.stringContaining('event: complete'),
  });
});

test('a function that streams has event streams', async () => {
  const { gateway } = await served();
  expect(() => createLambdaStream(gateway)).toThrow('There is no `awslambda` here');
  const output = new PassThrough();
  let head: object | undefined;
  type Handler = (event: LambdaEvent, output: Writable, context: object) => Promise<void>;
  vi.stubGlobal('awslambda', {
    streamifyResponse: (handler: Handler) => (event: LambdaEvent, given: object) => handler(event, output, given),
    HttpResponseStream: {
      from(stream: Writable, metadata: object) {
        head = metadata;
        return stream;
      },
    },
  });
  const ended = createLambdaStream(gateway)(eventOf(subscription), context).catch(() => 'cut');
  let received = '';
  for await (const chunk of output) {
    received += String(chunk);
    if (received.includes('{"ticks":3}')) break;
  }
  expect(head).toMatchObject({ statusCode: 200, headers: { 'content-type': 'text/event-stream' }, cookies: [] });
  // The client has left, which ends the subscription and the call.
  expect(await ended).toBe('cut');
});

test('a whole response is streamed as well', async () => {
  const { gateway } = await served();
  const output = new PassThrough();
  vi.stubGlobal('awslambda', {
    streamifyResponse: (handler: (event: LambdaEvent, output: Writable) => Promise<void>) => (event: LambdaEvent) =>
      handler(event, output),
    HttpResponseStream: { from: (stream: Writable) => stream },
  });
  await createLambdaStream(gateway)(eventOf({ body: '{"query":"{ text }"}' }), context);
  expect(await text(output)).toBe('{"data":{"text":"é"}}');
});
