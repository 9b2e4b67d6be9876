// Bodies in chunks of any size, up to the limit and beyond it.
import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { createGateway } from '../../gateway/index.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { startService } from '../values/served-graph.ts';

const maxBodyBytes = 100_000;

async function serve(config: object = {}) {
  const service = await startService(() => ({ data: { echo: 'once' } }));
  const folder = temporaryFolder({ 'service.graphql': 'type Query { echo: String }' });
  const subgraphs = { service: { url: service.url, schema: 'service.graphql' } };
  const origins: string[] = [];
  for (const fastPath of [true, false]) {
    const gateway = createGateway(
      { port: 0, log: { level: 'silent' }, maxBodyBytes, subgraphs, ...config, fastPath },
      { folder },
    );
    origins.push(await gateway.start());
    onTestFinished(async () => {
      await gateway.stop();
    });
  }
  return origins;
}

/** Sends bytes as they are, and reads until the server closes the connection. */
async function sendRaw(origin: string, head: readonly string[], body: Buffer): Promise<string> {
  const { hostname, port } = new URL(origin);
  const socket = connect(Number(port), hostname);
  await once(socket, 'connect');
  socket.write(['POST /graphql HTTP/1.1', 'host: gateway', 'connection: close', ...head, '', ''].join('\r\n'));
  socket.write(body);
  return text(socket);
}

function responseOf(response: string): { status: number; code: string | undefined } {
  const json = /\{.*\}/s.exec(response)?.[0] ?? '{}';
  return { status: Number(response.slice(9, 12)), code: JSON.parse(json).errors?.[0].extensions.code };
}

const json = 'content-type: application/json';
const operation = JSON.stringify({ query: '{ echo }' });

/** @param size of each chunk. */
function chunked(body: string, size: number): Buffer {
  const chunks: string[] = [];
  for (let start = 0; start < body.length; start += size) {
    const chunk = body.slice(start, start + size);
    chunks.push(`${chunk.length.toString(16)}\r\n${chunk}\r\n`);
  }
  return Buffer.from(`${chunks.join('')}0\r\n\r\n`);
}

test.each([
  ['at the limit', 0, 200, undefined],
  ['a byte longer', 1, 413, 'BODY_TOO_LARGE'],
])('a body %s is the same in chunks of any size', async (_which, more, status, code) => {
  const origins = await serve();
  const body = operation + ' '.repeat(maxBodyBytes + more - operation.length);
  for (const origin of origins) {
    for (const size of [1, 7, 20_000, body.length]) {
      const head = [json, 'transfer-encoding: chunked'];
      expect(responseOf(await sendRaw(origin, head, chunked(body, size)))).toEqual({ status, code });
    }
  }
});

test('a plugin reads the body as it was sent', async () => {
  const read: string[] = [];
  const plugins = [
    {
      async onRequest({ request }: { request: Request }) {
        read.push(await request.clone().text());
      },
    },
  ];
  const origins = await serve({ plugins });
  for (const origin of origins) {
    const head = [json, 'transfer-encoding: chunked'];
    expect(responseOf(await sendRaw(origin, head, chunked(operation, 3))).status).toBe(200);
  }
  expect(read).toEqual([operation, operation]);
});
