// Pseudo-random numbers that are the same on every machine, from which all seed data is made. Each entity has a stream
// of its own, so that any service can compute a single person or order without all the others.

export interface Stream {
  /** A number from 0 up to, but not including, 1. */
  next(): number;
  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number;
  pick<Item>(items: readonly Item[]): Item;
}

/**
 * The stream of one entity: `stream('order', 17)` gives the same numbers in the same sequence wherever it is called.
 */
export function stream(kind: string, number: number): Stream {
  const next = mulberry32(fnv1a(kind) ^ Math.imul(number, 0x9e3779b1));
  return {
    next,
    between: (low, high) => low + Math.floor(next() * (high - low + 1)),
    pick: (items) => {
      if (items.length === 0) throw new Error('Nothing to pick from.');
      return items[Math.floor(next() * items.length)]!;
    },
  };
}

/** Tommy Ettinger's mulberry32: 32 bits of state, public domain. */
function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function fnv1a(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index += 1) hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  return hash;
}
