// Gateway in a worker: it accepts connections when the supervisor says so, and ends when it does.
import { availableParallelism } from 'node:os';
import type { CheckedConfig } from '../config/config.ts';
import { milliseconds } from '../config/values.ts';
import { version } from '../config/version.ts';
import type { Gateway } from '../running-gateway.ts';
import type { WorkerSetup } from '../supervisor/messages.ts';
import type { Supervised } from '../supervisor/supervised.ts';
import { exit, stopOnFailure, stopOnSignal } from './stop.ts';

export async function serveSupervised(gateway: Gateway, config: CheckedConfig, supervised: Supervised): Promise<void> {
  await supervised.composed(setupOf(gateway, config));
  const url = await gateway.start();
  const onStopping = () => supervised.stopping();
  // In a terminal, signals reach the workers as well as the supervisor, whose message then has no further effect.
  const stop = stopOnSignal(gateway, { onStopping, isSupervised: true });
  stopOnFailure(gateway, { onStopping });
  supervised.onStop((kind) => (kind === 'end' ? exit(gateway, 1) : stop()));
  process.on('SIGHUP', () => {});
  supervised.serving(`${url}${config.path}`, gateway.graph.version, () => gateway.isReady);
}

function setupOf({ graph }: Gateway, config: CheckedConfig): WorkerSetup {
  const { workers, log, health = null, shutdownGrace } = config;
  return {
    workers: workers === 'auto' ? availableParallelism() : workers,
    digest: graph.version,
    version,
    log: { level: log.level, format: log.format ?? (process.stdout.isTTY ? 'pretty' : 'json') },
    health,
    stopTime: milliseconds(shutdownGrace),
  };
}
