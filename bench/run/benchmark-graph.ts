// The graph of the benchmark as a source of subgraph processes: four subgraphs in one process, on free ports.

import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { subgraphs } from '../subgraphs/graph.ts';
import type { Cores } from './cores.ts';
import type { GraphSource } from './subgraph-process.ts';

/** `latency` is in milliseconds: what every subgraph waits before every response. */
export function benchmarkGraph(cores: Cores, latency = '0'): GraphSource {
  const server = fileURLToPath(new URL('../subgraphs/server.ts', import.meta.url));
  return {
    command: [...cores.others, process.execPath, server, '--free-ports', '--latency', latency],
    supergraph: readFileSync(new URL('../supergraph.graphql', import.meta.url), 'utf8'),
    subgraphs,
  };
}
