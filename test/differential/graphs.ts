// The graphs of the differential tests.
import { benchGraph } from './bench-graph.ts';
import { demoGraph } from './demo-graph.ts';
import { edgeCaseGraph } from './edge-cases/graph.ts';
import { federatedGraph } from './federated/graph.ts';
import type { GraphUnderTest } from './graph-under-test.ts';

export const graphNames = ['demo', 'bench', 'edgeCases', 'federated'] as const;
export type GraphName = (typeof graphNames)[number];

export function openGraphUnderTest(name: GraphName): { graph: GraphUnderTest; close(): void } {
  if (name === 'demo') return demoGraph();
  const make = { bench: benchGraph, edgeCases: edgeCaseGraph, federated: federatedGraph }[name];
  return { graph: make(), close() {} };
}
