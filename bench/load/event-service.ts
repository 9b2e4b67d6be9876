// Service of subscriptions under load: it sends the next event of a stream when it is called to, so that as many are sent as
// are read. A stream belongs to the id that its subscription has as a variable.

import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';

export const eventSchema = `type Query { products: Int }
type Subscription { stockChanged(id: ID!): Product }
type Product { id: ID! name: String inStock: Int warehouse: Warehouse }
type Warehouse { id: ID! city: String }
`;

export const eventQuery =
  'subscription Stock($id: ID!) { stockChanged(id: $id) { id name inStock warehouse { id city } } }';

/** The data of an event. */
export function eventData(id: string, count: number): object {
  const warehouse = { id: 'warehouse-7', city: 'Rotterdam' };
  return { stockChanged: { id, name: 'A chair of solid oak', inStock: count, warehouse } };
}

export class EventService {
  readonly #server: Server = createServer((request, response) => void this.#open(request, response));
  readonly #streams = new Map<string, ServerResponse>();
  readonly #opened = new Map<string, () => void>();
  #ended: (() => void) | undefined;

  async listen(port: number): Promise<void> {
    this.#server.listen(port, '127.0.0.1');
    await once(this.#server, 'listening');
  }

  /** Resolves when the stream of this id has been opened, once. */
  opened(id: string): Promise<void> {
    return new Promise((resolve) => this.#opened.set(id, resolve));
  }

  send(id: string, count: number): void {
    const data = JSON.stringify({ data: eventData(id, count) });
    this.#streams.get(id)!.write(`event: next\ndata: ${data}\n\n`);
  }

  /** Resolves when the gateway has ended all streams, as it does after the end of its clients; rejects after 10 s. */
  async ended(): Promise<void> {
    if (this.#streams.size === 0) return;
    await new Promise<void>((resolve, reject) => {
      const patience = setTimeout(() => reject(new Error('the gateway has not ended its subscriptions')), 10_000);
      this.#ended = () => {
        clearTimeout(patience);
        resolve();
      };
    });
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #open(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const id = idOf(request.method === 'GET' ? request.url! : await text(request), request.method === 'GET');
    if (id === undefined) {
      response.writeHead(400).end();
      return;
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' }).flushHeaders();
    this.#streams.set(id, response);
    response.once('close', () => {
      this.#streams.delete(id);
      if (this.#streams.size === 0) this.#ended?.();
    });
    this.#opened.get(id)?.();
  }
}

/** Takes the body of a POST request, or the URL of a GET request, which has the variables as a parameter. */
function idOf(given: string, isUrl: boolean): string | undefined {
  try {
    const variables = isUrl
      ? JSON.parse(new URL(given, 'http://127.0.0.1').searchParams.get('variables') ?? 'null')
      : JSON.parse(given).variables;
    const [id] = Object.values(variables);
    return String(id);
  } catch {
    // Not a request for a subscription: the service refuses it.
    return undefined;
  }
}
