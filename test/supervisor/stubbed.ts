// The supervisor with workers that compose nothing, for tests of what it does with them: `node test/supervisor/stubbed.ts
// FOLDER [unreadyAfter deadAfter]`, both in milliseconds. Of the folder is `state.json`, which each worker reads when it
// starts.
import { appendFileSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Supervised } from '../../gateway/supervisor/supervised.ts';
import { supervise, supervisedOption } from '../../gateway/supervisor/supervisor.ts';

export interface State {
  workers: number;
  digest: string;
  /** By their number, from 1 on, the starts of this digest that fail; `all` of them. */
  failing?: readonly number[] | 'all';
}

const [folder = '.', unreadyAfter, deadAfter] = process.argv.slice(2);
if (process.argv.includes(supervisedOption)) await work();
else if (deadAfter === undefined) await supervise();
else await supervise({ unreadyAfter: Number(unreadyAfter), deadAfter: Number(deadAfter) });

async function work(): Promise<void> {
  const supervised = new Supervised();
  const { workers, digest, failing = [] } = JSON.parse(readFileSync(`${folder}/state.json`, 'utf8')) as State;
  appendFileSync(`${folder}/starts-${digest}`, '.');
  const number = readFileSync(`${folder}/starts-${digest}`).length;
  if (failing === 'all' || failing.includes(number)) {
    await supervised.failed(`start ${number} of ${digest}`);
    process.exit(1);
  }
  await supervised.composed({
    ...{ workers, digest, started: Date.now(), watched: null, clients: folder, supergraph: null, version: '0' },
    ...{ log: { level: 'info', format: 'json' }, health: { host: '127.0.0.1', port: 0 }, stopTime: 60_000 },
  });
  const server = createServer((_request, response) => response.end(`{"data":{"served":"${process.pid}"}}`));
  supervised.onStop(() => server.close(() => process.exit(0)));
  server.listen(0, '127.0.0.1', () => {
    const { port } = server.address() as AddressInfo;
    supervised.serving(`http://127.0.0.1:${port}`, digest, { isReady: () => true, documents: () => [] });
  });
}
