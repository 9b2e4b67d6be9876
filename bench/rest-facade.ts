// Cost of the REST façade: a GET of a trusted document's path beside a POST by the document's id, of the same operation with the
// same variables, by processor time a request of one gateway in turns. `npm run bench:facade` takes about a minute, prints a table
// and writes nothing. Exit code 1 where a GET takes more than 1.05 times the processor time of a POST.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { collectDocuments } from '../gateway/persisted-documents/collect-documents.ts';
import { type Exchange, load, openConnection, send } from './rest-facade/client.ts';
import { median } from './run/results.ts';

const threshold = 1.05;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '12' },
    /** Seconds of one round, for each of the two. */
    duration: { type: 'string', default: '1' },
    connections: { type: 'string', default: '20' },
  },
});

const product = { id: 'p1', name: 'A product', price: 12.5, inStock: true };
const service = createServer(async (request, response) => {
  const { query } = JSON.parse(await text(request));
  const body = JSON.stringify({ data: /\bcached\b/.test(query) ? { cached: product } : { product } });
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }).end(body);
});
await once(service.listen(0, '127.0.0.1'), 'listening');
const { port: servicePort } = service.address() as { port: number };

const gateway = fork(new URL('./rest-facade/gateway.ts', import.meta.url), [`http://127.0.0.1:${servicePort}/graphql`]);
const [{ port }] = (await once(gateway, 'message')) as [{ port: number }];

async function cpuTime(): Promise<number> {
  gateway.send('usage');
  const [{ cpu }] = (await once(gateway, 'message')) as [{ cpu: NodeJS.CpuUsage }];
  return cpu.user + cpu.system;
}

const sockets = await Promise.all(Array.from({ length: Number(values.connections) }, () => openConnection(port)));

function get(path: string): Buffer {
  return Buffer.from(`GET ${path} HTTP/1.1\r\nhost: localhost\r\naccept: application/json\r\n\r\n`);
}

function post(path: string, body: object): Buffer {
  const json = JSON.stringify(body);
  const head = `POST ${path} HTTP/1.1\r\nhost: localhost\r\naccept: application/json\r\ncontent-type: application/json`;
  return Buffer.from(`${head}\r\ncontent-length: ${Buffer.byteLength(json)}\r\n\r\n${json}`);
}

async function measure({ request, expected }: Exchange): Promise<number> {
  const before = await cpuTime();
  const done = await load(sockets, { request, expected }, 1000 * Number(values.duration));
  return ((await cpuTime()) - before) / done;
}

const { documents } = collectDocuments(new URL('./rest-facade/operations', import.meta.url).pathname);
let worst = 0;
for (const [name, field, title] of [
  ['Product', 'products', 'from the service'],
  ['Cached', 'cached', 'from the response cache'],
] as const) {
  const id = documents.find((document) => document.name === name)?.id;
  const facade = { request: get(`/rest/web/${field}/p1?first=10`), expected: '' };
  const byId = { request: post('/graphql/web', { documentId: id, variables: { id: 'p1', first: 10 } }), expected: '' };
  for (const each of [facade, byId]) each.expected = await send(sockets[0]!, each.request);
  if (`{"data":${facade.expected}}` !== byId.expected) throw new Error('The responses differ.');
  await measure(facade);
  await measure(byId);
  const pairs: [number, number][] = [];
  for (let round = 0; round < Number(values.rounds); round += 1) {
    // Neither is always the first.
    const [one, other] = round % 2 === 0 ? [facade, byId] : [byId, facade];
    const measured = [await measure(one), await measure(other)] as const;
    pairs.push(round % 2 === 0 ? [measured[0], measured[1]] : [measured[1], measured[0]]);
  }
  const ratio = median(pairs.map(([first, second]) => first / second));
  const [ofGet, ofPost] = [0, 1].map((index) => median(pairs.map((pair) => pair[index]!)));
  worst = Math.max(worst, ratio);
  console.log(`${title}: GET ${ofGet!.toFixed(1)} µs, POST by id ${ofPost!.toFixed(1)} µs; ratio ${ratio.toFixed(3)}`);
}
console.log(`The bar is ${threshold}.`);
for (const socket of sockets) socket.destroy();
gateway.disconnect();
service.close();
if (!(worst <= threshold)) process.exitCode = 1;
