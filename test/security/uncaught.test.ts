// Failures that nobody catches, in code of the gateway's owner: they are logged, other requests are finished, exit code 1.
import { expect, onTestFinished, test } from 'vitest';
import { temporaryFolder } from '../harness/folder.ts';
import { startGatewayProcess } from '../harness/gateway.ts';
import { startService } from '../values/served-graph.ts';

const failures: [what: string, code: string, origin: string][] = [
  ['an exception in a timer', "setTimeout(() => { throw new Error('own code failed'); })", 'uncaughtException'],
  ['a rejection that nobody handles', "Promise.reject(new Error('own code failed'))", 'unhandledRejection'],
  [
    'an event that nobody handles',
    "setImmediate(() => new EventEmitter().emit('error', new Error('own code failed')))",
    'uncaughtException',
  ],
];

test.each(failures)(
  '%s in a resolver is logged, and other requests get their responses',
  async (_what, code, origin) => {
    const service = await startService();
    const released = Promise.withResolvers<void>();
    const arrived = Promise.withResolvers<void>();
    service.returns = async () => {
      arrived.resolve();
      await released.promise;
      return { data: { slow: 'finished' } };
    };
    const folder = temporaryFolder({
      'service.graphql': 'type Query { slow: String }',
      'fields.graphql': 'type Query { fails: String }',
      'gateway.config.mjs': `
      import { EventEmitter } from 'node:events';
      export default {
        port: 0,
        shortLane: true,
        subgraphs: { service: { url: '${service.url}', schema: 'service.graphql' } },
        fields: {
          schema: 'fields.graphql',
          resolvers: { Query: { fails: () => { ${code}; return 'answered'; } } },
        },
      };`,
    });
    const gateway = await startGatewayProcess(`${folder}/gateway.config.mjs`);
    onTestFinished(async () => {
      await gateway.process.stop();
    });
    const ask = async (query: string) => {
      const headers = { 'content-type': 'application/json', connection: 'close' };
      const response = await fetch(gateway.url, { method: 'POST', headers, body: JSON.stringify({ query }) });
      return response.json();
    };
    const slow = ask('{ slow }');
    await arrived.promise;
    const failing = ask('{ fails }');
    const line = await gateway.process.line(
      ({ level, msg }) => (level === 60 || level === 'fatal') && msg !== undefined,
    );
    expect(line).toMatchObject({ err: { message: 'own code failed', stack: expect.any(String) }, origin });
    released.resolve();
    expect(await failing).toEqual({ data: { fails: 'answered' } });
    expect(await slow).toEqual({ data: { slow: 'finished' } });
    expect(await gateway.process.exit).toBe(1);
  },
);
