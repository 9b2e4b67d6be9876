// Connections and ports of workers that have ended, which node:cluster leaves as they are. A connection that was on its
// way to a worker that is killed or replaced stays open, without a reader: its client would wait without end. And a port
// that the operating system has chosen is closed with the last worker that listens to it.
import type { Worker } from 'node:cluster';

/** Of node:cluster's own protocol, which lib/internal/cluster/primary.js and round_robin_handle.js of Node define. */
interface InternalMessage {
  cmd?: unknown;
  /** `queryServer`: a worker is to listen. `close`: it does not any more. `newconn`: a connection for it. */
  act?: unknown;
  /** Of each message. */
  seq?: number;
  /** In a reply, the `seq` of what is replied to. */
  ack?: number;
  /** What is listened to, once it is. */
  key?: string;
  errno?: number | null;
  sockname?: { port?: number };
  address?: unknown;
  addressType?: unknown;
  port?: unknown;
  /** Among the ports of a worker that the operating system chooses. */
  index?: number;
}

interface Connection {
  close(): void;
}

const CLUSTER = 'NODE_CLUSTER';

// Of this process, as node:cluster itself.
/** What is listened to, with the workers that do. */
const listeners = new Map<string, Set<Worker>>();
/** Ports that the operating system has chosen for port 0, by what was to be listened to. */
const chosen = new Map<string, { key: string; port: number }>();

/**
 * Offers the connections that a worker has not replied to when it ends to the other workers, as those that a worker
 * rejects, or closes them where no worker listens any more. Gives a worker that replaces the last one the same port. To
 * be called when the worker is started.
 */
export function afterKills(worker: Worker): void {
  const { process } = worker;
  /** By the number of their message. */
  const pending = new Map<number, { key: string; connection: Connection }>();
  const queries = new Map<number, string>();
  const send = process.send.bind(process) as (...args: unknown[]) => boolean;
  const watched = (...args: unknown[]) => {
    const [message, connection] = args as [InternalMessage | null, Connection | undefined];
    const { cmd, act, key, seq, ack, errno, sockname } = message ?? {};
    if (cmd === CLUSTER && key !== undefined) {
      if (act === 'newconn' && seq !== undefined && connection) pending.set(seq, { key, connection });
      else if (ack !== undefined && !errno) {
        listenersOf(key).add(worker);
        const query = queries.get(ack);
        if (query !== undefined && sockname?.port) chosen.set(query, { key, port: sockname.port });
      }
    }
    return send(...args);
  };
  process.send = watched as typeof process.send;
  // Before node:cluster has it.
  process.prependListener('internalMessage', (message: InternalMessage) => {
    const { cmd, act, key, seq = 0, ack } = message;
    if (cmd !== CLUSTER) return;
    if (ack !== undefined) pending.delete(ack);
    if (act === 'close' && key !== undefined) leave(worker, key);
    if (act !== 'queryServer' || message.port !== 0) return;
    const query = [message.address, message.addressType, message.index].join();
    const known = chosen.get(query);
    if (known && !listeners.has(known.key)) message.port = known.port;
    else queries.set(seq, query);
  });
  let isDisconnected = false;
  process.once('disconnect', () => {
    isDisconnected = true;
  });
  // It has ended, and everything that it has sent is received.
  process.once('close', () => {
    for (const key of [...listeners.keys()]) leave(worker, key);
    // By which node:cluster gives it no further connections; it does not come where a connection was on its way.
    if (!isDisconnected) process.emit('disconnect');
    for (const [ack, { key, connection }] of [...pending]) {
      if (listeners.has(key)) process.emit('internalMessage', { cmd: CLUSTER, ack, accepted: false }, undefined);
      else connection.close();
    }
  });
}

function listenersOf(key: string): Set<Worker> {
  const known = listeners.get(key) ?? new Set();
  listeners.set(key, known);
  return known;
}

function leave(worker: Worker, key: string): void {
  const known = listeners.get(key);
  known?.delete(worker);
  if (known?.size === 0) listeners.delete(key);
}
