// Gateway in a worker: it accepts connections when the supervisor says so, and ends when it does.
import { availableParallelism } from 'node:os';
import type { CheckedConfig } from '../config/config.ts';
import { milliseconds } from '../config/values.ts';
import { version } from '../config/version.ts';
import type { Gateway } from '../running-gateway.ts';
import type { WorkerSetup } from '../supervisor/messages.ts';
import type { Supervised } from '../supervisor/supervised.ts';
import { exit, shutdownDelay, stopOnFailure, stopOnSignal } from './stop.ts';

/**
 * Milliseconds in which the clients of a worker that is replaced are served on their connections, each of which ends
 * with its next response.
 */
const REPLACEMENT_DELAY = 1_000;

export async function serveSupervised(gateway: Gateway, config: CheckedConfig, supervised: Supervised): Promise<void> {
  await supervised.composed(setupOf(gateway, config));
  const url = await gateway.start();
  const onStopping = () => supervised.stopping();
  // In a terminal, signals reach the workers as well as the supervisor, whose message then has no further effect.
  const delay = shutdownDelay(config);
  const stop = stopOnSignal(gateway, { delay, onStopping, isSupervised: true });
  stopOnFailure(gateway, { onStopping });
  supervised.onStop((kind) => {
    if (kind === 'end') void exit(gateway, 1);
    else if (kind === 'interrupt') void stop({ delay: 0 });
    else if (kind === 'stop') void stop({ delay });
    else void stop({ delay: Math.min(delay, REPLACEMENT_DELAY), isReplaced: true });
  });
  process.on('SIGHUP', () => {});
  supervised.serving(`${url}${config.path}`, gateway.graph.version, () => gateway.isReady);
}

function setupOf({ graph }: Gateway, config: CheckedConfig): WorkerSetup {
  const { workers, log, health = null } = config;
  return {
    workers: workers === 'auto' ? availableParallelism() : workers,
    digest: graph.version,
    version,
    log: { level: log.level, format: log.format ?? (process.stdout.isTTY ? 'pretty' : 'json') },
    health,
    stopTime: shutdownDelay(config) + milliseconds(config.shutdownGrace),
  };
}
