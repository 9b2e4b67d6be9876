// Bodies that are built to block the gateway, or to fill its memory: attack, expected status and code.
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
  const folder = temporaryFolder({
    'service.graphql':
      'scalar Upload type Query { echo(text: String): String } type Mutation { echo(file: Upload): String }',
  });
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
  return { origins, service };
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

const form = [
  '--b\r\ncontent-disposition: form-data; name="operations"\r\n\r\n',
  JSON.stringify({ query: 'mutation ($file: Upload) { echo(file: $file) }', variables: { file: null } }),
  '\r\n--b\r\ncontent-disposition: form-data; name="map"\r\n\r\n{"0":["variables.file"]}',
  '\r\n--b\r\ncontent-disposition: form-data; name="0"; filename="a.txt"\r\n\r\nsecret\r\n--b--\r\n',
].join('');
const preflighted = 'apollo-require-preflight: 1';

const rejected: [attack: string, head: string[], body: string, status: number, code: string][] = [
  [
    'a content-length beyond the limit, of which nothing is sent',
    [json, 'content-length: 100001'],
    '',
    413,
    'BODY_TOO_LARGE',
  ],
  ['a content-length beyond everything', [json, 'content-length: 99999999999'], '{', 413, 'BODY_TOO_LARGE'],
  [
    'an upload',
    ['content-type: multipart/form-data; boundary=b', preflighted, `content-length: ${form.length}`],
    form,
    415,
    'BAD_REQUEST',
  ],
  [
    'forms in parts of another kind',
    ['content-type: Multipart/Mixed; boundary=b', preflighted, `content-length: ${form.length}`],
    form,
    415,
    'BAD_REQUEST',
  ],
  ...['deflate', 'br', 'zstd', 'unknown', 'identity, gzip'].map((encoding): (typeof rejected)[number] => [
    `content-encoding ${encoding}`,
    [json, `content-encoding: ${encoding}`, `content-length: ${operation.length}`],
    operation,
    415,
    'BAD_REQUEST',
  ]),
];

test.each(rejected)(
  '%s is rejected at once, and no service gets a request',
  async (_attack, head, body, status, code) => {
    const { origins, service } = await serve();
    for (const origin of origins) {
      expect(responseOf(await sendRaw(origin, head, Buffer.from(body)))).toEqual({ status, code });
    }
    expect(service.requests).toEqual([]);
  },
);

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
  const { origins } = await serve();
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
  const { origins } = await serve({ plugins });
  for (const origin of origins) {
    const head = [json, 'transfer-encoding: chunked'];
    expect(responseOf(await sendRaw(origin, head, chunked(operation, 3))).status).toBe(200);
  }
  expect(read).toEqual([operation, operation]);
});
