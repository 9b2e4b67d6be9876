// Fewer requests without more rounds: look-ups that ask the same thing become one.
import { type LookupDraft, type PositionDraft, survivor } from './draft.ts';
import type { UpstreamSelection } from './upstream.ts';

/** Merges look-ups in place: those merged away point to the one that does their work. */
export function mergeLookups(lookups: readonly LookupDraft[], positions: ReadonlyMap<unknown, PositionDraft>): void {
  for (const position of positions.values()) waitForComputed(position, lookups);
  joinAlike(lookups, [...positions.values()]);
}

/**
 * A subgraph that is asked about an object twice, at once for plain fields and later for computed ones, is asked once,
 * later, if nothing waits for the plain ones.
 */
function waitForComputed(position: PositionDraft, lookups: readonly LookupDraft[]): void {
  for (const early of position.lookups) {
    const late = position.lookups.find(
      (other) => other !== early && !other.mergedInto && other.computed.size > 0 && sameEntry(early, other),
    );
    if (!late || early.computed.size > 0 || early.level > late.level) continue;
    const awaited = lookups.some((other) => !other.mergedInto && other.dependsOn.includes(early));
    if (awaited || !canAbsorb(late.selection, early.selection)) continue;
    absorb(late.selection, early.selection);
    early.mergedInto = late;
  }
}

function sameEntry(one: LookupDraft, other: LookupDraft): boolean {
  return one.subgraph === other.subgraph && one.entry === other.entry;
}

type Selection = UpstreamSelection<unknown>;

function canAbsorb(into: Selection, from: Selection): boolean {
  for (const [key, field] of from.fields) {
    const there = into.fields.get(key);
    if (!there) continue;
    if (there.name !== field.name || JSON.stringify(there.arguments) !== JSON.stringify(field.arguments)) return false;
    if (there.selection && field.selection && !canAbsorb(there.selection, field.selection)) return false;
  }
  return [...from.fragments].every(([type, fragment]) => {
    const there = into.fragments.get(type);
    return !there || canAbsorb(there, fragment);
  });
}

function absorb(into: Selection, from: Selection): void {
  into.typename ||= from.typename;
  for (const [key, field] of from.fields) {
    const there = into.fields.get(key);
    if (!there) into.fields.set(key, field);
    else if (there.selection && field.selection) absorb(there.selection, field.selection);
  }
  for (const [type, fragment] of from.fragments) {
    const there = into.fragments.get(type);
    if (there) absorb(there, fragment);
    else into.fragments.set(type, fragment);
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
  const living = lookups.filter((lookup) => !lookup.mergedInto).sort((one, other) => other.level - one.level);
  const awaited = new Set(living.flatMap((lookup) => lookup.dependsOn));
  const kept = new Map<string, LookupDraft>();
  for (const lookup of living) {
    if (lookup.mergedInto) continue;
    const what = `${lookup.stage} ${signature(lookup, below)}${awaited.has(lookup) ? ` ${lookup.level}` : ''}`;
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
  const { subgraph, entry, position, computed, selection } = lookup;
  const children = childrenOf(lookup, below).map((child) => `${placeOf(child.position)} ${signature(child, below)}`);
  return JSON.stringify([subgraph, position.typeName, entry.index, [...computed].sort(), selection.print(), children]);
}

/** `kept` looks up what `given` did; the look-ups below `given` are those below `kept`, whose answers now hold both. */
function join(kept: LookupDraft, given: LookupDraft, below: Below): void {
  const keptChildren = childrenOf(kept, below);
  const givenChildren = childrenOf(given, below);
  kept.joined.push(given);
  given.mergedInto = kept;
  for (const [index, child] of givenChildren.entries()) replace(keptChildren[index] as LookupDraft, child, below);
}

function replace(kept: LookupDraft, given: LookupDraft, below: Below): void {
  const keptChildren = childrenOf(kept, below);
  const givenChildren = childrenOf(given, below);
  given.mergedInto = kept;
  for (const [index, child] of givenChildren.entries()) replace(keptChildren[index] as LookupDraft, child, below);
}
