// Bursts of events: a service and the clients of two gateways; each client gets its next event when it has read its last.

import { performance } from 'node:perf_hooks';
import { EventClient } from './event-client.ts';
import { EventService } from './event-service.ts';

export type EventTarget = {
  port: number;
  /** The proved event of the id `proof` with the count 1. */
  expected: string;
};

export type EventBursts = {
  targets: readonly EventTarget[];
  /** The port of the service that the gateways request. */
  service: number;
  /** Subscriptions to each, with an id of their own. */
  connections: number;
  /** Events of one burst. */
  burst: number;
  /** Milliseconds after which no further turn begins. */
  duration: number;
};

type Subscription = { id: string; client: EventClient; count: number };

/** Resolves with the number of events of each of the targets, as many each; rejects at the first wrong event. */
export async function runEventBursts(bursts: EventBursts): Promise<number> {
  const { targets, connections, burst, duration } = bursts;
  const service = new EventService();
  await service.listen(bursts.service);
  const pools = await Promise.all(
    targets.map(async (target, index) => {
      const ids = Array.from({ length: connections }, (_, connection) => `${index}-${connection}`);
      return { target, subscriptions: await Promise.all(ids.map((id) => subscribe(service, target.port, id))) };
    }),
  );
  const end = performance.now() + duration;
  let turns = 0;
  do {
    for (const { target, subscriptions } of pools) await runBurst(service, target.expected, subscriptions, burst);
    turns++;
  } while (performance.now() < end);
  for (const { subscriptions } of pools) for (const { client } of subscriptions) client.close();
  await service.ended();
  service.close();
  return turns * burst;
}

/** Resolves when the service has the subscription of the gateway. */
export async function subscribe(service: EventService, port: number, id: string): Promise<Subscription> {
  const opened = service.opened(id);
  const client = new EventClient(port, id);
  await new Promise<void>((resolve, reject) => {
    client.read(() => reject(new Error('an event came before the service had sent any')), reject);
    opened.then(resolve, reject);
  });
  return { id, client, count: 0 };
}

function runBurst(
  service: EventService,
  expected: string,
  subscriptions: readonly Subscription[],
  events: number,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let sent = 0;
    let received = 0;
    for (const subscription of subscriptions) {
      const { id, client } = subscription;
      const send = () => {
        if (sent === events) return;
        sent++;
        service.send(id, ++subscription.count);
      };
      client.read((event) => {
        const right = expected
          .replace('"proof"', `"${id}"`)
          .replace('"inStock":1,', `"inStock":${subscription.count},`);
        received++;
        if (event !== right) reject(new Error(`not the expected event: ${event}`));
        else if (received === events) resolve();
        else send();
      }, reject);
      send();
    }
  });
}
