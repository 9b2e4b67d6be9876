// Events of subscriptions as a load of the gate, over server-sent events from the service to the client.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';
import { type EventTarget, subscribe } from '../load/event-bursts.ts';
import { EventService, eventData, eventSchema } from '../load/event-service.ts';
import { freePort } from '../run/processes.ts';
import type { Load } from './slices.ts';

const generator = fileURLToPath(new URL('../load/event-generator.ts', import.meta.url));

/** Each client has a subscription of its own at the service. Events are compared with those that the service sends. */
export async function eventLoad(): Promise<Load> {
  const directory = mkdtempSync(join(tmpdir(), 'concierge-gate-'));
  const remove = () => rmSync(directory, { recursive: true, force: true });
  process.once('exit', remove);
  const port = await freePort();
  const config = join(directory, 'events.config.mts');
  const stock = { url: `http://127.0.0.1:${port}/graphql`, schema: 'stock.graphql' };
  writeFileSync(join(directory, 'stock.graphql'), eventSchema);
  writeFileSync(config, `export default ${JSON.stringify({ subgraphs: { stock } })};\n`);
  return {
    services: {
      directory,
      supergraph: '',
      async stop() {
        process.off('exit', remove);
        remove();
      },
    },
    generator,
    burst: 500,
    task: { service: port },
    configured: (gateway) => ({
      ...gateway,
      args: (supergraph, own) => {
        const given = gateway.args(supergraph, own);
        return [...given.toSpliced(given.indexOf('--supergraph'), 2), '--config', config];
      },
    }),
    proved: (candidate) => provedEvent(candidate.port, port),
    target: (candidate, expected): EventTarget => ({ port: candidate.port, expected }),
  };
}

async function provedEvent(gateway: number, port: number): Promise<string> {
  const service = new EventService();
  await service.listen(port);
  try {
    const { client } = await subscribe(service, gateway, 'proof');
    const event = await new Promise<string>((resolve, reject) => {
      client.read(resolve, reject);
      service.send('proof', 1);
    });
    client.close();
    await service.ended();
    const data = /^data: ?(.*)$/m.exec(event)?.[1] ?? 'null';
    if (isDeepStrictEqual(JSON.parse(data), { data: eventData('proof', 1) })) return event;
    throw new Error(`its event is wrong\n${event}`);
  } finally {
    service.close();
  }
}
