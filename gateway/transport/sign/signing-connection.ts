// Signing connection: signs each request with what is really sent, each time that it is sent.
import type { Dispatcher } from 'undici';
import type { Connection, ExchangeHandler, OutgoingRequest } from '../connection.ts';
import type { Signer } from './signer.ts';

export class SigningConnection implements Connection {
  readonly #connection: Connection;
  readonly #origin: string;
  readonly #signer: () => Signer;

  /** @param origin scheme, host and port. @param signer called for each request; what it throws fails the request. */
  constructor(connection: Connection, origin: string, signer: () => Signer) {
    this.#connection = connection;
    this.#origin = origin;
    this.#signer = signer;
  }

  dispatch(request: OutgoingRequest, handler: ExchangeHandler): void {
    const { method = 'POST', path, fixedFields, fields, body } = request;
    let signature: readonly string[];
    try {
      const headers = [...fixedFields, ...fields];
      signature = this.#signer()({ method, origin: this.#origin, path, headers, body: body ?? '' });
    } catch (error) {
      handler.onResponseError?.(unsent, error instanceof Error ? error : new Error(String(error)));
      return;
    }
    this.#connection.dispatch({ ...request, fields: [...fields, ...signature] }, handler);
  }

  destroy(): Promise<void> {
    return this.#connection.destroy();
  }
}

/** Of a request that is not sent: there is nothing to end or to pause. */
const unsent: Dispatcher.DispatchController = {
  aborted: true,
  paused: false,
  reason: null,
  abort: () => {},
  pause: () => {},
  resume: () => {},
};
