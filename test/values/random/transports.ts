// Transports of an operation to a gateway: POST, GET and WebSocket. Each returns the text of the GraphQL response.
import { once } from 'node:events';
import { WebSocket } from 'ws';
import type { Request } from './execution.ts';

export type Transport = 'POST' | 'GET' | 'WebSocket';

/** Milliseconds after which a gateway that does not respond has failed. */
const patience = 20_000;

export class Sender {
  readonly #origin: string;
  readonly #sockets = new Map<string, WebSocket>();
  #operations = 0;

  constructor(origin: string) {
    this.#origin = origin;
  }

  send(path: string, request: Request, transport: Transport): Promise<string> {
    if (transport === 'WebSocket') return this.#overWebSocket(path, request);
    return transport === 'GET' ? this.#get(path, request) : this.#post(path, request);
  }

  close(): void {
    for (const socket of this.#sockets.values()) socket.terminate();
  }

  async #post(path: string, request: Request): Promise<string> {
    const response = await fetch(`${this.#origin}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json' },
      body: JSON.stringify(request),
      signal: AbortSignal.timeout(patience),
    });
    return response.text();
  }

  async #get(path: string, { query, variables, operationName }: Request): Promise<string> {
    const parameters = new URLSearchParams({ query, variables: JSON.stringify(variables) });
    if (operationName !== undefined) parameters.set('operationName', operationName);
    const response = await fetch(`${this.#origin}${path}?${parameters}`, {
      headers: { accept: 'application/json' },
      signal: AbortSignal.timeout(patience),
    });
    return response.text();
  }

  /** The message's payload as it is written. */
  async #overWebSocket(path: string, request: Request): Promise<string> {
    const socket = await this.#socket(path);
    this.#operations += 1;
    const id = String(this.#operations);
    const messages: string[] = [];
    const complete = new Promise<void>((resolve, reject) => {
      const closed = (code: number, reason: Buffer) => reject(new Error(`The WebSocket was closed: ${code} ${reason}`));
      const receive = (data: Buffer) => {
        messages.push(String(data));
        if (messages.length === 1 && !isError(messages[0] as string)) return;
        socket.off('message', receive).off('close', closed);
        resolve();
      };
      socket.on('message', receive).once('close', closed);
    });
    socket.send(JSON.stringify({ type: 'subscribe', id, payload: request }));
    await complete;
    const [message] = messages as [string];
    const payload = message.slice(message.indexOf('"payload":') + '"payload":'.length, -1);
    return isError(message) ? `{"errors":${payload}}` : payload;
  }

  async #socket(path: string): Promise<WebSocket> {
    const known = this.#sockets.get(path);
    if (known) return known;
    const socket = new WebSocket(`${this.#origin.replace('http', 'ws')}${path}`, 'graphql-transport-ws');
    this.#sockets.set(path, socket);
    await once(socket, 'open');
    socket.send('{"type":"connection_init"}');
    await once(socket, 'message');
    return socket;
  }
}

/** A message of type `error`, which is the last one of its operation. */
function isError(message: string): boolean {
  return /^\{[^[{]*"type":"error"/.test(message);
}
