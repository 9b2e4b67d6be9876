// Supergraph that is fetched at start, with the copy of the last start where its source is down.
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { ConfigError } from './config/config-error.ts';
import type { RemoteSupergraph } from './config/remote-supergraph.ts';
import { writeAtomically } from './config/write-atomically.ts';
import { fetchSupergraph, SupergraphUnavailable, shownSource } from './transport/supergraph-fetch.ts';

const copyPath = join('.concierge', 'supergraph.graphql');

export interface RemoteSdl {
  sdl: string;
  /** A sentence, where the copy took the place of the source. */
  warnings: readonly string[];
  /** Writes the copy, once a graph has been composed of it; returns a sentence where that is not possible. */
  store(): string[];
}

/**
 * @param folder of the configuration.
 * @param offline reads the copy alone, and sends no requests.
 * @throws ConfigError where there is neither.
 */
export async function fetchRemote(source: RemoteSupergraph, folder: string, offline: boolean): Promise<RemoteSdl> {
  const shown = shownSource(source);
  let reason = '--offline sends no requests';
  if (!offline) {
    try {
      const fetched = await fetchSupergraph(source);
      if (fetched) return { sdl: fetched.sdl, warnings: [], store: () => storeCopy(folder, shown, fetched.sdl) };
    } catch (error) {
      if (!(error instanceof SupergraphUnavailable)) throw error;
      reason = error.message;
    }
  }
  const copy = readCopy(folder, shown);
  if (copy === null)
    throw new ConfigError(`supergraph: it cannot be fetched (${reason}), and there is no copy of it in ${copyPath}`);
  const warning = `supergraph: it cannot be fetched (${reason}); the copy of the last start is used (${copyPath})`;
  return { sdl: copy, warnings: offline ? [] : [warning], store: () => [] };
}

/** Null where there is none, or it is of another source. */
function readCopy(folder: string, source: string): string | null {
  try {
    const text = readFileSync(resolve(folder, copyPath), 'utf8');
    const first = `# Served by ${source}\n`;
    return text.startsWith(first) ? text.slice(first.length) : null;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return null;
  }
}

function storeCopy(folder: string, source: string, sdl: string): string[] {
  try {
    writeAtomically(resolve(folder, copyPath), `# Served by ${source}\n${sdl}`);
    return [];
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return [
      `supergraph: its copy cannot be written to ${copyPath} (${code ?? message}): a start while its source is down will fail`,
    ];
  }
}
