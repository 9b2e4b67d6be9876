// Request groups: the fetch groups that are sent to one subgraph in one request, in the order of their requests, with
// the requests that each of them waits for.
import { type EntityFetchGroup, type FetchGroup, introspectionSubgraph, representative } from './fetch-graph.ts';

export interface RequestGroup {
  fetchGroups: FetchGroup[];
  stage: number;
  level: number;
}

export class RequestGroups {
  /** By the numbers of their fetches. */
  readonly all: readonly RequestGroup[];
  /** The fetches of each of a mutation's root fields, without the deferred ones. */
  readonly #stages = new Map<number, number[]>();
  readonly #fetchOf = new Map<FetchGroup, number>();

  /** @param fetchGroups with their slots. */
  constructor(fetchGroups: readonly FetchGroup[]) {
    this.all = grouped(fetchGroups);
    for (const [id, { fetchGroups: together, stage }] of this.all.entries()) {
      for (const one of together) this.#fetchOf.set(one, id);
      const ofStage = this.#stages.get(stage) ?? [];
      if (together[0]?.scope.key === '') ofStage.push(id);
      this.#stages.set(stage, ofStage);
    }
  }

  /** The number of the fetch that a fetch group, or the one that represents it, is sent in. */
  fetchOf(fetchGroup: FetchGroup): number {
    return this.#fetchOf.get(representative(fetchGroup)) as number;
  }

  /** Whether an entity fetch shares its request with others. */
  isShared(entityFetch: EntityFetchGroup): boolean {
    return (this.all[this.fetchOf(entityFetch)]?.fetchGroups.length ?? 0) > 1;
  }

  /** The numbers of the fetches that a group waits for, in ascending order. */
  dependsOn({ fetchGroups, stage }: RequestGroup): number[] {
    const fetches = new Set(
      fetchGroups.flatMap((fetchGroup) =>
        fetchGroup.kind === 'entity' ? fetchGroup.dependsOn.map((other) => this.fetchOf(other)) : [],
      ),
    );
    // A mutation's root fields run in series: each waits for all of the one before it.
    for (const other of this.#stages.get(stage - 1) ?? []) fetches.add(other);
    return [...fetches].sort((a, b) => a - b);
  }
}

/** Fetch groups of one stage, level, scope and subgraph; entity fetches for one key at a time have a request of their own. */
function grouped(fetchGroups: readonly FetchGroup[]): RequestGroup[] {
  const groups = new Map<string, RequestGroup>();
  for (const fetchGroup of fetchGroups) {
    const { stage, level, scope } = fetchGroup;
    const alone = fetchGroup.kind !== 'entity' || !fetchGroup.entityResolver.list;
    const subgraph = fetchGroup.kind === 'introspection' ? introspectionSubgraph : fetchGroup.subgraph;
    const key = `${stage} ${level} ${scope.key} ${subgraph}${alone ? ` ${fetchGroup.slot}` : ''}`;
    const group = groups.get(key) ?? { fetchGroups: [], stage, level };
    group.fetchGroups.push(fetchGroup);
    groups.set(key, group);
  }
  return [...groups.values()].sort((one, other) => one.stage - other.stage || one.level - other.level);
}
