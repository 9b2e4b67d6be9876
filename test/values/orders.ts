// Orders and their owners from two services that receive and send texts, for tests of numbers: nothing of a number is
// lost in the test itself.
import { type ServedGraph, type ServedGraphOptions, type ServiceRequest, serveGraph } from './served-graph.ts';

export const ordersSdl = `
  scalar Long  scalar BigDecimal  scalar JSON
  type Query { me: Order @cacheControl(maxAge: 60)  orders(after: Long, filter: Filter, id: ID, n: Int, x: Float, s: String, many: [Long]): [Order] }
  input Filter { min: BigDecimal  ids: [ID!]  limit: Int  any: JSON }
  type Order { id: Long!  total: BigDecimal  doc: JSON  code: ID  label: String  count: Int  rate: Float }`;
export const ownersSdl = `
  scalar Long
  type Query { _orders(ids: [Long!]!): [Order] @merge(keyField: "id") }
  type Order @cacheControl(maxAge: 60) { id: Long!  owner: String }`;

let turns = 0;

/** Changes between requests, so that nothing can be right by chance. */
export const turn = (): number => turns;

export function nextTurn(): void {
  turns += 1;
}

/** Numbers of a list in a text, as they are written. */
export const numbersIn = (body: string, list: string) =>
  (new RegExp(`"${list}":\\[([^\\]]*)\\]`).exec(body)?.[1] ?? '').split(',').filter((each) => each !== '');

export const owner = (id: string) => `owner of ${id} in ${turn()}`;

/** Response of a list lookup by key; ids are read from the text. */
const owners = ({ body, query }: ServiceRequest) => {
  const key = /\{ (\w+): _orders/.exec(query)?.[1] ?? '_orders';
  const rows = numbersIn(body, '[^"]*').map((id) => `{"id":${id},"owner":"${owner(id)}"}`);
  return `{"data":{"${key}":[${rows}]}}`;
};

export const big = '9007199254740993';
export const bigger = '1152921504606846977';
export const neighbour = '1152921504606846978';

/** @param returned by the service of orders. */
export async function orders(returned: string, options: Partial<ServedGraphOptions> = {}): Promise<ServedGraph> {
  const graph = await serveGraph({ services: { orders: ordersSdl, owners: ownersSdl }, ...options });
  if (graph.services.orders) graph.services.orders.returns = () => returned;
  if (graph.services.owners) graph.services.owners.returns = owners;
  nextTurn();
  return graph;
}

/**
 * Sends one message; resolves to the first that is about an operation, or to the code that the connection is closed
 * with.
 */
export function overWebSocket(origin: string, message: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(`${origin.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    socket.onopen = () => socket.send('{"type":"connection_init"}');
    socket.onerror = () => reject(new Error('the connection failed'));
    socket.onclose = ({ code }) => resolve(String(code));
    socket.onmessage = ({ data }) => {
      if (data === '{"type":"connection_ack"}') socket.send(message);
      else {
        resolve(String(data));
        socket.close();
      }
    };
  });
}
