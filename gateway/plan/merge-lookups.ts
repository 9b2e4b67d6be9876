// Fewer requests without more rounds: look-ups that ask the same thing become one.
import { type LookupDraft, type PositionDraft, survivor } from './draft.ts';

/** Merges look-ups in place: those merged away point to the one that does their work. */
export function mergeLookups(lookups: readonly LookupDraft[], positions: ReadonlyMap<unknown, PositionDraft>): void {
  for (const position of positions.values()) waitForComputed(position, lookups);
  joinAlike(lookups, [...positions.values()]);
}

/**
 * A subgraph that is asked about an object twice, at once for plain fields and later for computed ones, is asked in one
 * request, later, if nothing waits for the plain ones. They stay two look-ups: objects that lack what the computed fields
 * need still have the plain ones.
 */
function waitForComputed(position: PositionDraft, lookups: readonly LookupDraft[]): void {
  for (const early of position.lookups) {
    if (early.required !== null || !early.entry.list) continue;
    const late = position.lookups.find((other) => other.required !== null && other.subgraph === early.subgraph);
    if (late && !lookups.some((other) => other.dependsOn.includes(early))) early.waitsFor = late;
  }
}

/**
 * Look-ups at different places for the same fields of the same type become one look-up for all the keys, so that no key is
 * asked twice. They are in the same round, or nothing waits for the earlier one: the answer is not complete before the
 * later one anyway.
 */
function joinAlike(lookups: readonly LookupDraft[], positions: readonly PositionDraft[]): void {
  const below = new Map<unknown, PositionDraft[]>();
  for (const position of positions) {
    if (position.lookups.length === 0) continue;
    const owner = survivor(position.place.owner);
    const siblings = below.get(owner) ?? [];
    siblings.push(position);
    below.set(owner, siblings);
  }
  // First those of one round, from the first round on: where two are joined, so is all that hangs below them.
  const living = lookups.filter((lookup) => !lookup.mergedInto).sort((one, other) => one.level - other.level);
  joinEqual(living, below, (lookup) => `${lookup.level}`);
  const left = living.filter((lookup) => !lookup.mergedInto).sort((one, other) => other.level - one.level);
  const awaited = new Set(left.flatMap((lookup) => lookup.dependsOn));
  joinEqual(left, below, (lookup) => (awaited.has(lookup) ? `${lookup.level}` : 'any'));
}

/** Joins look-ups of the same for which `when` says the same; the first of them is kept. */
function joinEqual(lookups: readonly LookupDraft[], below: Below, when: (lookup: LookupDraft) => string): void {
  const kept = new Map<string, LookupDraft>();
  for (const lookup of lookups) {
    if (lookup.mergedInto) continue;
    const what = `${lookup.stage} ${when(lookup)} ${signature(lookup, below)}`;
    const same = kept.get(what);
    if (same) join(same, lookup, below);
    else kept.set(what, lookup);
  }
}

type Below = ReadonlyMap<unknown, PositionDraft[]>;

function childrenOf(lookup: LookupDraft, below: Below): LookupDraft[] {
  const positions = [...(below.get(lookup) ?? [])].sort((one, other) => placeOf(one).localeCompare(placeOf(other)));
  return positions.flatMap((position) =>
    position.lookups
      .filter((child) => !child.mergedInto)
      .sort((one, other) => signature(one, below).localeCompare(signature(other, below))),
  );
}

function placeOf(position: PositionDraft): string {
  return `${JSON.stringify(position.place.path)} ${position.filter}`;
}

function signature(lookup: LookupDraft, below: Below): string {
  const { subgraph, entry, position, required, selection } = lookup;
  const children = childrenOf(lookup, below).map((child) => `${placeOf(child.position)} ${signature(child, below)}`);
  return JSON.stringify([subgraph, position.typeName, entry.index, required, selection.print(), children]);
}

/** `kept` looks up what `given` did; the look-ups below `given` are those below `kept`, whose answers now hold both. */
function join(kept: LookupDraft, given: LookupDraft, below: Below): void {
  const keptChildren = childrenOf(kept, below);
  const givenChildren = childrenOf(given, below);
  kept.joined.push(given, ...given.joined);
  given.mergedInto = kept;
  for (const [index, child] of givenChildren.entries()) replace(keptChildren[index] as LookupDraft, child, below);
}

function replace(kept: LookupDraft, given: LookupDraft, below: Below): void {
  const keptChildren = childrenOf(kept, below);
  const givenChildren = childrenOf(given, below);
  given.mergedInto = kept;
  for (const [index, child] of givenChildren.entries()) replace(keptChildren[index] as LookupDraft, child, below);
}
