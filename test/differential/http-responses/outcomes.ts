// What becomes of a response's bytes: by undici, and by the connections of the gateway.
import type { Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { Client } from 'undici';
import { InvalidResponse } from '../../../gateway/transport/http1/response-head.ts';
import { ResponseParser } from '../../../gateway/transport/http1/response-parser.ts';
import type { GeneratedResponse } from './generated.ts';

/** Status and body, a character for each byte; or why there is none. `open` where the rest has not arrived. */
export type Outcome =
  | { kind: 'response'; status: number; body: string; fields: Readonly<Record<string, string | string[]>> }
  | { kind: 'error'; why: string }
  | { kind: 'open' };

/** A service's end of a connection: it sends its bytes when it gets a request. */
class Service extends Duplex {
  readonly #response: GeneratedResponse;
  #hasSent = false;

  constructor(response: GeneratedResponse) {
    super({ allowHalfOpen: false });
    this.#response = response;
  }

  override _read(): void {}

  override _write(_chunk: unknown, _encoding: string, done: () => void): void {
    done();
    if (this.#hasSent) return;
    this.#hasSent = true;
    const { bytes, pieces, ends } = this.#response;
    let at = 0;
    const next = (index: number): void => {
      const length = pieces[index];
      if (length === undefined) {
        if (ends) this.push(null);
        this.emit('sent');
        return;
      }
      this.push(bytes.subarray(at, at + length));
      at += length;
      setImmediate(next, index + 1);
    };
    next(0);
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }
}

export function byUndici(response: GeneratedResponse): Promise<Outcome> {
  return new Promise((resolve) => {
    const service = new Service(response);
    const client = new Client('http://service', {
      connect: (_options, done) => setImmediate(() => done(null, service as unknown as Socket)),
      ...{ headersTimeout: 0, bodyTimeout: 0, allowH2: false },
    });
    let status = 0;
    let fields: Readonly<Record<string, string | string[]>> = {};
    let body = '';
    const settle = (outcome: Outcome) => {
      resolve(outcome);
      void client.destroy();
    };
    service.once('sent', () => setImmediate(() => setImmediate(() => settle({ kind: 'open' }))));
    client.dispatch(
      { path: '/graphql', method: 'POST', body: '{}' },
      {
        onRequestStart() {},
        onResponseStart(_controller, received, headers) {
          status = received;
          fields = headers as typeof fields;
        },
        onResponseData(_controller, chunk) {
          body += chunk.toString('latin1');
        },
        onResponseEnd: () => settle({ kind: 'response', status, body, fields }),
        onResponseError: (_controller, error) => settle({ kind: 'error', why: error.message }),
      },
    );
  });
}

/** The first error is final, also where it comes after the end of the response: its connection is closed. */
export function byGateway({ bytes, pieces, ends }: GeneratedResponse): Outcome {
  let status = 0;
  let fields: Readonly<Record<string, string | string[]>> = {};
  let body = '';
  let hasEnded = false;
  const add = (piece: Buffer) => {
    body += piece.toString('latin1');
  };
  const end = () => {
    hasEnded = true;
  };
  const parser = new ResponseParser({
    onHead(head) {
      ({ status, fields } = head);
    },
    onData: add,
    onEnd: end,
    onWhole(piece) {
      add(piece);
      end();
    },
  });
  parser.open();
  // As a socket's: one buffer for all pieces.
  const buffer = Buffer.alloc(bytes.length);
  let at = 0;
  for (const length of pieces) {
    bytes.copy(buffer, 0, at, at + length);
    at += length;
    try {
      parser.read(buffer, length);
    } catch (error) {
      if (!(error instanceof InvalidResponse)) throw error;
      // What comes after the end in another piece concerns no request.
      if (hasEnded) break;
      return { kind: 'error', why: error.message };
    }
    buffer.fill(0x21);
  }
  if (ends && !hasEnded && !parser.end()) return { kind: 'error', why: 'the connection ended' };
  return hasEnded ? { kind: 'response', status, body, fields } : { kind: 'open' };
}
