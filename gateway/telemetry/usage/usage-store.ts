// Usage store: persistent usage records, in a JSON file for a gateway without Redis.
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { readUsage, writeUsage } from './usage-file.ts';
import { type Day, mergeUsage, recordOf, type UsageCount, type UsageRecord } from './usage-record.ts';

export interface UsageStore {
  load(): Promise<UsageRecord[]>;
  /** Adds counts to what is stored, by other instances too. Rejects where that has failed. @param today in UTC. */
  add(counts: readonly UsageCount[], today: Day): Promise<void>;
  /** Counts that are added at once, at most. */
  readonly maxCounts: number;
  /** Null where it can be written; the reason where it cannot, as in a folder that is read-only. */
  problem?(): Promise<string | null>;
}

/** Path of the usage file of a gateway whose configuration is in this folder. */
export function usageFile(folder: string): string {
  return join(folder, '.concierge/usage.json');
}

/** Age in milliseconds after which a lock has been left behind by a process that ended. */
const STALE_LOCK_MS = 10_000;
/** Attempts to acquire a lock that another process holds, and the milliseconds between two of them. */
const MAX_ATTEMPTS = 100;
const RETRY_DELAY_MS = 20;

/** Usage store in a JSON file that the processes of one machine may share. */
export function createFileStore(path: string): UsageStore {
  const exclusively = async (work: () => Promise<void>) => {
    await mkdir(dirname(path), { recursive: true });
    await lock(`${path}.lock`);
    try {
      await work();
    } finally {
      await rm(`${path}.lock`, { force: true });
    }
  };
  return {
    maxCounts: Number.POSITIVE_INFINITY,
    load: () => readFileUsage(path),
    add: (counts, today) =>
      exclusively(async () => {
        await save(path, mergeUsage([...(await readFileUsage(path)), ...counts.map(recordOf)], today));
      }),
    async problem() {
      const trial = `${path}.${process.pid}.trial`;
      try {
        await mkdir(dirname(path), { recursive: true });
        await (await open(trial, 'w')).close();
        await rm(trial);
        return null;
      } catch (error) {
        return (error as Error).message;
      }
    },
  };
}

async function save(path: string, records: readonly UsageRecord[]): Promise<void> {
  const part = `${path}.${process.pid}.new`;
  const handle = await open(part, 'w');
  try {
    await handle.writeFile(`${writeUsage(records)}\n`);
    // After a loss of power the file is the old one or the new one, not an empty one.
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(part, path);
}

async function readFileUsage(path: string): Promise<UsageRecord[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
  return readUsage(text, path);
}

async function lock(path: string): Promise<void> {
  for (let attempt = 0; attempt < MAX_ATTEMPTS; attempt++) {
    try {
      await (await open(path, 'wx')).close();
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (await isStale(path)) await rm(path, { force: true });
    else await setTimeout(RETRY_DELAY_MS);
  }
  throw new Error(`${path} has been held by another process for too long: remove it if there is none`);
}

async function isStale(path: string): Promise<boolean> {
  try {
    return Date.now() - (await stat(path)).mtimeMs > STALE_LOCK_MS;
  } catch (error) {
    // Released in the meantime.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
