// One measurement, in a process of its own: composes the subgraphs of a folder, starts the gateway, and plans operations that
// were never seen. Prints the figures as JSON.
//
//   node federation/measured.ts <folder> <operations>
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createGateway, type GatewayConfig } from '../../gateway/index.ts';
import { generateOperation } from '../../test/differential/operations.ts';

export interface Figures {
  /** Milliseconds until the modules are loaded, from the start of the process. */
  load: number;
  /** Milliseconds from SDL files, or a supergraph, to a gateway; and until it listens. */
  compose: number;
  start: number;
  /** Milliseconds of each operation: parsed, validated and planned. */
  operations: number[];
  /** Operations without a plan. */
  unplanned: number;
  types: number;
  /** Bytes; the most that was resident until the gateway listened, and with all operations planned. */
  peakAtStart: number;
  peak: number;
}

const [folder = '', count = '0'] = process.argv.slice(2);
const load = performance.now();
const config: GatewayConfig = { port: 0, log: { level: 'silent' } };
const files = readdirSync(folder).filter((file) => file.endsWith('.graphql'));
const url = 'http://127.0.0.1:9/graphql';
const gateway = createGateway(
  files.includes('supergraph.graphql')
    ? { ...config, supergraph: 'supergraph.graphql' }
    : {
        ...config,
        subgraphs: Object.fromEntries(files.map((file) => [file.replace('.graphql', ''), { url, schema: file }])),
      },
  folder,
);
const composed = performance.now();
await gateway.start();
const started = performance.now();
const peakAtStart = peakResident();
const { engine, graph } = gateway;
const texts = Array.from({ length: Number(count) }, (_, seed) => {
  const options = { schema: graph.schema, seed, knownValues: () => undefined, mutations: 0.1, introspection: false };
  return generateOperation(options).text;
});
let unplanned = 0;
const operations = texts.map((text) => {
  const before = performance.now();
  const { operations: prepared, errors } = engine.documents.get(text);
  const [operation] = prepared;
  if (errors || !operation) throw new Error(`not valid: ${errors?.join('; ')}`);
  const plan = operation.planFor(Object.fromEntries(Object.entries(operation.conditions({}))));
  if ('unsupported' in plan) unplanned += 1;
  return performance.now() - before;
});
const figures: Figures = {
  load,
  compose: composed - load,
  start: started - composed,
  operations,
  unplanned,
  types: Object.keys(graph.schema.getTypeMap()).filter((name) => !name.startsWith('__')).length,
  peakAtStart,
  peak: peakResident(),
};
console.log(JSON.stringify(figures));
if (graph.supergraph !== undefined && process.send) process.send(graph.supergraph);
await gateway.stop();

/** VmHWM: the most that this process ever had resident. */
function peakResident(): number {
  const [, kilobytes = '0'] = /VmHWM:\s+(\d+)/.exec(readFileSync(join('/proc/self/status'), 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}
