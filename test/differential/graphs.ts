// The graphs that operations are compared over.
import { benchSubject } from './bench-graph.ts';
import { demoSubject } from './demo-graph.ts';
import { federatedSubject } from './federated/graph.ts';
import { nastySubject } from './nasty/graph.ts';
import type { Subject } from './subject.ts';

export const graphNames = ['demo', 'bench', 'nasty', 'federated'] as const;
export type GraphName = (typeof graphNames)[number];

export function openSubject(name: GraphName): { subject: Subject; close(): void } {
  if (name === 'demo') return demoSubject();
  const make = { bench: benchSubject, nasty: nastySubject, federated: federatedSubject }[name];
  return { subject: make(), close() {} };
}
