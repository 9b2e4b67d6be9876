// Uncaught failures in code of the gateway's owner: they are logged, other requests are finished, exit code 1.
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../harness/folder.ts';
import { type GatewayProcess, startGatewayProcess } from '../harness/gateway.ts';
import { startService } from '../values/served-graph.ts';
import { PlainClient } from '../websocket/shop.ts';

/** A gateway in a process of its own whose field `slow` is held until `release` is called. */
async function start(config: string, fails = "'served'") {
  const service = await startService();
  const released = Promise.withResolvers<void>();
  const arrived: (() => void)[] = [];
  service.returns = async () => {
    for (const report of arrived.splice(0)) report();
    await released.promise;
    return { data: { slow: 'finished' } };
  };
  const folder = temporaryFolder({
    'service.graphql': 'type Query { slow: String }',
    'fields.graphql': `
      type Query { fails: String guarded: String @policy(policies: [["own"]]) }
      type Mutation { change: String @invalidates(type: "Query") }
      type Subscription { failing: String }`,
    'gateway.config.mjs': `
      import { EventEmitter } from 'node:events';
      const fail = () => { throw new Error('own code failed'); };
      export default {
        port: 0,
        subgraphs: { service: { url: '${service.url}', schema: 'service.graphql' } },
        authorization: { policies: { own: () => true } },
        fields: {
          schema: 'fields.graphql',
          resolvers: {
            Query: { fails: () => ${fails}, guarded: () => 'served' },
            Mutation: { change: () => 'served' },
            Subscription: {
              failing: {
                async *subscribe() {
                  yield 'served';
                  setTimeout(fail);
                  await new Promise(() => {});
                },
                resolve: (event) => event,
              },
            },
          },
        },
        ${config}
      };`,
  });
  const gateway = await startGatewayProcess(`${folder}/gateway.config.mjs`, { isSingle: true });
  onTestFinished(async () => {
    await gateway.process.stop();
  });
  const send = async (query: string, own: Record<string, string> = {}) => {
    const headers = { 'content-type': 'application/json', connection: 'close', ...own };
    const response = await fetch(gateway.url, { method: 'POST', headers, body: JSON.stringify({ query }) });
    return { status: response.status, body: await response.json() };
  };
  /** Starts a request that has reached the service when this resolves. */
  const begin = async <Begun>(request: () => Begun): Promise<{ begun: Begun }> => {
    const reached = new Promise<void>((resolve) => arrived.push(resolve));
    const begun = request();
    await reached;
    return { begun };
  };
  return { gateway, send, begin, release: released.resolve };
}

const fatalLine = ({ process }: GatewayProcess) =>
  process.line(({ level, msg }) => (level === 60 || level === 'fatal') && msg !== undefined);

const resolverFailures: [what: string, code: string, origin: string][] = [
  ['an exception in a timer', "(setTimeout(fail), 'served')", 'uncaughtException'],
  ['an unhandled rejection', "(Promise.reject(new Error('own code failed')), 'served')", 'unhandledRejection'],
  [
    'an unhandled error event',
    "(setImmediate(() => new EventEmitter().emit('error', new Error('own code failed'))), 'served')",
    'uncaughtException',
  ],
];

const hookFailures: [what: string, config: string, query: string, origin: string][] = [
  [
    'an exception that a plugin throws later than its onRequest',
    "plugins: [{ onRequest: ({ request }) => { if (request.headers.has('x-fails')) setTimeout(fail); } }],",
    '{ fails }',
    'uncaughtException',
  ],
  [
    'a rejection of a plugin after the response',
    "plugins: [{ onResponse: ({ request }) => { if (request.headers.has('x-fails')) setImmediate(async () => { await null; fail(); }); } }],",
    '{ fails }',
    'unhandledRejection',
  ],
  [
    "an exception of a plugin's onExecuteDone in a microtask",
    "plugins: [{ onExecute: ({ args }) => ({ onExecuteDone: () => args.contextValue.request.headers.has('x-fails') && queueMicrotask(fail) }) }],",
    '{ fails }',
    'uncaughtException',
  ],
  [
    'a rejection of a hook after the response',
    'cache: { onInvalidate: () => { setTimeout(async () => fail()); } },',
    'mutation { change }',
    'unhandledRejection',
  ],
  [
    'an exception in a timer of a policy',
    'authorization: { policies: { own: () => { setTimeout(fail); return true; } } },',
    '{ guarded }',
    'uncaughtException',
  ],
];

