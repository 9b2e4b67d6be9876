// One measurement, in a process of its own: composes the subgraphs of a folder, or its supergraph, starts the gateway,
// and plans operations that were never seen. Prints the figures as JSON.
//
//   node federation/measured.ts <folder> <operations> [file to write the supergraph to]
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createGateway, type GatewayConfig } from '../../gateway/index.ts';
import { generateOperation } from '../../test/differential/operations.ts';

export interface Figures {
  /** Milliseconds from the start of the process until its modules are loaded. */
  load: number;
  /** Milliseconds from SDL files, or a supergraph, until the gateway listens. */
  start: number;
  /** Of them, milliseconds of the main thread on a processor: what the start takes where nothing else runs. */
  own: number;
  /** Milliseconds of each operation: parsed, validated and planned. */
  operations: number[];
  /** Operations without a plan. */
  unplanned: number;
  types: number;
  /** Bytes; the most that was resident until the gateway listened, and with all operations planned. */
  peakAtStart: number;
  peak: number;
}

const [folder = '', count = '0', output] = process.argv.slice(2);
const load = performance.now();
const before = process.threadCpuUsage();
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
await gateway.start();
const started = performance.now();
const peakAtStart = peakResident();
const { user, system } = process.threadCpuUsage(before);
const { engine, graph } = gateway;
const texts = Array.from({ length: Number(count) }, (_, seed) => {
  const options = { schema: graph.schema, seed, knownValues: () => undefined, mutations: 0.1, introspection: false };
  return generateOperation(options).text;
});
let unplanned = 0;
const operations = texts.map((text) => {
  const begun = performance.now();
  const { operations: prepared, errors } = engine.documents.get(text);
  const [operation] = prepared;
  if (errors || !operation) throw new Error(`not valid: ${errors?.join('; ')}`);
  const plan = operation.planFor({ yes: true });
  if ('unsupported' in plan) unplanned += 1;
  return performance.now() - begun;
});
const figures: Figures = {
  load,
  start: started - load,
  own: (user + system) / 1000,
  operations,
  unplanned,
  types: Object.keys(graph.schema.getTypeMap()).filter((name) => !name.startsWith('__')).length,
  peakAtStart,
  peak: peakResident(),
};
console.log(JSON.stringify(figures));
if (output !== undefined) writeFileSync(output, graph.supergraph ?? '');
await gateway.stop();

/** VmHWM: the most that this process ever had resident. */
function peakResident(): number {
  const [, kilobytes = '0'] = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return Number(kilobytes) * 1024;
}
