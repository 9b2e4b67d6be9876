// Cost of subscriptions: many clients with the same one, on one core. The service, the gateway and the clients are
// processes of their own; the gateway has the first core for itself, the others share the second one.
//   node subscriptions.ts [--subscribers 5000] [--rate 5] [--seconds 10] [--clients websocket|sse] [--upstream sse|websocket]
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { ClientReport, GatewayReport } from './subscriptions/messages.ts';

const { values } = parseArgs({
  options: {
    subscribers: { type: 'string', default: '5000' },
    rate: { type: 'string', default: '5' },
    seconds: { type: 'string', default: '10' },
    clients: { type: 'string', default: 'websocket' },
    upstream: { type: 'string', default: 'sse' },
    /** Selects a field of another service as well. */
    joined: { type: 'boolean', default: false },
  },
});
const subscribers = Number(values.subscribers);
const rate = Number(values.rate);
const seconds = Number(values.seconds);

const processes: ChildProcess[] = [];

function start(core: number, file: string, ...given: string[]): ChildProcess {
  const path = fileURLToPath(new URL(`subscriptions/${file}`, import.meta.url));
  const child = spawn('taskset', ['-c', String(core), process.execPath, path, ...given], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, NODE_ENV: 'production' },
  });
  processes.push(child);
  return child;
}

async function message<Message>(child: ChildProcess): Promise<Message> {
  const [received] = await Promise.race([
    once(child, 'message'),
    once(child, 'exit').then(([code]) => Promise.reject(new Error(`a process has ended with ${code}`))),
  ]);
  return received as Message;
}

async function report<Message>(child: ChildProcess): Promise<Message> {
  child.send('report');
  return message<Message>(child);
}

const sleep = (time: number) => new Promise((resolve) => setTimeout(resolve, time));

try {
  const service = start(1, 'service.ts', String(rate));
  const serviceUrl = await message<string>(service);
  const gateway = start(0, 'gateway.ts', serviceUrl, values.upstream);
  const origin = await message<string>(gateway);
  const idle = await report<GatewayReport>(gateway);
  const clients = start(1, 'clients.ts', origin, String(subscribers), values.clients, String(values.joined));
  await message<string>(clients);
  await sleep(1_000);
  const [before, sent] = [await report<GatewayReport>(gateway), await report<ClientReport>(clients)];
  await sleep(seconds * 1_000);
  const [after, received] = [await report<GatewayReport>(gateway), await report<ClientReport>(clients)];
  const upstream = await report<number>(service);
  const time = (after.time - before.time) / 1_000;
  const events = received.events - sent.events;
  const cpu = (after.cpu - before.cpu) / 1_000;
  const rows: [string, string][] = [
    ['subscribers, over', `${subscribers}, ${values.clients}`],
    ['upstream subscriptions, over', `${upstream}, ${values.upstream}`],
    ['events delivered a second', `${Math.round(events / time)} of ${subscribers * rate}`],
    [
      'CPU of the gateway',
      `${((cpu / 1_000 / time) * 100).toFixed(0)} % of one core, ${((cpu * 1_000) / events).toFixed(1)} µs an event`,
    ],
    ['from the service to the client, ms', `p50 ${received.p50}, p99 ${received.p99}`],
    ['memory of the gateway', `${after.memory} MB; ${idle.memory} MB without subscribers`],
    ['interrupted subscriptions', String(received.ended)],
  ];
  for (const [name, value] of rows) console.log(`${name.padEnd(36)} ${value}`);
} finally {
  for (const child of processes) child.kill();
}