test.each([
  ...resolverFailures.map(([what, code, origin]) => [`${what} in a resolver`, '', code, '{ fails }', origin] as const),
  ...hookFailures.map(([what, config, query, origin]) => [what, config, undefined, query, origin] as const),
])('%s is logged, and other requests get their responses', async (_what, config, code, query, origin) => {
  const { gateway, send, begin, release } = await start(config, code);
  const { begun: other } = await begin(() => send('{ slow }'));
  const failing = send(query, { 'x-fails': '1' });
  expect(await fatalLine(gateway)).toMatchObject({
    err: { message: 'own code failed', stack: expect.any(String) },
    origin,
  });
  release();
  const served = await failing;
  expect(Object.values((served.body as { data: object }).data)).toEqual(['served']);
  expect(await other).toEqual({ status: 200, body: { data: { slow: 'finished' } } });
  expect(await gateway.process.exit).toBe(1);
});

test('a failure while a subscription over a WebSocket runs lets other operations finish', async () => {
  const { gateway, send, begin, release } = await start('');
  const { begun: overHttp } = await begin(() => send('{ slow }'));
  const client = new PlainClient(gateway.url.replace('http', 'ws'));
  await once(client.socket, 'open');
  client.send({ type: 'connection_init' });
  expect(await client.message()).toMatchObject({ type: 'connection_ack' });
  await begin(() => client.send({ type: 'subscribe', id: 'slow', payload: { query: '{ slow }' } }));
  client.send({ type: 'subscribe', id: 'failing', payload: { query: 'subscription { failing }' } });
  expect(await client.message()).toMatchObject({ id: 'failing', payload: { data: { failing: 'served' } } });
  await fatalLine(gateway);
  release();
  const messages = [await client.message(), await client.message()];
  expect(messages).toContainEqual({ id: 'slow', type: 'next', payload: { data: { slow: 'finished' } } });
  expect(await overHttp).toEqual({ status: 200, body: { data: { slow: 'finished' } } });
  expect(await gateway.process.exit).toBe(1);
});

const caught: [what: string, plugin: string][] = [
  ['onRequest', 'async onRequest() { await null; fail(); }'],
  ['onParams', 'async onParams() { await null; fail(); }'],
  ['onContextBuilding', 'async onContextBuilding() { await null; fail(); }'],
  ['onExecute', 'async onExecute() { await null; fail(); }'],
  ['onExecutionResult', 'async onExecutionResult() { await null; fail(); }'],
  ['onResultProcess', 'async onResultProcess() { await null; fail(); }'],
  ['onResponse', 'async onResponse() { await null; fail(); }'],
];

test('an error of an awaited hook of a plugin fails its request alone, and the process goes on', async () => {
  const hooks = caught.map(([name, code]) => [name, code.replace('fail();', `if (failing === '${name}') fail();`)]);
  const config = `plugins: [
    { onRequest({ request }) { globalThis.failing = request.headers.get('x-failing'); } },
    { ${hooks.map(([, code]) => code?.replaceAll('failing ===', 'globalThis.failing ===')).join(',\n')} },
  ],`;
  const { gateway } = await start(config);
  for (const [name] of [...caught, ['none']]) {
    const headers = { 'content-type': 'application/json', 'x-failing': String(name) };
    const response = await fetch(gateway.url, { method: 'POST', headers, body: '{"query":"{ fails }"}' });
    const text = await response.text();
    if (name === 'none') expect([response.status, text]).toEqual([200, '{"data":{"fails":"served"}}']);
    else {
      expect(text, name).toContain('INTERNAL_SERVER_ERROR');
      expect(text, name).not.toMatch(/own code|at |mjs/);
    }
  }
});
