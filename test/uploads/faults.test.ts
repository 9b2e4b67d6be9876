// Files whose client, service or connection fails on the way: each connection ends, and what is said is true.
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { formHeaders, formOf, request, send, serveFiles } from './service.ts';

const attach = 'mutation ($file: Upload!) { attach(file: $file) }';
const form = (content: Buffer | string = 'text') =>
  formOf(
    request(attach, { file: null }, { 0: ['variables.file'] }, [
      { name: '0', filename: 'a.bin', type: 'application/octet-stream', content },
    ]),
  );

/** Sends the head and the first bytes of a form. */
async function begin(url: string, body: Buffer, length = body.length): Promise<Socket> {
  const { hostname, port, pathname } = new URL(url);
  const socket = connect(Number(port), hostname);
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  const fields = { ...formHeaders, host: 'x', 'content-length': `${length}` };
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.write(`POST ${pathname} HTTP/1.1\r\n${lines.join('')}\r\n`);
  socket.write(body);
  return socket;
}

/** The next response, whose body is an object. */
function responseOf(socket: Socket): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const take = (chunk: Buffer) => {
      text += chunk;
      if (!text.endsWith('}')) return;
      socket.off('data', take);
      resolve(text);
    };
    socket.on('data', take);
  });
}

test('a client that leaves within a file ends the request to the service, which gets no whole form', async () => {
  const { urls, files } = await serveFiles();
  const body = form('x'.repeat(300_000));
  let count = 0;
  for (const url of Object.values(urls)) {
    const socket = await begin(url, body.subarray(0, 200_000), body.length);
    // The service has begun to read it.
    await expect.poll(() => files.open).toBe(1);
    socket.destroy();
    count += 1;
    await expect.poll(() => files.broken).toBe(count);
    await expect.poll(() => files.open).toBe(0);
  }
  expect(files.forms).toEqual([]);
  // Node gives a request up whose client has ended its side of the connection.
  const half = await begin(urls.Yoga, body.subarray(0, 200_000), body.length);
  await expect.poll(() => files.open).toBe(1);
  half.end(body.subarray(200_000));
  await expect.poll(() => files.open).toBe(0);
  // The gateway serves on.
  for (const url of Object.values(urls)) expect((await send(url, form())).body).toEqual({ data: { attach: 'done' } });
});

test('requests with files beyond `uploads.concurrency` are 503, until one of the others has its response', async () => {
  const { urls, files } = await serveFiles({ uploads: { concurrency: 1 } });
  const body = form('x'.repeat(300_000));
  for (const url of Object.values(urls)) {
    const socket = await begin(url, body.subarray(0, 200_000), body.length);
    await expect.poll(() => files.open).toBe(1);
    expect(await send(url, form())).toMatchObject({
      status: 503,
      body: { errors: [{ extensions: { code: 'TOO_MANY_CONNECTIONS' } }] },
    });
    const response = responseOf(socket);
    socket.write(body.subarray(200_000));
    expect(await response).toContain('"attach":"done"');
    // The place is free with the end of the response, which its client may see first.
    await expect.poll(async () => (await send(url, form())).body).toEqual({ data: { attach: 'done' } });
  }
});

test('a client that sends nothing more gets an error at the end of `uploads.timeout`, and its connection ends', async () => {
  const { urls, files } = await serveFiles({ uploads: { timeout: '300ms' }, requestTimeout: '1s' });
  const body = form('x'.repeat(300_000));
  const outcomes = Object.values(urls).map(async (url) => {
    const socket = await begin(url, body.subarray(0, 200_000), body.length);
    const closed = once(socket, 'close');
    expect(await responseOf(socket)).toMatch(/SUBGRAPH_TIMEOUT|GATEWAY_TIMEOUT/);
    await closed;
  });
  await Promise.all(outcomes);
  await expect.poll(() => files.open).toBe(0);
  expect(files.forms).toEqual([]);
});

