// Warnings about a composed graph: odd definitions, and fields that cannot be planned. Printed by `concierge compose`
// and logged at start.
import type { Graph } from './compose/graph.ts';
import type { ComposedView } from './composed-views.ts';
import { GraphModel } from './planner/model.ts';
import { unplannableWarnings } from './planner/unplannable-messages.ts';

/** Warnings about the graph, and about the graphs of clients with fields of their own. */
export function graphWarnings(graph: Graph, views: readonly ComposedView[]): string[] {
  const warnings = [...graph.warnings, ...unplannable(graph)];
  const known = new Set(warnings);
  for (const { client, graph: own } of views) {
    if (own.version === graph.version) continue;
    const more = [...own.warnings, ...unplannable(own)].filter((warning) => !known.has(warning));
    warnings.push(...more.map((warning) => `client ${client.reference}: ${warning}`));
  }
  return warnings;
}

function unplannable({ schema, subschemas, external }: Graph): string[] {
  return unplannableWarnings(new GraphModel(schema, subschemas, external));
}
