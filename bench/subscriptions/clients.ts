// Clients of the benchmark of subscriptions. Arguments: origin of the gateway, their number, their transport, whether they
// select a field of another service as well.
import { once } from 'node:events';
import { request } from 'node:http';
import { WebSocket } from 'ws';
import type { ClientReport } from './messages.ts';

const [, , origin = '', number, transport, joined] = process.argv;
const query = `subscription { stockChanged { id inStock at ${joined === 'true' ? 'name ' : ''}} }`;
const counts = { events: 0, ended: 0 };
let latencies: number[] = [];

/** @param text of an event. */
function receive(text: string): void {
  counts.events += 1;
  if (counts.events % 100 === 0) latencies.push(Date.now() - Number(/"at":(\d+)/.exec(text)?.[1]));
}

async function overWebSocket(): Promise<void> {
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
    perMessageDeflate: false,
  });
  socket.on('error', () => {});
  socket.on('close', () => {
    counts.ended += 1;
  });
  await once(socket, 'open');
  socket.send('{"type":"connection_init"}');
  await once(socket, 'message');
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
  socket.on('message', (data: Buffer) => {
    const text = data.toString('latin1');
    if (text.includes('"next"')) receive(text);
    else if (!text.includes('"ping"')) counts.ended += 1;
  });
}

async function overEventStream(): Promise<void> {
  const sent = request(`${origin}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
  });
  sent.end(JSON.stringify({ query }));
  const [response] = await once(sent, 'response');
  response.on('data', (chunk: Buffer) => {
    // An event is one write of the gateway.
    const text = chunk.toString('latin1');
    if (text.includes('event: next')) receive(text);
  });
  response.on('close', () => {
    counts.ended += 1;
  });
}

const open = transport === 'sse' ? overEventStream : overWebSocket;
for (let opened = 0; opened < Number(number); opened += 50) {
  await Promise.all(Array.from({ length: Math.min(50, Number(number) - opened) }, open));
}
process.send?.('open');
process.on('message', () => {
  const sorted = latencies.sort((one, other) => one - other);
  latencies = [];
  const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? 0;
  const report: ClientReport = { ...counts, p50: at(0.5), p99: at(0.99) };
  process.send?.(report);
});
