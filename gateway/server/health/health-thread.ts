// Health thread: started as a worker by `HealthListener`, it serves health checks from the heartbeat of the main thread.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { parentPort, workerData } from 'node:worker_threads';
import { rejectedResponse } from '../../errors.ts';
import { rejectUnread } from '../json-response.ts';
import { handleHealth } from './health.ts';
import { healthOf } from './heartbeat.ts';

/** What the thread is started with, and what it says. */
export interface HealthThreadData {
  pulse: SharedArrayBuffer;
  host: string;
  port: number;
}

export type HealthThreadMessage = { port: number } | { code: string | undefined; message: string };

const { pulse, host, port } = workerData as HealthThreadData;

const server = createServer({ requestTimeout: 10_000 }, (request, response) => {
  const [path = '/'] = (request.url ?? '/').split('?');
  if (handleHealth(path, request, response, () => ({ ...healthOf(pulse), generation: 1 }))) return;
  const message = `There is nothing at ${path}. There is: /healthcheck, /readiness.`;
  rejectUnread(response, rejectedResponse('NOT_FOUND', { message }));
});
const say = (message: HealthThreadMessage) => parentPort?.postMessage(message);
server.once('error', ({ code, message }: NodeJS.ErrnoException) => say({ code, message }));
server.listen(port, host, () => say({ port: (server.address() as AddressInfo).port }));
