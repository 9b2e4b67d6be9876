// Serving process: the gateway of `concierge start` in a worker, and of `concierge dev`, until it is stopped.
import { resolve } from 'node:path';
import { loadClients } from '../client-views/load-clients.ts';
import { ConfigError } from '../config/config-error.ts';
import { isProduction } from '../config/environment.ts';
import { loadConfig } from '../config/load.ts';
import { version } from '../config/version.ts';
import { warmUp } from '../engine/warm-up.ts';
import { assembleGateway } from '../gateway.ts';
import { fetchSchemas } from '../introspected-schemas.ts';
import { type DevelopmentKey, openDevelopmentKey } from '../policy/authentication/development-key.ts';
import type { Gateway } from '../running-gateway.ts';
import { Supervised } from '../supervisor/supervised.ts';
import { usageFile } from '../telemetry/usage/usage-store.ts';
import { describeError } from './describe-error.ts';
import { Parent } from './dev/parent.ts';
import { LoadedModules } from './start-files.ts';
import type { StartOptions } from './start-options.ts';
import { logHangup, shutdownDelay, stopOnFailure, stopOnSignal } from './stop.ts';
import { serveSupervised } from './supervised-gateway.ts';

/** @throws ConfigError, ComposeError, ListenError */
export async function serve(options: StartOptions): Promise<void> {
  const parent = options.development ? Parent.find() : null;
  const supervised = options.supervised ? new Supervised() : null;
  try {
    await serveGateway(options, parent, supervised);
  } catch (error) {
    // Each prints the error, waits for a change where there can be one, and ends this process.
    if (parent) await parent.failed(error, options);
    else if (supervised) await supervised.failed(describeError(error));
    else throw error;
  }
}

async function serveGateway(
  { development = false, allowRemoteSignIn = false, ...overrides }: StartOptions,
  parent: Parent | null,
  supervised: Supervised | null,
): Promise<void> {
  if (allowRemoteSignIn && !development) throw new ConfigError('--allow-remote-sign-in goes with --development.');
  const modules = supervised && new LoadedModules();
  const loaded = await loadConfig(overrides);
  const { folder, file, warnings } = loaded;
  await parent?.configured(loaded);
  const fetched = await fetchSchemas(loaded.config, folder);
  // The supervisor serves the health checks of all workers.
  const config = supervised ? { ...fetched.config, health: undefined } : fetched.config;
  const key = development ? await developmentKey(folder) : undefined;
  const clients = file === null ? [] : [...(await loadClients(resolve(folder, config.clients.folder))).values()];
  await parent?.configured(loaded, clients);
  const { gateway, documents, onReload } = assembleGateway(config, {
    folder,
    clients,
    usageFile: usageFile(folder),
    ...(key && { development: key, allowRemoteSignIn }),
    ...(parent && { problems: parent.problems }),
    ...(supervised && {
      generation: () => supervised.generation,
      channel: supervised.channel,
      reload: () => supervised.reload(),
    }),
  });
  for (const warning of [...warnings, ...fetched.warnings, ...fetched.store()]) gateway.log.warn({}, warning);
  compileEarly(gateway);
  if (supervised && onReload) supervised.onReload(onReload);
  if (supervised && modules) {
    await serveSupervised(
      {
        gateway,
        documents,
        loaded,
        modules,
        envFile: overrides.envFile,
        supergraph: config.supergraph as string | undefined,
      },
      supervised,
    );
    return;
  }
  const url = await gateway.start();
  gateway.log.info({ url: `${url}${config.path}`, graph: gateway.graph.version, version }, 'listening');
  parent?.ready(url);
  stopOnSignal(gateway, { delay: shutdownDelay(config, development), onStopping: () => parent?.draining() });
  // The parent decides about its processes.
  if (!parent) logHangup(gateway);
  stopOnFailure(gateway);
}

/** A failure only costs time later. */
function compileEarly({ engine, log }: Gateway): void {
  try {
    warmUp(engine);
  } catch (error) {
    log.warn({ err: error }, 'the warm-up failed');
  }
}

async function developmentKey(folder: string): Promise<DevelopmentKey> {
  if (isProduction()) {
    throw new ConfigError(
      'Development tokens are not accepted where NODE_ENV is "production": use `concierge start`, without ' +
        '--development.',
    );
  }
  return openDevelopmentKey(folder);
}
