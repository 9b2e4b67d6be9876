// Entity cache policy: the maximum age and scope of entities that an entity fetch returns, and the types they depend
// on.
import { getNamedType, isAbstractType, isObjectType } from 'graphql';
import { fieldCachePolicy, mergeCacheHints } from '../compose/cache-hints.ts';
import type { Rules } from '../compose/rules.ts';
import type { EntityCachePolicy } from '../query-plan/plan.ts';
import type { EntityFetchGroup, FetchGroup } from './fetch-graph.ts';
import type { GraphModel } from './model.ts';
import type { UpstreamSelection } from './upstream-selection.ts';

export interface CacheRules {
  rules: Pick<Rules, 'fieldHints' | 'typeHints'>;
  /** Seconds. */
  defaultMaxAge: number;
}

/** Null where the entity may not be cached at all. */
export function entityCachePolicy(
  model: GraphModel,
  { rules, defaultMaxAge }: CacheRules,
  entityFetch: EntityFetchGroup,
): Omit<EntityCachePolicy, 'selection' | 'variables'> | null {
  const { typeName } = entityFetch.entityPath;
  const ofType = rules.typeHints.get(typeName);
  const policy = { maxAge: ofType?.maxAge ?? defaultMaxAge, private: ofType?.scope === 'PRIVATE' };
  const types = new Set<string>();
  // A change names an object's own type, not the interface that it is fetched through.
  const ofGraph = model.schema.getType(typeName);
  if (isAbstractType(ofGraph)) for (const { name } of model.schema.getPossibleTypes(ofGraph)) types.add(name);
  const walked = new Map<UpstreamSelection<FetchGroup>, Set<number>>();
  walk(entityFetch.selection, policy.maxAge);
  if (policy.maxAge <= 0) return null;
  const id = model.idField(typeName);
  return { ...policy, types: [...types], id: entityFetch.key.some(({ name }) => name === id) ? id : null };

  function walk(selection: UpstreamSelection<FetchGroup>, inherited: number): void {
    const ages = walked.get(selection) ?? new Set();
    if (ages.has(inherited)) return;
    walked.set(selection, ages.add(inherited));
    for (const name of objectTypes(selection.typeName)) {
      for (const field of selection.fields.values()) {
        const type = model.fieldIn(entityFetch.subgraph, name, field.name)?.type;
        if (!type) continue;
        const coordinate = `${name}.${field.name}`;
        const below = field.selection ? objectTypes(field.selection.typeName) : [];
        const ofField = fieldCachePolicy(rules, coordinate, type, inherited, defaultMaxAge);
        const found = isAbstractType(getNamedType(type)) ? mergeCacheHints(rules, coordinate, below, ofField) : ofField;
        policy.maxAge = Math.min(policy.maxAge, found.maxAge);
        policy.private ||= found.private;
        if (!field.selection) continue;
        for (const typeBelow of below) types.add(typeBelow);
        walk(field.selection, found.maxAge);
      }
    }
    for (const fragment of selection.fragments.values()) walk(fragment, inherited);
  }

  function objectTypes(name: string): string[] {
    const schema = model.subgraphs.get(entityFetch.subgraph)?.schema;
    const type = schema?.getType(name);
    if (isObjectType(type)) return [name];
    // A type that the subgraph has through an interface object has its fields there, and its rules in the graph.
    if (!type) return [name];
    return schema && isAbstractType(type) ? schema.getPossibleTypes(type).map((possible) => possible.name) : [];
  }
}
