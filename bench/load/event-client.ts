// Client of one subscription under load, over server-sent events.

import { type ClientRequest, request } from 'node:http';
import { eventQuery } from './event-service.ts';

export class EventClient {
  readonly #request: ClientRequest;
  #rest = '';
  #received: (event: string) => void = () => {};
  #failed: (error: Error) => void = () => {};

  constructor(port: number, id: string) {
    const headers = { 'content-type': 'application/json', accept: 'text/event-stream' };
    this.#request = request({ port, host: '127.0.0.1', path: '/graphql', method: 'POST', headers, agent: false });
    this.#request.on('response', (response) => {
      response.setEncoding('utf8').on('data', (text: string) => this.#read(text));
      response.on('close', () => this.#failed(new Error(`the gateway ended a subscription: ${this.#rest}`)));
      response.on('error', () => {});
    });
    this.#request.on('error', (error) => this.#failed(error));
    this.#request.setTimeout(10_000, () => this.#failed(new Error('the gateway sent nothing for 10 s')));
    this.#request.end(JSON.stringify({ query: eventQuery, variables: { id } }));
  }

  /** Each further event goes to the first of them, without the empty line at its end; an end or an error to the other. */
  read(received: (event: string) => void, failed: (error: Error) => void): void {
    this.#received = received;
    this.#failed = failed;
  }

  close(): void {
    this.read(
      () => {},
      () => {},
    );
    this.#request.destroy();
  }

  #read(text: string): void {
    const blocks = (this.#rest + text).split('\n\n');
    this.#rest = blocks.pop()!;
    // A block without `data` is a comment, which shows that the connection lives.
    for (const block of blocks) if (block.includes('data:')) this.#received(block);
  }
}
