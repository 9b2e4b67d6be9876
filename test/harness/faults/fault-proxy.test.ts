// The faults of the fault proxy happen as they are set, and to the bytes that they are set for.
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { type FaultKind, type FaultOptions, FaultProxy, type Faults } from './fault-proxy.ts';

/** A service that echoes in two chunks, and closes the connection at "end". */
async function proxied(faults: Faults, options: FaultOptions = {}): Promise<FaultProxy> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.on('data', (chunk) => {
      if (String(chunk) === 'end') socket.end('bye');
      else socket.write(chunk.subarray(0, 5), () => setImmediate(() => socket.write(chunk.subarray(5))));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const proxy = await FaultProxy.start(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, faults, options);
  onTestFinished(async () => {
    await proxy.stop();
    server.close();
  });
  return proxy;
}

interface Client {
  socket: Socket;
  received(): string;
  /** Resolves with the code of its error; null for a regular end. */
  closed: Promise<string | null>;
}

function client({ port }: FaultProxy): Client {
  const socket = connect(port, '127.0.0.1');
  onTestFinished(() => void socket.destroy());
  let received = '';
  let code: string | null = null;
  socket.on('data', (chunk) => (received += String(chunk)));
  socket.on('error', (error: NodeJS.ErrnoException) => (code = error.code ?? ''));
  const closed = new Promise<string | null>((resolve) => socket.on('close', () => resolve(code)));
  return { socket, received: () => received, closed };
}

test('latency, jitter and bandwidth delay responses, and change neither their bytes nor their order', async () => {
  const proxy = await proxied({ latency: 5, jitter: 20, bandwidth: 20_000 });
  const { socket, received, closed } = client(proxy);
  const started = performance.now();
  const text = Array.from({ length: 2_000 }, (_, index) => String(index)).join(' ');
  socket.write(text);
  await expect.poll(received, { timeout: 60_000 }).toBe(text);
  // 8,889 bytes at 20,000 a second.
  expect(performance.now() - started).toBeGreaterThan(440);
  socket.write('end');
  expect(await closed).toBeNull();
  expect(received()).toBe(`${text}bye`);
});

test('a response is cut after so many bytes, also where it comes in several chunks', async () => {
  const proxy = await proxied({ cutAfter: 7 });
  const first = client(proxy);
  first.socket.write('0123456789');
  expect(await first.closed).toBe('ECONNRESET');
  // The last bytes may be lost with the reset, as they are in networks.
  expect('0123456').toContain(first.received());
  const second = client(proxy);
  second.socket.write('0123456789');
  await expect.poll(second.received).toBe('0123456789');
  second.socket.write('end');
  expect(await second.closed).toBeNull();
});

test('a plan decides for each request, and what happens is reported with its id', async () => {
  const happened: [FaultKind, string][] = [];
  const plans: Record<string, Faults> = {
    hole: { isBlackHole: true },
    reset: { resets: true },
    cut: { cutAfter: 3 },
    late: { latency: 1 },
    lost: {},
  };
  const proxy = await proxied(
    {},
    {
      plan: (request) => plans[request] ?? { isHalfOpen: request === '' },
      onFault: (kind, request) => happened.push([kind, request]),
    },
  );
  const head = (id: string) => `POST / HTTP/1.1\r\nX-Request-Id: ${id}\r\n\r\n`;
  const sent = Object.keys(plans).map((id) => {
    const one = client(proxy);
    one.socket.write(head(id));
    return one;
  });
  const [hole, reset, cut, late, lost] = sent as [Client, Client, Client, Client, Client];
  expect(await Promise.all([reset.closed, cut.closed])).toEqual(['ECONNRESET', 'ECONNRESET']);
  await expect.poll(() => [late, lost].map((one) => one.received())).toEqual([head('late'), head('lost')]);
  // The service ends the connection, and nothing shows it.
  lost.socket.write('end');
  await expect.poll(lost.received).toBe(`${head('lost')}bye`);
  await expect
    .poll(() => {
      lost.socket.write(head('after'));
      return happened.map(([kind]) => kind);
    })
    .toContain('lost');
  expect([hole.received(), hole.socket.closed, lost.socket.closed]).toEqual(['', false, false]);
  expect(happened.filter(([kind]) => kind !== 'lost')).toEqual(
    expect.arrayContaining([
      ['blackHole', 'hole'],
      ['reset', 'reset'],
      ['cut', 'cut'],
      ['late', 'late'],
    ]),
  );
});
