// `concierge start`: serves the graph until it is stopped by a signal.
import { resolve } from 'node:path';
import { loadClients } from '../client-views/load-clients.ts';
import { ConfigError } from '../config/config-error.ts';
import { isProduction } from '../config/environment.ts';
import { loadConfig, type Overrides } from '../config/load.ts';
import { version } from '../config/version.ts';
import { warmUp } from '../engine/warm-up.ts';
import { createGateway } from '../gateway.ts';
import { fetchSchemas } from '../introspected-schemas.ts';
import { type DevelopmentKey, openDevelopmentKey } from '../policy/authentication/development-key.ts';
import type { Gateway } from '../running-gateway.ts';
import { flushLog } from '../telemetry/log.ts';
import { usageFile } from '../telemetry/usage/usage-store.ts';
import { Parent } from './dev/parent.ts';

export interface StartOptions extends Overrides {
  /** Accepts tokens of the folder's development key, and offers to sign in from GraphiQL. */
  development?: boolean;
  /** With `development`: allows signing in from other machines as well. */
  allowRemoteSignIn?: boolean;
}

/** @throws ConfigError, ComposeError, ListenError */
export async function start(options: StartOptions): Promise<void> {
  const parent = options.development ? Parent.find() : null;
  try {
    await serve(options, parent);
  } catch (error) {
    if (!parent) throw error;
    // It prints the error, waits for a change, and ends this process.
    await parent.failed(error, options);
  }
}

async function serve(
  { development = false, allowRemoteSignIn = false, ...overrides }: StartOptions,
  parent: Parent | null,
): Promise<void> {
  if (allowRemoteSignIn && !development) throw new ConfigError('--allow-remote-sign-in goes with --development.');
  const loaded = await loadConfig(overrides);
  const { folder, file, warnings } = loaded;
  await parent?.configured(loaded);
  const fetched = await fetchSchemas(loaded.config, folder);
  const { config } = fetched;
  const key = development ? await developmentKey(folder) : undefined;
  const clients = file === null ? [] : [...(await loadClients(resolve(folder, config.clients.folder))).values()];
  await parent?.configured(loaded, clients);
  const gateway = createGateway(config, {
    folder,
    clients,
    usageFile: usageFile(folder),
    ...(key && { development: key, allowRemoteSignIn }),
    ...(parent && { problems: parent.problems }),
  });
  for (const warning of [...warnings, ...fetched.warnings, ...fetched.store()]) gateway.log.warn({}, warning);
  compileEarly(gateway);
  const url = await gateway.start();
  gateway.log.info({ url: `${url}${config.path}`, graph: gateway.graph.version, version }, 'listening');
  parent?.ready(url);
  stopOnSignal(gateway, parent);
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

/** How long requests may still run after an uncaught failure, in milliseconds. */
const FAILURE_GRACE = 5_000;

async function developmentKey(folder: string): Promise<DevelopmentKey> {
  if (isProduction()) {
    throw new ConfigError(
      'Development tokens are not accepted where NODE_ENV is "production": use `concierge start`, without ' +
        '--development.',
    );
  }
  return openDevelopmentKey(folder);
}

/** The first SIGTERM or SIGINT stops the gateway in order, a second one at once. */
function stopOnSignal(gateway: Gateway, parent: Parent | null): void {
  let stopping = false;
  const stop = async (signal: NodeJS.Signals) => {
    if (stopping) return exit(gateway, 1);
    stopping = true;
    gateway.log.info({ signal }, 'stopping');
    const stopped = gateway.stop();
    parent?.draining();
    const cut = await stopped;
    if (cut > 0) gateway.log.warn({ cut }, 'requests were still running at the end of the grace period');
    gateway.log.info('stopped');
    await exit(gateway, 0);
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
}

/**
 * An uncaught exception or rejection, mostly of a resolver, a hook or a plugin, leaves an unknown state: it is logged,
 * running requests get a short time to finish, and the process ends with exit code 1.
 */
function stopOnFailure(gateway: Gateway): void {
  let isEnding = false;
  process.on('uncaughtException', (error, origin) => {
    gateway.log.fatal({ err: error, origin }, 'uncaught failure; the gateway stops');
    if (isEnding) return;
    isEnding = true;
    const end = () => exit(gateway, 1);
    setTimeout(end, FAILURE_GRACE);
    gateway.stop().then(end, end);
  });
}

/** Ends the process with the last lines of the log written, unless their reader is gone. */
async function exit({ log }: Gateway, code: number): Promise<never> {
  await flushLog(log);
  return process.exit(code);
}
