// Custom scalars in a plan: the subgraphs whose responses may contain values of them. Only in those must every form
// of a number stay as it is written.
import type { KeyField, Plan } from '../query-plan/plan.ts';
import type { FieldShape, Shape, ValueType } from '../query-plan/shape.ts';

/** Returns a function that is true for subgraphs whose responses may contain values of custom scalars. */
export function customScalarsIn({ output, entityFetches }: Plan): (subgraph: string) => boolean {
  // A key may come from any of them.
  const isInKeys = entityFetches.some(({ sources }) => sources.some(({ key }) => key.some(mayBeCustom)));
  if (isInKeys) return () => true;
  const subgraphs = new Set<string>();
  collect(output, subgraphs, new Set());
  return (subgraph) => subgraphs.has(subgraph);
}

function mayBeCustom({ leaf, fields }: KeyField): boolean {
  return fields ? fields.some(mayBeCustom) : leaf === null;
}

function collect(shape: Shape, subgraphs: Set<string>, seen: Set<readonly FieldShape[]>): void {
  for (const fields of Object.values(shape.types)) {
    if (seen.has(fields)) continue;
    seen.add(fields);
    for (const { type, subgraph } of fields) {
      const below = innermost(type);
      if (below.kind === 'object') collect(below.shape, subgraphs, seen);
      else if (below.kind === 'json' || (below.kind === 'leaf' && below.leaf.is === 'scalar')) subgraphs.add(subgraph);
    }
  }
}

function innermost(type: ValueType): ValueType {
  return type.kind === 'list' ? innermost(type.of) : type;
}
