// End of a process that serves: in order on a signal, within a short time after an uncaught failure. Exit codes: 0 after
// a signal, also where requests were cut off; 1 after a second signal, and after a failure.
import type { Gateway } from '../running-gateway.ts';
import { flushLog } from '../telemetry/log.ts';

export interface StopOptions {
  /** Called when the gateway has begun to stop. */
  onStopping?: () => void;
  /** Whether it logs only what went wrong: its supervisor logs the rest. Default: false. */
  isSupervised?: boolean;
}

/** Milliseconds that requests may still run after an uncaught failure. */
const FAILURE_GRACE = 5_000;

/**
 * The first SIGTERM or SIGINT stops the gateway in order, a second one at once.
 * @returns what stops it in order for other reasons; without effect while it stops.
 */
export function stopOnSignal(
  gateway: Gateway,
  { onStopping, isSupervised = false }: StopOptions = {},
): () => Promise<void> {
  let isStopping = false;
  const stop = async (signal?: NodeJS.Signals) => {
    if (isStopping) return;
    isStopping = true;
    if (!isSupervised) gateway.log.info({ signal }, 'stopping');
    const stopped = gateway.stop();
    onStopping?.();
    const cut = await stopped;
    if (cut > 0) gateway.log.warn({ cut }, 'requests were still running at the end of the grace period');
    if (!isSupervised) gateway.log.info('stopped');
    await exit(gateway, 0);
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => (isStopping ? exit(gateway, 1) : stop(signal)));
  }
  return stop;
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
    gateway.stop().then(end, end);
  });
}

/** Ends the process with the last lines of the log written, unless their reader is gone. */
export async function exit({ log }: Pick<Gateway, 'log'>, code: number): Promise<never> {
  await flushLog(log);
  return process.exit(code);
}
