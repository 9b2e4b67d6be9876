// Where usage outlives the process: a file, for a gateway without Redis.
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
   * Does the work, a load and a save, while no other instance does its own. Of instances whose store has no such thing, one
   * that saves between another's load and save loses what it counted since its last save.
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

/** The file of a gateway whose configuration is in this folder. */
export function usageFile(folder: string): string {
  return join(folder, '.concierge/usage.json');
}

/** A lock that is older was left behind by a process that ended; milliseconds. */
const staleLock = 10_000;
/** How often a lock that somebody has is tried again, and after how many milliseconds. */
const attempts = 100;
const pause = 20;

/** Usage in a JSON file that the processes of one machine may share. */
export function createFileStore(path: string): UsageStore {
  return {
    load: () => readFileUsage(path),
    async save(records) {
      await mkdir(dirname(path), { recursive: true });
      const part = `${path}.${process.pid}.new`;
      const handle = await open(part, 'w');
      try {
        await handle.writeFile(`${writeUsage(records)}\n`);
        // A machine that loses power has the old file or the new one, not an empty one.
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

/** @throws Error naming `source` where the text is not what `writeUsage` writes. */
export function readUsage(text: string, source: string): UsageRecord[] {
  try {
    return file.parse(JSON.parse(text)).records;
  } catch (cause) {
    throw new Error(`${source} holds no usage: remove it, and usage is counted anew`, { cause });
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
  for (let attempt = 0; attempt < attempts; attempt++) {
    try {
      await (await open(path, 'wx')).close();
      return;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    if (await isStale(path)) await rm(path, { force: true });
    else await setTimeout(pause);
  }
  throw new Error(`${path} is held by another process for too long: remove it if there is none`);
}

async function isStale(path: string): Promise<boolean> {
  try {
    return Date.now() - (await stat(path)).mtimeMs > staleLock;
  } catch (error) {
    // Released in the meantime.
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return false;
    throw error;
  }
}
