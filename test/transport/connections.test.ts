// Connections to subgraphs over real sockets: each response belongs to its request, to the last byte, or is an error.
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import type { ConnectionState, ConnectionUse, ExchangeHandler } from '../../gateway/transport/connection.ts';
import { Http1Pool } from '../../gateway/transport/http1/http1-pool.ts';
import { InvalidResponse } from '../../gateway/transport/http1/response-head.ts';
import { Sockets } from '../../gateway/transport/http1/sockets.ts';
import { rawService } from './raw-service.ts';

interface PoolOptions {
  connections?: number;
  connectTimeout?: number;
  connectionAge?: number;
}

function openPool(origin: string, { connectTimeout = 1000, ...options }: PoolOptions = {}): Http1Pool {
  const sockets = new Sockets({ origin, connectTimeout });
  const pool = new Http1Pool({ sockets, connections: 10, connectionAge: 60_000, sign: (own) => own, ...options });
  onTestFinished(() => pool.destroy());
  return pool;
}

/** A request, with what is seen of its exchange. */
class Sent implements ExchangeHandler {
  /** Status and body. */
  readonly response: Promise<string>;
  connection?: ConnectionState;
  hasEnded = false;
  isSent = false;
  isReused = false;
  hasResponded = false;
  #controller: { abort(reason: Error): void } | undefined;
  #text = '';
  #resolve: (text: string) => void = () => {};
  #reject: (error: Error) => void = () => {};

