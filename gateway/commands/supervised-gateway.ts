// Gateway in a worker: it accepts connections when the supervisor says so, and ends when it does.
import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import type { BusyDocuments } from '../busy-documents.ts';
import type { LoadedConfig } from '../config/load.ts';
import { isRemote } from '../config/remote-supergraph.ts';
import { secretFiles } from '../config/secrets.ts';
import { milliseconds } from '../config/values.ts';
import { version } from '../config/version.ts';
import type { Gateway } from '../running-gateway.ts';
import type { WorkerSetup } from '../supervisor/messages.ts';
import { digestOf as digestOfSdl } from '../supervisor/supergraph-digest.ts';
import type { Supervised } from '../supervisor/supervised.ts';
import { digestOf } from './start-digest.ts';
import { configuredFiles, type LoadedModules } from './start-files.ts';
import { exit, shutdownDelay, stopOnFailure, stopOnSignal } from './stop.ts';

/**
 * Milliseconds in which the clients of a worker that is replaced are served on their connections, each of which ends
 * with its next response.
 */
const REPLACEMENT_DELAY = 3_000;

export interface SupervisedGateway {
  gateway: Gateway;
  documents: BusyDocuments;
  /** The configuration that it was made from. */
  loaded: LoadedConfig;
  modules: LoadedModules;
  /** Relative to the working directory. */
  envFile: string | undefined;
  /** SDL or path; undefined for none. */
  supergraph: string | undefined;
}

export async function serveSupervised(parts: SupervisedGateway, supervised: Supervised): Promise<void> {
  const { gateway, documents, loaded } = parts;
  documents.prepare(await supervised.composed(setupOf(parts)));
  const url = await gateway.start();
  const onStopping = () => supervised.stopping();
  // In a terminal, signals reach the workers as well as the supervisor, whose message then has no further effect.
  const delay = shutdownDelay(loaded.config);
  const stop = stopOnSignal(gateway, { delay, onStopping, isSupervised: true });
  stopOnFailure(gateway, { onStopping });
  supervised.onStop((kind) => {
    if (kind === 'end') void exit(gateway, 1);
    else if (kind === 'interrupt') void stop({ delay: 0 });
    else if (kind === 'stop') void stop({ delay });
    else void stop({ delay: Math.min(delay, REPLACEMENT_DELAY), isReplaced: true });
  });
  process.on('SIGHUP', () => {});
  const current = { isReady: () => gateway.isReady, documents: () => documents.list() };
  supervised.serving(`${url}${loaded.config.path}`, gateway.graph.version, current);
}

function setupOf({ gateway: { graph }, loaded, modules, envFile, supergraph = '' }: SupervisedGateway): WorkerSetup {
  const { config, folder, file } = loaded;
  const { workers, log, health = null, reload } = config;
  const started = Math.floor(performance.timeOrigin);
  const read = [
    ...(file === null ? [] : [file]),
    ...(envFile === undefined ? [] : [resolve(envFile)]),
    ...modules.take(),
    ...configuredFiles(config, folder),
    ...secretFiles(),
  ];
  return {
    workers: workers === 'auto' ? availableParallelism() : workers,
    digest: digestOf(read, graph.version, started),
    started,
    watched: reload.watch ? read : null,
    clients: resolve(folder, config.clients.folder),
    supergraph: isRemote(config.supergraph) ? { source: config.supergraph, digest: digestOfSdl(supergraph) } : null,
    version,
    log: { level: log.level, format: log.format ?? (process.stdout.isTTY ? 'pretty' : 'json') },
    health,
    stopTime: shutdownDelay(config) + milliseconds(config.shutdownGrace),
  };
}
