// Load on a gateway: clients with connections of their own, which they use again as long as the gateway lets them.
import { Agent, request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';

/** Milliseconds without a response from which a request has failed. */
const PATIENCE = 30_000;

export interface Load {
  /** Distinct values of `served` so far, with their numbers. */
  served: Map<string, number>;
  /** Requests with a response so far. */
  readonly responses: number;
  /** Resolves to what went wrong, once no request is under way. */
  stop(): Promise<string[]>;
}

/** Sends requests until it is stopped. @param pause of each client between two requests, in milliseconds. */
export function startLoad(url: string, clients: number, pause = 2): Load {
  const served = new Map<string, number>();
  const failures: string[] = [];
  let responses = 0;
  let isOver = false;
  const run = async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    while (!isOver) {
      try {
        const value = await send(url, agent);
        served.set(value, (served.get(value) ?? 0) + 1);
        responses += 1;
        // The machine is shared with the gateway that is reloaded.
        await delay(pause);
      } catch (error) {
        failures.push(String(error));
      }
    }
    agent.destroy();
  };
  const running = Promise.all(Array.from({ length: clients }, run));
  return {
    served,
    get responses() {
      return responses;
    },
    stop: async () => {
      isOver = true;
      await running;
      return failures;
    },
  };
}

async function send(url: string, agent: Agent): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const options = { method: 'POST', headers: { 'content-type': 'application/json' }, agent };
  const request = httpRequest(url, options, (response) => {
    text(response).then((body) => resolve(`${response.statusCode} ${body}`), reject);
  });
  request.setTimeout(PATIENCE, () => request.destroy(new Error(`no response within ${PATIENCE} ms`)));
  request.once('error', reject).end('{"query":"{ served }"}');
  const [, value] = /^200 {"data":{"served":"(.*)"}}$/.exec(await promise) ?? [];
  if (value === undefined) throw new Error(await promise);
  return value;
}
