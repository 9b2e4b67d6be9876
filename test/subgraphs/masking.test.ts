// Masking in a service: an unexpected error stays inside; the client gets a reference, the log gets the error.
import { Writable } from 'node:stream';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { Database } from '../../subgraphs/database.ts';
import { serve } from '../../subgraphs/server.ts';
import { send } from '../harness/subgraphs.ts';

test('an unexpected error is masked in the response and whole in the log', async () => {
  let written = '';
  const stream = new Writable({
    write(chunk, _encoding, done) {
      written += chunk;
      done();
    },
  });
  const database = new Database(':memory:', { create: '', seed: () => {} });
  const service = {
    name: 'broken',
    schema: makeExecutableSchema({
      typeDefs: 'type Query { secret: String }',
      resolvers: {
        Query: {
          secret: () => {
            throw new Error('The password is swordfish.');
          },
        },
      },
    }),
    session: () => database.session(),
    createContext: () => ({}),
    close: () => database.close(),
  };
  const server = await serve(service, { port: 0, host: '127.0.0.1', latency: 0, log: pino(stream) });
  const response = await send(server.url, '{ secret }');
  await server.stop();
  expect(JSON.stringify(response)).not.toContain('swordfish');
  expect(response).toMatchObject({
    data: { secret: null },
    errors: [{ message: 'Unexpected error.', extensions: { code: 'INTERNAL_SERVER_ERROR' } }],
  });
  expect(written).toContain('swordfish');
});
