// Usage store: persistent usage records, in a JSON file for a gateway without Redis.
import { mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { z } from 'zod';
import type { UsageRecord } from './usage-record.ts';

export interface UsageStore {
  load(): Promise<UsageRecord[]>;
  /** Replaces everything. */
  save(records: readonly UsageRecord[]): Promise<void>;
  /**
   * Runs `work`, a load and a save, in mutual exclusion with other instances. Without it, what an instance saves
   * between another's load and save is lost.
   */
  exclusively?(work: () => Promise<void>): Promise<void>;
}

const day = z.string().regex(/^\d{4}-\d\d-\d\d$/);
const file = z.object({
  version: z.literal(1),
  records: z.array(
    z.object({
      client: z.string(),
      version: z.string(),
      operation: z.string(),
      coordinate: z.string(),
      firstSeen: day,
      lastSeen: day,
      days: z.record(day, z.number().int().nonnegative()),
    }),
  ),
});

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
  return {
    load: () => readFileUsage(path),
    async save(records) {
      await mkdir(dirname(path), { recursive: true });
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
    },
    async exclusively(work) {
      await mkdir(dirname(path), { recursive: true });
      await lock(`${path}.lock`);
      try {
        await work();
      } finally {
        await rm(`${path}.lock`, { force: true });
      }
    },
  };
}

export function writeUsage(records: readonly UsageRecord[]): string {
  return JSON.stringify({ version: 1, records });
}

/** Parses the output of `writeUsage`. @throws Error that names `source` for any other text. */
export function readUsage(text: string, source: string): UsageRecord[] {
  try {
    return file.parse(JSON.parse(text)).records;
  } catch (cause) {
    throw new Error(`${source} is not a usage record: remove it to start counting anew`, { cause });
  }
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
