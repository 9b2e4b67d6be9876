// Service of the benchmark of subscriptions: each stream has an event at a fixed rate, over server-sent events and over
// WebSockets. Arguments: events a second, and the port, or 0 for any.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { WebSocketServer } from 'ws';

const interval = 1_000 / Number(process.argv[2]);
const writers = new Set<(data: string) => void>();
let count = 0;

setInterval(() => {
  count += 1;
  const data = JSON.stringify({ data: { stockChanged: { id: 'p1', inStock: count, at: Date.now() } } });
  for (const write of writers) write(data);
}, interval);

const server = createServer((request, response) => {
  let body = '';
  request.on('data', (chunk) => {
    body += chunk;
  });
  request.on('end', () => {
    if (request.headers.accept !== 'text/event-stream') {
      const { variables } = JSON.parse(body);
      const products = Object.values(variables as Record<string, string[]>)[0]?.map((id) => ({
        id,
        name: `Product ${id}`,
      }));
      const alias = /(\w+)\s*:\s*_products/.exec(JSON.parse(body).query)?.[1] ?? '_products';
      response
        .writeHead(200, { 'content-type': 'application/json' })
        .end(JSON.stringify({ data: { [alias]: products } }));
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    const write = (data: string) => void response.write(`event: next\ndata: ${data}\n\n`);
    writers.add(write);
    response.on('close', () => writers.delete(write));
  });
});

new WebSocketServer({ server, handleProtocols: () => 'graphql-transport-ws' }).on('connection', (socket) => {
  const running = new Map<string, (data: string) => void>();
  socket.on('message', (text) => {
    const { type, id } = JSON.parse(String(text));
    if (type === 'connection_init') socket.send('{"type":"connection_ack"}');
    if (type === 'subscribe') {
      const write = (data: string) => socket.send(`{"id":"${id}","type":"next","payload":${data}}`);
      running.set(id, write);
      writers.add(write);
    }
    if (type === 'complete') writers.delete(running.get(id) as (data: string) => void);
  });
  socket.on('close', () => {
    for (const write of running.values()) writers.delete(write);
  });
});

server.listen(Number(process.argv[3] ?? 0), '127.0.0.1', () =>
  process.send?.(`http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`),
);
process.on('message', () => process.send?.(writers.size));
