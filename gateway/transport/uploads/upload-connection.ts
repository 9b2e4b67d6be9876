// Upload connection: a connection to a service for one request with files, which is closed after it. HTTP/1.1, on undici:
// the body is written at the pace at which the service reads.
import { Client, type Dispatcher } from 'undici';
import type { SubgraphConnections } from '../connection-options.ts';
import type { ConnectTarget } from '../connector.ts';

export interface UploadConnection {
  /** @param headers names and values in turn. */
  dispatch(path: string, headers: string[], body: AsyncIterable<Uint8Array>, handler: Dispatcher.DispatchHandler): void;
  /** Ends it with what still runs. */
  destroy(): Promise<void>;
}

/** @param origin scheme, host and port. */
export function openUpload(origin: string, target: ConnectTarget, connections: SubgraphConnections): UploadConnection {
  // The exchange has one time-out of its own.
  const client = new Client(origin, {
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: connections.connector(target, false),
  });
  return {
    dispatch: (path, headers, body, handler) => {
      // undici's types have no iterables among the bodies; its documentation does.
      client.dispatch({ method: 'POST', path, headers, body: body as never }, handler);
    },
    destroy: () => client.destroy(),
  };
}
