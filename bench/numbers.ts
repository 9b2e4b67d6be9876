// Cost of numbers that pass as they are written: responses of about 1 MB, from a service's bytes to the client's
// bytes, read by the gateway and, in turns, by plain `JSON.parse`, in one process. `npm run bench:numbers` takes about a
// minute and writes nothing. Exit code 1 where ids as strings cost more than 1.1 times as much, or large numbers more than 3.

import { parseArgs } from 'node:util';
import { composeGraph } from '../gateway/compose/graph.ts';
import type { PreparedOperation } from '../gateway/engine/prepared-operation.ts';
import type { RemoteClient } from '../gateway/execute/target.ts';
import { parseJson } from '../gateway/json/parse-json.ts';
import { Cancellation } from '../gateway/transport/cancellation.ts';
import { readResponse, type SubgraphResponse } from '../gateway/transport/subgraph-response.ts';
import { executeOperation } from '../test/harness/execute-operation.ts';
import { measuredEngine } from './measured-engine.ts';
import { compareInTurns } from './run/in-turns.ts';

const { values } = parseArgs({
  options: {
    /** Seconds of one round, for each of the two. */
    duration: { type: 'string', default: '0.25' },
    rounds: { type: 'string', default: '15' },
  },
});

interface Case {
  name: string;
  item: (index: number) => string;
  /** The gateway may cost so many times what plain `JSON.parse` does; null without a threshold. */
  threshold: number | null;
}

const snowflake = (index: number) => String(9_007_199_254_740_993n + BigInt(index) * 7_919n);

const cases: Case[] = [
  { name: 'ids as strings', item: (index) => `{"id":"${snowflake(index)}"}`, threshold: 1.1 },
  { name: 'rows with ids as strings', item: (index) => `{"id":"${snowflake(index)}",${rest(index)}}`, threshold: 1.1 },
  { name: 'large numbers', item: (index) => `{"serial":${snowflake(index)}}`, threshold: 3 },
  { name: 'rows with large numbers', item: (index) => `{"serial":${snowflake(index)},${rest(index)}}`, threshold: 3 },
  { name: 'decimals with zeros', item: (index) => `{"price":${index}.50,"rate":${index}.0}`, threshold: 3 },
  { name: 'small numbers', item: (index) => `{"count":${index},"rate":${index / 4 + 0.25}}`, threshold: null },
];

function rest(index: number): string {
  return `"label":"Item number ${index}","count":${index},"note":"It costs 12.50 EUR, or ${index}.00, and more."`;
}

const graph = composeGraph([
  {
    name: 'items',
    sdl: `
      scalar Long  scalar Decimal
      type Query { items: [Item] }
      type Item { id: ID  serial: Long  price: Decimal  rate: Float  count: Int  label: String  note: String }`,
  },
]);

const rounds = { rounds: Number(values.rounds), duration: Number(values.duration) };
let failed = false;
for (const { name, item, threshold } of cases) {
  const items: string[] = [];
  for (let length = 0; length < 1_000_000; length += items.at(-1)?.length ?? 0) items.push(item(items.length));
  const body = Buffer.from(`{"data":{"items":[${items}]}}`);
  const fields = Object.keys(JSON.parse(items[0] as string)).join(' ');
  const chunks = inChunks(body);
  const exact = executing(fields, (hasCustomScalars) => readExactly(Buffer.concat(chunks), hasCustomScalars));
  const plain = executing(fields, () => readPlainly(Buffer.concat(chunks)));
  const numbers = (items[0] as string).match(/\d{16,}/g) ?? [];
  const response = String(await exact());
  if (!numbers.every((number) => response.includes(number))) throw new Error('The response has other numbers.');
  const whole = await compareInTurns(exact, plain, rounds);
  const text = body.toString();
  const parsing = await compareInTurns(
    async () => parseJson(text),
    async () => JSON.parse(text),
    rounds,
  );
  const [exactTime, plainTime] = whole.times;
  console.log(
    `${name}: ${exactTime.toFixed(0)} µs of processor time, ${plainTime.toFixed(0)} by JSON.parse: ${whole.ratio.toFixed(2)} times` +
      `${threshold === null ? '' : ` (threshold ${threshold})`}; parsing alone ${parsing.ratio.toFixed(2)} times`,
  );
  if (threshold !== null && !(whole.ratio <= threshold)) failed = true;
}
if (failed) process.exitCode = 1;

function readExactly(body: Buffer, exponents: boolean): SubgraphResponse {
  return readResponse('items', 200, body, { exponents }) as SubgraphResponse;
}

/** The gateway's work without exact numbers, and without looking at the bytes. */
function readPlainly(body: Buffer): SubgraphResponse {
  const { data } = JSON.parse(body.toString('utf8'));
  return { data, escapes: '' };
}

/** As a socket delivers it. */
function inChunks(body: Buffer): Buffer[] {
  const size = 65_536;
  return Array.from({ length: Math.ceil(body.length / size) }, (_, index) =>
    body.subarray(index * size, (index + 1) * size),
  );
}

/** Executes a query; resolves to the response's bytes. */
function executing(fields: string, respond: (hasCustomScalars: boolean) => SubgraphResponse): () => Promise<Buffer> {
  const client: RemoteClient = {
    name: 'items',
    execute: (_body, _scope, done, profile) => done(null, respond(profile?.hasCustomScalars ?? true)),
    subscribe: () => Promise.reject(new Error('Subscriptions are not measured here.')),
  };
  const engine = measuredEngine({
    schema: graph.schema,
    subschemas: graph.subschemas,
    clients: new Map([['items', client]]),
  });
  const operation = engine.documents.get(`{ items { ${fields} } }`).operation(null) as PreparedOperation;
  return async () => {
    const scope = { requestId: 'bench', cancellation: new Cancellation(), calls: [] };
    const { response } = await executeOperation(engine, operation, {}, scope);
    if (!('stringify' in response) || response.errors) throw new Error(JSON.stringify(response.errors));
    return Buffer.from(response.stringify());
  };
}
