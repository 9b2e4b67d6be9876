// Restarts of a service with open subscriptions: the time from its return until each client has its events again, events
// that came twice, and subscriptions that have ended.
//   node subscriptions/restarts.ts [--count 10] [--clients 20] [--away 500] [--upstream sse|websocket]
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { WebSocket } from 'ws';

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '10' },
    clients: { type: 'string', default: '20' },
    /** Milliseconds that the service is away. */
    away: { type: 'string', default: '500' },
    upstream: { type: 'string', default: 'sse' },
  },
});

const path = (file: string) => fileURLToPath(new URL(file, import.meta.url));
const start = async (file: string, ...given: string[]): Promise<[ChildProcess, string]> => {
  const child = fork(path(file), given);
  const [first] = await once(child, 'message');
  return [child, first as string];
};

let [service, url] = await start('service.ts', '50', '0');
const { port } = new URL(url);
const [gateway, origin] = await start('gateway.ts', url, values.upstream, 'unshared');

interface Client {
  seen: Set<string>;
  last: number;
}

let twice = 0;
let ended = 0;
const clients: Client[] = [];
for (let opened = 0; opened < Number(values.clients); opened += 1) {
  const client: Client = { seen: new Set(), last: 0 };
  clients.push(client);
  const socket = new WebSocket(`${origin.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  await once(socket, 'open');
  socket.send('{"type":"connection_init"}');
  await once(socket, 'message');
  // Each has a subscription of its own to the service.
  const query = 'subscription { stockChanged { inStock at } }';
  socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload: { query } }));
  socket.on('message', (data) => {
    const text = String(data);
    const at = /"at":(\d+(?:\.\d+)?)/.exec(text)?.[1];
    if (at === undefined) {
      if (/"(complete|error)"/.test(text)) ended += 1;
      return;
    }
    const key = `${/"inStock":(\d+)/.exec(text)?.[1]} ${at}`;
    if (client.seen.has(key)) twice += 1;
    client.seen.add(key);
    client.last = performance.now();
  });
}

const sleep = (time: number) => new Promise((resolve) => setTimeout(resolve, time));
const haveEvents = async (since: number): Promise<number> => {
  const deadline = performance.now() + 30_000;
  while (clients.some(({ last }) => last < since)) {
    if (performance.now() > deadline) throw new Error('not all clients have events again after 30 s');
    await sleep(5);
  }
  return performance.now() - since;
};

await haveEvents(performance.now());
const times: number[] = [];
for (let round = 0; round < Number(values.count); round += 1) {
  const exit = once(service, 'exit');
  service.kill('SIGKILL');
  await exit;
  await sleep(Number(values.away));
  [service] = await start('service.ts', '50', port);
  times.push(await haveEvents(performance.now()));
}
times.sort((one, other) => one - other);
const shown = (time: number | undefined) => `${Math.round(time ?? 0)} ms`;
console.log(`restarts ${times.length}, clients ${clients.length}, over ${values.upstream}, away for ${values.away} ms`);
console.log(
  `from the return to events at every client: median ${shown(times[times.length >> 1])}, longest ${shown(times.at(-1))}`,
);
console.log(`events that came twice: ${twice}; subscriptions that have ended: ${ended}`);
gateway.kill();
service.kill();
process.exit(ended > 0 || twice > 0 || (times.at(-1) ?? 0) > 2_000 ? 1 : 0);
