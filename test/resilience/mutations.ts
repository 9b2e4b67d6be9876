// Mutations over connections that are reset at every stage: before, while and after the service executes them.

import { createServer, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { createGateway, type GatewayConfig } from '../../gateway/index.ts';
import { randomNumbers } from '../differential/random.ts';
import { listen } from '../harness/listen.ts';

export interface MutationRun {
  mutations: number;
  /** Whether the service has a header for keys. */
  hasKeys: boolean;
  /** Of the faults. */
  seed: number;
}

export interface MutationResult {
  succeeded: number;
  failed: number;
  /** Requests that have reached the service, and those of them that had a key of before. */
  arrived: number;
  repeated: number;
  /** Faults that have been injected. */
  faults: number;
  /** Mutations that were executed more than once; those that succeeded without; those with another's response. */
  twice: number[];
  unexecuted: number[];
  mixedUp: number[];
}

const CONCURRENCY = 25;

/** Share of requests with each kind of fault. */
const FAULT_SHARE = 0.04;

export async function runMutations({ mutations, hasKeys, seed }: MutationRun): Promise<MutationResult> {
  const random = randomNumbers(seed);
  const executions = new Map<number, number>();
  const byKey = new Map<string, string>();
  const result: MutationResult = {
    ...{ succeeded: 0, failed: 0, arrived: 0, repeated: 0, faults: 0 },
    ...{ twice: [], unexecuted: [], mixedUp: [] },
  };

  const execute = (body: string): string => {
    const { query, variables = {} } = JSON.parse(body) as { query: string; variables?: Record<string, number> };
    const number = Object.values(variables)[0] as number;
    executions.set(number, (executions.get(number) ?? 0) + 1);
    const [, name = 'add'] = /\{\s*(?:(\w+)\s*:)?/.exec(query) ?? [];
    return JSON.stringify({ data: { [name]: number } });
  };
  const cut = (response: ServerResponse) => {
    result.faults += 1;
    response.socket?.resetAndDestroy();
  };
  const fail = (response: ServerResponse, status: number) => {
    result.faults += 1;
    response.writeHead(status, { 'content-type': 'text/plain' }).end('of a proxy');
  };
  const server = createServer(async (message, response) => {
    result.arrived += 1;
    const kind = random() / FAULT_SHARE;
    if (kind < 1) return cut(response);
    const body = await text(message);
    const key = message.headers['idempotency-key'];
    const known = typeof key === 'string' ? byKey.get(key) : undefined;
    if (known !== undefined) result.repeated += 1;
    if (kind < 2) return fail(response, 503);
    const made = known ?? execute(body);
    if (typeof key === 'string') byKey.set(key, made);
    if (kind < 3) return cut(response);
    if (kind < 4) return fail(response, 502);
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(made) });
    if (kind < 5) response.write(made.slice(0, 9), () => cut(response));
    else response.end(made);
  });
  const { origin, stop } = await listen(server);
  const config: GatewayConfig = {
    log: { level: 'silent' },
    overload: false,
    subgraphs: {
      bank: {
        url: `${origin}/graphql`,
        schema: 'type Query { sum: Int } type Mutation { add(number: Int!): Int }',
        breaker: false,
        retry: { maxAttempts: 3, budget: 0.5, ...(hasKeys && { idempotencyKey: 'Idempotency-Key' }) },
      },
    },
  };
  const gateway = createGateway(config, '.');
  let next = 0;
  const client = async () => {
    while (next < mutations) {
      const number = next++;
      const query = 'mutation ($number: Int!) { add(number: $number) }';
      const response = await gateway.inject({ query, variables: { number } });
      const { data, errors } = response.json<{ data: { add: number | null } | null; errors?: unknown }>();
      if (errors) result.failed += 1;
      else {
        result.succeeded += 1;
        if (data?.add !== number) result.mixedUp.push(number);
        if (!executions.has(number)) result.unexecuted.push(number);
      }
    }
  };
  try {
    await Promise.all(Array.from({ length: CONCURRENCY }, client));
  } finally {
    await gateway.stop();
    await stop();
  }
  for (const [number, times] of executions) if (times > 1) result.twice.push(number);
  return result;
}