  constructor() {
    this.response = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  giveUp(): void {
    this.hasEnded = true;
    this.#reject(new Error('given up'));
    this.#controller?.abort(new Error('given up'));
  }

  onRequestStart(controller: { abort(reason: Error): void }): void {
    this.#controller = controller;
    this.isSent = true;
    if (!this.connection) return;
    this.isReused = this.connection.requests > 0;
    this.connection.requests += 1;
  }

  onResponseStarted(): void {
    this.hasResponded = true;
  }

  onResponseStart(_controller: unknown, status: number): void {
    this.#text = `${status} `;
  }

  onResponseData(_controller: unknown, chunk: Buffer): void {
    this.#text += chunk.toString('latin1');
  }

  onResponseEnd(): void {
    this.#resolve(this.#text);
  }

  onResponseError(_controller: unknown, error: Error): void {
    this.#reject(error);
  }
}

interface Request {
  body?: string;
  fields?: readonly string[];
  use?: ConnectionUse;
}

function send(pool: Http1Pool, { body = '{}', fields = [], use = 'any' }: Request = {}): Sent {
  const sent = new Sent();
  pool.dispatch({ path: '/graphql', fixedFields: [], fields, body }, sent, use);
  return sent;
}

const outcome = ({ response }: Sent): Promise<string> => response.catch((error: Error) => error.message);

const withLength = (body: string, fields = '') =>
  `HTTP/1.1 200 OK\r\n${fields}Content-Length: ${body.length}\r\n\r\n${body}`;

describe('a response that is cut', () => {
  const responses = {
    'with its length': withLength('{"data":{}}', 'Content-Type: application/json\r\n'),
    'in chunks':
      'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n7;a="b"\r\n{"data"\r\n4\r\n:{}}\r\n0\r\nX-End: 1\r\n\r\n',
    'after interim ones': `HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n${withLength('{"data":{}}')}`,
  };

  test.each(Object.entries(responses))('in two at any byte is the same response (%s)', async (_kind, text) => {
    let cut = 0;
    const origin = await rawService(({ socket }) => {
      socket.write(text.slice(0, cut), 'latin1', () => setImmediate(() => socket.write(text.slice(cut), 'latin1')));
    });
    const pool = openPool(origin);
    for (cut = 1; cut < text.length; cut++) expect(await outcome(send(pool))).toBe('200 {"data":{}}');
  });

  test.each(Object.entries(responses))('off at any byte is an error (%s)', async (_kind, text) => {
    let cut = 0;
    const origin = await rawService(({ socket }) => void socket.end(text.slice(0, cut), 'latin1'));
    const pool = openPool(origin);
    for (cut = 0; cut < text.length; cut++) {
      expect([cut, await outcome(send(pool))]).toEqual([cut, 'the service closed the connection']);
    }
    expect(await outcome(send(pool))).toBe('200 {"data":{}}');
  });
});

test('a body without a length is all until the service closes the connection', async () => {
  const origin = await rawService(({ socket, connection }) => {
    socket.write('HTTP/1.1 200 OK\r\n\r\n{"data"', () => setImmediate(() => socket.end(`:${connection}}`)));
  });
  const pool = openPool(origin);
  expect(await outcome(send(pool))).toBe('200 {"data":1}');
  expect(await outcome(send(pool))).toBe('200 {"data":2}');
});

test.each(['HTTP/1.1 204 No Content\r\n\r\n', 'HTTP/1.1 304 Not Modified\r\nContent-Length: 20\r\n\r\n'])(
  'a response without a body leaves its connection for the next: %j',
  async (text) => {
    const origin = await rawService(({ socket, connection, request }) => {
      socket.write(request === 1 ? text : withLength(`${connection}.${request}`));
    });
    const pool = openPool(origin);
    expect(await outcome(send(pool))).toMatch(/^(204|304) $/);
    expect(await outcome(send(pool))).toBe('200 1.2');
  },
);

describe('bytes after the end of a response', () => {
  const stolen = withLength('{"data":"of another"}');

  test('make it an error when they come with it, and never become the next response', async () => {
    const origin = await rawService(({ socket, connection, request }) => {
      socket.write(connection === 1 ? withLength('{"data":1}') + stolen : withLength(`${connection}.${request}`));
    });
    const pool = openPool(origin);
    await expect(send(pool).response).rejects.toBeInstanceOf(InvalidResponse);
    expect(await outcome(send(pool))).toBe('200 2.1');
    expect(await outcome(send(pool))).toBe('200 2.2');
  });

  test('end the connection when they come while it is idle', async () => {
    let sendMore = () => {};
    let isClosed = false;
    const origin = await rawService(({ socket, connection, request }) => {
      socket.write(withLength(`${connection}.${request}`));
      sendMore = () => socket.write(stolen);
      socket.once('close', () => {
        isClosed = true;
      });
    });
    const pool = openPool(origin);
    expect(await outcome(send(pool))).toBe('200 1.1');
    sendMore();
    while (!isClosed) await turn();
    expect(await outcome(send(pool))).toBe('200 2.1');
  });
});

test.each([
  ['two lengths', 'Content-Length: 2\r\nContent-Length: 2\r\n'],
  ['two lengths in one field', 'Content-Length: 2, 2\r\n'],
  ['a length with a sign', 'Content-Length: +2\r\n'],
  ['a length beside chunks', 'Content-Length: 2\r\nTransfer-Encoding: chunked\r\n'],
  ['another transfer coding', 'Transfer-Encoding: gzip, chunked\r\n'],
  ['a folded field', 'X-Folded: a\r\n b\r\nContent-Length: 2\r\n'],
  ['white space before a colon', 'Content-Length : 2\r\n'],
  ['a bare LF', 'X-One: 1\nContent-Length: 2\r\n'],
  ['a bare CR', 'X-One: 1\rContent-Length: 2\r\n'],
  ['a NUL', 'X-One: 1\0\r\nContent-Length: 2\r\n'],
])('a head with %s is no response, and ends its connection', async (_what, fields) => {
  const connections: number[] = [];
  const origin = await rawService(({ socket, connection }) => {
    connections.push(connection);
    socket.write(`HTTP/1.1 200 OK\r\n${fields}\r\n{}`);
  });
  const pool = openPool(origin);
  await expect(send(pool).response).rejects.toBeInstanceOf(InvalidResponse);
  await expect(send(pool).response).rejects.toBeInstanceOf(InvalidResponse);
  expect(connections).toEqual([1, 2]);
});

test('a head without an end is no response beyond 16 KiB', async () => {
  const origin = await rawService(({ socket }) => {
    socket.write(`HTTP/1.1 200 OK\r\n${'X-Long: value\r\n'.repeat(1200)}`);
  });
  expect(await outcome(send(openPool(origin)))).toBe('the head has more than 16384 bytes');
});

test('requests beyond the number of connections wait, in their order; those given up are not sent', async () => {
  const bodies: string[] = [];
  const held: (() => void)[] = [];
  const origin = await rawService(({ socket, text, connection }) => {
    bodies.push(text.slice(-3));
    held.push(() => socket.write(withLength(`${connection}`)));
  });
  const pool = openPool(origin, { connections: 2 });
  const sent = ['[1]', '[2]', '[3]', '[4]', '[5]'].map((body) => send(pool, { body }));
  const outcomes = Promise.all(sent.map(outcome));
  sent[2]?.giveUp();
  for (const count of [2, 3, 4]) {
    while (bodies.length < count) await turn();
    held.shift()?.();
  }
  held.shift()?.();
  expect(await outcomes).toEqual(['200 1', '200 2', 'given up', '200 1', '200 2']);
  expect(bodies).toEqual(['[1]', '[2]', '[4]', '[5]']);
});

test('a request that is given up after it was sent ends its connection, so that its response is no other one', async () => {
  let arrived = 0;
  const origin = await rawService(({ socket, connection }) => {
    arrived += 1;
    if (connection > 1) socket.write(withLength(`${connection}`));
  });
  const pool = openPool(origin);
  const first = send(pool);
  const given = outcome(first);
  while (arrived === 0) await turn();
  first.giveUp();
  expect(await given).toBe('given up');
  expect(await outcome(send(pool))).toBe('200 2');
});

test('the failure of a request says whether it was sent, on a used connection, and whether a response had begun', async () => {
  const origin = await rawService(({ socket, connection, request }) => {
    if (request === 1 && connection === 1) socket.write(withLength('{}'));
    else if (connection === 1) socket.destroy();
    else socket.end('HTTP/1.1 200');
  });
  const pool = openPool(origin);
  const failure = async (sent: Sent) => {
    const error = await sent.response.then(
      () => null,
      (reason: Error & { code?: string }) => reason.code,
    );
    const { isSent, isReused, hasResponded } = sent;
    return { error, isSent, isReused, hasResponded };
  };
  expect(await failure(send(pool))).toMatchObject({ error: null });
  const closed = { error: 'ECONNRESET', isSent: true };
  expect(await failure(send(pool))).toEqual({ ...closed, isReused: true, hasResponded: false });
  expect(await failure(send(pool))).toEqual({ ...closed, isReused: false, hasResponded: true });
  const nowhere = openPool('http://127.0.0.1:1');
  expect(await failure(send(nowhere))).toMatchObject({ error: 'ECONNREFUSED', isSent: false });
});

test('a connection is not used within the last second for which the service leaves it open', async () => {
  const origin = await rawService(({ socket, connection, request }) => {
    socket.write(withLength(`${connection}.${request}`, `Keep-Alive: timeout=${connection === 1 ? 1 : 5}\r\n`));
  });
  const pool = openPool(origin);
  const outcomes: string[] = [];
  for (let index = 0; index < 3; index++) outcomes.push(await outcome(send(pool)));
  expect(outcomes).toEqual(['200 1.1', '200 2.1', '200 2.2']);
});

test.each(['Connection: close\r\n', 'Connection: x, Close\r\n'])(
  '%j of the service ends the connection',
  async (field) => {
    const origin = await rawService(({ socket, connection }) => void socket.write(withLength(`${connection}`, field)));
    const pool = openPool(origin);
    expect([await outcome(send(pool)), await outcome(send(pool))]).toEqual(['200 1', '200 2']);
  },
);

test('a TLS handshake that does not end is given up after the time-out for connections', async () => {
  const origin = await rawService(() => {});
  const pool = openPool(origin.replace('http:', 'https:'), { connectTimeout: 50 });
  const sent = send(pool);
  await expect(sent.response).rejects.toMatchObject({ code: 'CONNECT_TIMEOUT' });
  expect(sent.isSent).toBe(false);
});

test('a header field whose value would end its line is not sent, nor is its request', async () => {
  const origin = await rawService(
    ({ socket, text }) => void socket.write(withLength(text.match(/x-id: (.*)\r/)?.[1] ?? ''), 'latin1'),
  );
  const pool = openPool(origin);
  expect(await outcome(send(pool, { fields: ['x-id', 'a\r\nx-admin: 1'] }))).toMatch(/x-id has characters/);
  expect(await outcome(send(pool, { fields: ['x-id\r\nx-admin', '1'] }))).toMatch(/not the name of a header field/);
  expect(await outcome(send(pool, { fields: ['x-id', 'a\tb\xe9'] }))).toBe('200 a\tb\xe9');
});

test.each([
  ['{"a":"é😀"}', ['x-id', 'plain']],
  ['{"a":"é😀"}', ['x-id', '\xe9\xff']],
  ['{"a":1}', ['x-id', '\xe9\xff']],
])('the body %j is sent in UTF-8, and fields %j as their bytes', async (body, fields) => {
  const origin = await rawService(({ socket, text }) => {
    const [head = '', received = ''] = text.split('\r\n\r\n');
    socket.write(withLength(`${/x-id: (.*)/.exec(head)?.[1]} ${received}`), 'latin1');
  });
  const sent = `${fields[1]} ${Buffer.from(body).toString('latin1')}`;
  expect(await outcome(send(openPool(origin), { body, fields }))).toBe(`200 ${sent}`);
});

test('a request that must not be sent twice has a connection that was idle for less than a second, or a new one', async () => {
  let now = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => now);
  onTestFinished(() => void vi.restoreAllMocks());
  const origin = await rawService(({ socket, connection, request }) => {
    socket.write(withLength(`${connection}.${request}`));
  });
  const pool = openPool(origin, { connections: 2, connectionAge: 10_000 });
  const at = async (time: number, use: ConnectionUse) => {
    now = time;
    return outcome(send(pool, { use }));
  };
  expect(await at(0, 'any')).toBe('200 1.1');
  expect(await at(900, 'recent')).toBe('200 1.2');
  expect(await at(2000, 'recent')).toBe('200 2.1');
  expect(await at(2000, 'new')).toBe('200 3.1');
  expect(await at(3500, 'any')).toBe('200 3.2');
  // Both are too old, whatever the service says.
  expect(await at(12_500, 'any')).toBe('200 4.1');
});

test('closing waits for the requests that run, and takes no more; a check of health has a connection of its own', async () => {
  const held: (() => void)[] = [];
  const origin = await rawService(({ socket, text, connection }) => {
    if (text.startsWith('GET /health')) socket.write('HTTP/1.1 204 No Content\r\n\r\n');
    else if (text.startsWith('GET')) socket.write('HTTP/1.1 500 No\r\nContent-Length: 0\r\n\r\n');
    else held.push(() => socket.write(withLength(`${connection}`)));
  });
  const pool = openPool(origin);
  expect(await Promise.all([pool.isHealthy('/health', 1000), pool.isHealthy('/', 1000)])).toEqual([true, false]);
  expect(await Promise.all([pool.canConnect(), openPool('http://127.0.0.1:1').canConnect()])).toEqual([true, false]);
  const running = send(pool);
  while (held.length === 0) await turn();
  let isClosed = false;
  const closed = pool.close().then(() => {
    isClosed = true;
  });
  await expect(send(pool).response).rejects.toMatchObject({ code: 'ECONNABORTED' });
  expect(isClosed).toBe(false);
  held[0]?.();
  expect(await outcome(running)).toMatch(/^200 /);
  await closed;
});
