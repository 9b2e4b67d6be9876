// Reads of a cache of the engine, since the start.

export interface CacheReads {
  hits: number;
  misses: number;
}
