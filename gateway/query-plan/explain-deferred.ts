// Deferred fragments of a plan as text: where each stands, and the fetches that its fields wait for.
import { deferredFields, FetchNeeds } from './fetch-needs.ts';
import type { Plan } from './plan.ts';

/** One line for each; none where nothing is deferred. */
export function describeDeferred(plan: Plan): string[] {
  const { deferred } = plan;
  if (!deferred) return [];
  const [root = []] = Object.values(plan.output.types);
  const needs = new FetchNeeds(plan);
  const first = needs.ofPart(root);
  const found = new Map<number, { at: string; fetches: Set<number> }>();
  for (const { path, fields } of deferredFields(root)) {
    for (const field of fields) {
      for (const { fragment, above } of field.deferred ?? []) {
        const at = path.slice(0, path.length - above).join('.');
        const known = found.get(fragment) ?? { at, fetches: new Set() };
        found.set(fragment, known);
        for (const fetch of needs.of([field])) if (!first.has(fetch)) known.fetches.add(fetch);
      }
    }
  }
  return [...found].map(([id, { at, fetches }]) => {
    const label = deferred.fragments[id]?.label;
    const name = `deferred fragment${label === null || label === undefined ? '' : ` ${JSON.stringify(label)}`}`;
    const after = [...fetches].sort((a, b) => a - b).map((fetch) => `#${fetch}`);
    return `${name} at ${at === '' ? 'the root' : at}: sent after ${after.join(', ')}`;
  });
}
