// End of a process that serves: in order on a signal, within a short time after an uncaught failure. Exit codes: 0 after
// a signal, also where requests were cut off; 1 after a second signal, and after a failure.
import { type CheckedConfig, milliseconds } from '../config/config.ts';
import type { Gateway } from '../running-gateway.ts';
import type { StopOptions as GatewayStop } from '../shutdown.ts';
import { onEndSignals } from '../supervisor/end-signals.ts';
import { flushLog } from '../telemetry/log.ts';

export interface StopOptions {
  /** Milliseconds in which requests are still accepted after SIGTERM. */
  delay: number;
  /** Called when the gateway has begun to stop. */
  onStopping?: () => void;
  /** Whether it logs only what went wrong: its supervisor logs the rest. Default: false. */
  isSupervised?: boolean;
}

/** Milliseconds that load balancers usually take to notice that a gateway is not ready. */
const DEFAULT_DELAY = 5_000;

/** Milliseconds that requests may still run after an uncaught failure. */
const FAILURE_GRACE = 5_000;

/** @param isDevelopment whether there is no load balancer that has to notice. */
export function shutdownDelay(config: Pick<CheckedConfig, 'shutdownDelay'>, isDevelopment = false): number {
  return milliseconds(config.shutdownDelay ?? (isDevelopment ? 0 : DEFAULT_DELAY));
}

/**
 * The first SIGTERM or SIGINT stops the gateway in order, a later one at once. SIGINT comes from a terminal, for which
 * no load balancer has to notice anything.
 * @returns what stops it in order for other reasons; without effect while it stops.
 */
export function stopOnSignal(
  gateway: Gateway,
  { delay, onStopping, isSupervised = false }: StopOptions,
): (options: GatewayStop) => Promise<void> {
  let isStopping = false;
  const stop = async (options: GatewayStop, signal?: NodeJS.Signals) => {
    if (isStopping) return;
    isStopping = true;
    if (!isSupervised) {
      gateway.log.info({ signal, ...(options.delay && { acceptingMs: options.delay }) }, 'stopping');
    }
    const stopped = gateway.stop(options);
    onStopping?.();
    const unfinished = await stopped;
    if (unfinished > 0) {
      gateway.log.warn({ cut: unfinished }, 'requests were still running at the end of the grace period');
    }
    if (!isSupervised) gateway.log.info('stopped');
    await exit(gateway, 0);
  };
  onEndSignals((signal) => {
    if (isStopping) void exit(gateway, 1);
    else void stop({ delay: signal === 'SIGTERM' ? delay : 0 }, signal);
  });
  return stop;
}

/** SIGHUP would end the process at once. */
export function logHangup({ log }: Pick<Gateway, 'log'>): void {
  process.on('SIGHUP', () => log.info({ signal: 'SIGHUP' }, 'nothing is reloaded without a supervisor'));
}

/**
 * An uncaught exception or rejection, mostly of a resolver, a hook or a plugin, leaves an unknown state: it is logged,
 * running requests get a short time to finish, and the process ends with exit code 1.
 */
export function stopOnFailure(gateway: Gateway, { onStopping }: Pick<StopOptions, 'onStopping'> = {}): void {
  let isEnding = false;
  process.on('uncaughtException', (error, origin) => {
    gateway.log.fatal({ err: error, origin }, 'uncaught failure; the gateway stops');
    if (isEnding) return;
    isEnding = true;
    onStopping?.();
    const end = () => exit(gateway, 1);
    setTimeout(end, FAILURE_GRACE);
    gateway.stop({ delay: 0 }).then(end, end);
  });
}

/** Ends the process with the last lines of the log written, unless their reader is gone. */
export async function exit({ log }: Pick<Gateway, 'log'>, code: number): Promise<never> {
  await flushLog(log);
  return process.exit(code);
}