test('a service that responds before it has read everything: its response counts, the rest is discarded', async () => {
  const { urls } = await serveFiles({}, (message, response) => {
    message.once('data', () => {
      message.pause();
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end('{"data":{"attach":"early"}}');
    });
  });
  const body = form(Buffer.alloc(5_000_000));
  for (const url of Object.values(urls)) {
    expect(await send(url, body)).toEqual({ status: 200, body: { data: { attach: 'early' } } });
    // On the same connection: what follows the rest of the form is the next request.
    const socket = await begin(url, body.subarray(0, 1_000_000), body.length);
    expect(await responseOf(socket)).toContain('"early"');
    socket.write(body.subarray(1_000_000));
    const query = JSON.stringify({ query: '{ __typename }' });
    const fields = `host: x\r\ncontent-type: application/json\r\ncontent-length: ${query.length}\r\n`;
    socket.write(`POST /graphql HTTP/1.1\r\n${fields}\r\n${query}`);
    expect(await responseOf(socket)).toContain('"__typename":"Query"');
  }
});

test('a service that dies within a file is unavailable; the form is never sent again', async () => {
  let requests = 0;
  const { urls } = await serveFiles({}, (message) => {
    requests += 1;
    message.once('data', () => message.socket.destroy());
  });
  const body = form(Buffer.alloc(5_000_000));
  for (const url of Object.values(urls)) {
    const { status, body: received } = await send(url, body);
    expect(received).toMatchObject({ errors: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE', subgraph: 'files' } }] });
    expect(status).toBe(200);
  }
  expect(requests).toBe(2);
});

test('a service that is not there, and one that rejects the form', async () => {
  const { urls, files } = await serveFiles({}, (_message, response) => {
    response.writeHead(413, { 'content-type': 'text/plain' });
    response.end('too large');
  });
  for (const url of Object.values(urls)) {
    expect((await send(url, form())).body).toMatchObject({
      errors: [{ extensions: { code: 'SUBGRAPH_BAD_RESPONSE' } }],
    });
  }
  await files.stop();
  for (const url of Object.values(urls)) {
    const { body } = await send(url, form(Buffer.alloc(1_000_000)));
    expect(body).toMatchObject({ errors: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }] });
  }
});

test('a form that arrives byte by byte, and one in a stream without a length, arrive whole', async () => {
  const { urls, files } = await serveFiles();
  const content = Buffer.from('\r\n--edg\r\n--edge', 'latin1').subarray(0, -1);
  const body = form(content);
  for (const url of Object.values(urls)) {
    const bytes = new ReadableStream({
      async start(controller) {
        for (const byte of body) {
          controller.enqueue(Uint8Array.of(byte));
          await new Promise(setImmediate);
        }
        controller.close();
      },
    });
    const init = { method: 'POST', headers: formHeaders, body: bytes, duplex: 'half' } as const;
    expect(await (await fetch(url, init)).json()).toEqual({ data: { attach: 'done' } });
    expect(files.forms.at(-1)?.files).toMatchObject([{ bytes: content.length }]);
  }
});

test('100 MB stay with their client while the service does not read, and arrive whole when it does', async () => {
  const chunk = Buffer.alloc(1_000_000, 'x');
  const total = 100;
  let resume: (() => void) | undefined;
  let received = 0;
  const { urls } = await serveFiles({ uploads: { maxFileBytes: '100mb', maxBytes: '100mb' } }, (message, response) => {
    message.pause();
    resume = () => {
      message.on('data', ({ length }: Buffer) => {
        received += length;
      });
      message.resume();
      message.once('end', () => {
        response.writeHead(200, { 'content-type': 'application/json' });
        response.end('{"data":{"attach":"done"}}');
      });
    };
  });
  const marker = 'MARK';
  const [start, end] = form(marker).toString('latin1').split(marker) as [string, string];
  const length = start.length + end.length + total * chunk.length;
  const socket = await begin(urls['fast path'], Buffer.from(start, 'latin1'), length);
  let sent = 0;
  const write = () => {
    while (sent < total) {
      sent += 1;
      if (!socket.write(chunk)) break;
    }
    if (sent === total) socket.write(end);
    else socket.once('drain', write);
  };
  write();
  await expect.poll(() => resume).toBeDefined();
  // What fits into buffers of sockets, of which there are four; then the client waits.
  let before = -1;
  await expect
    .poll(() => {
      const isStill = before === sent;
      before = sent;
      return isStill;
    })
    .toBe(true);
  expect(sent).toBeLessThan(40);
  resume?.();
  expect(await responseOf(socket)).toContain('"attach":"done"');
  expect(received).toBeGreaterThan(total * chunk.length);
});
