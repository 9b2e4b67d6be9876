// Entities that earlier requests have found in a subgraph: under which name each is kept, and what is left to ask for.
import { canonicalJson } from '../cache/answer-key.ts';
import { type EntityName, entityKey, entityScope, type NewEntity } from '../cache/entity-cache.ts';
import { tagsForEntity } from '../cache/tags.ts';
import { parseJson } from '../json/parse-json.ts';
import type { SubgraphScope } from '../transport/subgraph-client.ts';
import type { AnswerObject } from './answer-object.ts';
import type { CollectedKeys } from './keys.ts';
import type { EntityKept, Lookup } from './plan.ts';
import type { ClientVariables } from './request-body.ts';
import type { Find } from './slot.ts';

/** Variables that are nested deeper are not compared. */
const deepest = 100;

/**
 * The names of a look-up's entities, one for each key; null where they may not be kept.
 * @param subgraph as its client is called.
 */
export function keptNames(
  { kept, type }: Lookup,
  subgraph: string,
  { keys, originals }: CollectedKeys,
  variables: ClientVariables,
  { identity, forwarded }: SubgraphScope,
): EntityName[] | null {
  if (!kept || (kept.private && !identity)) return null;
  const used = canonicalJson(
    // A variable that is not given has its default, which one that is null has not.
    kept.variables.map((name) => (variables[name] === undefined ? [] : [variables[name]])),
    deepest,
  );
  if (used === null) return null;
  const scope = entityScope({
    subgraph,
    type,
    selection: kept.selection,
    variables: used,
    headers: forwarded?.keyFor(subgraph) ?? '',
    identity: kept.private ? (identity?.key ?? null) : null,
  });
  const below = kept.types.flatMap((name) => tagsForEntity(name));
  return keys.map((key, index) => {
    const id = kept.id === null ? undefined : originals[index]?.[kept.id];
    return {
      key: entityKey(scope, JSON.stringify(key)),
      tags: [...tagsForEntity(type, id === undefined ? undefined : String(id)), ...below],
    };
  });
}

/** Hangs what was kept on its finds; returns the keys of which nothing was. */
export function takeKept(all: CollectedKeys, texts: readonly (string | undefined)[]): CollectedKeys {
  const left: CollectedKeys = { keys: [], finds: [], originals: [], keyless: [], unusable: [] };
  texts.forEach((text, index) => {
    const find = all.finds[index] as Find;
    if (text !== undefined) {
      find.entity = parseJson(text) as AnswerObject | null;
      return;
    }
    left.keys.push(all.keys[index]);
    left.finds.push(find);
    left.originals.push(all.originals[index] as AnswerObject);
  });
  return left;
}

/** What was found, as it can be kept: before anything of other subgraphs hangs on it. */
export function toKeep({ finds }: CollectedKeys, names: readonly EntityName[], { maxAge }: EntityKept): NewEntity[] {
  return names.flatMap((name, index) => {
    const entity = finds[index]?.entity;
    return entity === undefined ? [] : [{ ...name, text: JSON.stringify(entity), ttl: maxAge * 1000 }];
  });
}
