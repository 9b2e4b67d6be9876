// End of a worker in the log: only where it is a fault.
import type { SupervisorLog } from './supervisor-log.ts';
import type { End, WorkerProcess } from './worker-process.ts';

export function reportEnd(log: SupervisorLog, worker: WorkerProcess, { code, signal }: End): void {
  const { killedFor, pid, isReplaced } = worker;
  if (!(killedFor ?? signal ?? code)) return;
  const how = { ...(signal ? { signal } : { code }), ...(killedFor !== null && { reason: killedFor }) };
  const message = isReplaced ? 'a replaced worker has ended' : 'a worker has ended; another one takes its place';
  log.error({ worker: pid, ...how }, message);
}
