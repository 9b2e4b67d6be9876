// Ports of the channel on the IPC of node:cluster.
import type { Worker } from 'node:cluster';
import type { Port } from './message.ts';

/** Of a worker's process. @throws Error where it has not been started with IPC. */
export function supervisorPort(): Port {
  if (!process.send) throw new Error('this process has not been started by a supervisor');
  return {
    send: (message, failed) => {
      process.send?.(message, undefined, undefined, (error) => {
        if (error) failed();
      });
    },
    receive: (listener) => process.on('message', listener),
    onGone: (listener) => process.once('disconnect', listener),
  };
}

/** Of the supervisor, for one worker. A worker that cannot be reached counts as gone. */
export function workerPort(worker: Worker): Port {
  return {
    send: (message, failed) => {
      worker.process.send(message, undefined, undefined, (error) => {
        if (error) failed();
      });
    },
    receive: (listener) => worker.on('message', listener),
    onGone: (listener) => {
      worker.once('exit', listener);
      worker.once('disconnect', listener);
    },
  };
}
