// Descriptors that are fetched from running services by server reflection, for the files that the configuration names.
import { existsSync, readFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import { ComposeError } from './compose/compose-error.ts';
import type { CheckedConfig } from './config/config.ts';
import { mockSettings } from './config/mocks.ts';
import { writeAtomically } from './config/write-atomically.ts';
import { grpcChannels } from './subgraph-clients.ts';
import { ReflectionError, reflectDescriptors } from './transport/grpc/server-reflection.ts';

/** Milliseconds. */
const TIMEOUT = 10_000;

export interface FetchedDescriptors {
  name: string;
  /** Null where the file is used. */
  bytes: Uint8Array | null;
  /** What has happened, for the command's output. */
  note: string;
  /** Writes the file, if it has changed. */
  store(): void;
}

/**
 * @param offline whether no requests are made.
 * @throws ComposeError for a service that cannot be reached, or has no reflection, and has no file.
 */
export async function fetchDescriptors(
  config: CheckedConfig,
  folder: string,
  offline = false,
): Promise<FetchedDescriptors[]> {
  const names = Object.entries(config.subgraphs).flatMap(([name, { grpc, mocks }]) =>
    grpc === undefined || mockSettings(name, mocks) ? [] : [name],
  );
  return Promise.all(names.map((name) => fetchOne(name, config, folder, offline)));
}

async function fetchOne(
  name: string,
  config: CheckedConfig,
  folder: string,
  offline: boolean,
): Promise<FetchedDescriptors> {
  const file = resolve(folder, config.subgraphs[name]?.descriptors ?? '');
  const shown = relative(process.cwd(), file);
  const stored = existsSync(file);
  const asStored = (note: string) => {
    if (!stored) throw new ComposeError([`${name}: there is no ${shown}, and ${note}`]);
    return { name, bytes: null, note: `${note}; its descriptors in ${shown} are used`, store() {} };
  };
  if (offline) return asStored('nothing is requested');
  const channels = grpcChannels(name, config, folder);
  try {
    const headers = Object.entries(config.subgraphs[name]?.headers ?? {}).flat();
    const bytes = await reflectDescriptors(channels.choose(performance.now()), TIMEOUT, headers);
    const isChanged = !stored || Buffer.compare(readFileSync(file), bytes) !== 0;
    const store = () => {
      if (isChanged) writeAtomically(file, bytes);
    };
    return { name, bytes, note: `its descriptors in ${shown} are ${isChanged ? 'written' : 'unchanged'}`, store };
  } catch (error) {
    if (!(error instanceof ReflectionError)) throw error;
    return asStored(`the service sent no descriptors (${error.message})`);
  } finally {
    channels.close();
  }
}
