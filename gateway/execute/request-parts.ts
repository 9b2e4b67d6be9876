// Request parts: the entity fetches of a fetch as they are requested. One whose fields take values of enclosing objects
// stands once for each of the values, under names with its number.
import { type CompiledEntityFetch, type CompiledFetch, plainPart, type RequestPart } from './compiled-plan.ts';
import type { RequestedKeys } from './entity-requests.ts';
import type { RunState } from './execution-state.ts';
import type { ResponseObject } from './hot-path/index.ts';
import type { CollectedKeys } from './keys.ts';
import type { UpstreamDocument } from './request-body.ts';

/** Collects the keys of a fetch for each of its parts. */
export function collectParts(
  compiled: CompiledFetch,
  state: RunState,
  objects: readonly ResponseObject[][],
): { parts: readonly RequestPart[]; collected: CollectedKeys[] } {
  if (compiled.parts) {
    const collected = compiled.parts.map(({ entityFetch }) => state.collectKeys(entityFetch, objects));
    return { parts: compiled.parts, collected };
  }
  const parts: RequestPart[] = [];
  const collected: CollectedKeys[] = [];
  for (const [index, entityFetch] of compiled.entityFetches.entries()) {
    if (!entityFetch.collectContexts) {
      parts.push(plainPart(entityFetch, index));
      collected.push(state.collectKeys(entityFetch, objects));
      continue;
    }
    const groups = state.collectContexts(entityFetch, entityFetch.collectContexts, objects);
    for (const [number, { values, keys }] of groups.entries()) {
      parts.push(contextPart(entityFetch, index, number, values));
      collected.push(keys);
    }
  }
  return { parts, collected };
}

function contextPart(
  compiled: CompiledEntityFetch,
  index: number,
  group: number,
  values: readonly unknown[],
): RequestPart {
  const { id, arguments: args, contexts = [] } = compiled.entityFetch;
  const number = `${id}_${group}`;
  return {
    index,
    entityFetch: compiled,
    alias: `_${number}`,
    arguments: args.map(({ name }) => ({ name, variable: `k_${number}_${name}` })),
    context: {
      number,
      values: contexts.map(({ variable }, context) => ({ variable: `${variable}_${number}`, value: values[context] })),
    },
  };
}

/** The document of a request. */
export function documentOf(
  { documents, fetch: { repeat }, parts }: CompiledFetch,
  requested: readonly RequestedKeys[],
): UpstreamDocument {
  if (repeat) return documents.repeated(repeat, requested[0]?.keys.keys.length ?? 0);
  return parts
    ? documents.of(requested.map(({ part }) => part.index))
    : documents.ofParts(requested.map(({ part }) => part));
}
