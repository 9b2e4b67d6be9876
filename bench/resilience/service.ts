// One instance of a service, as a process of its own that a scenario stops, kills and lets fail. It responds after 2 ms, and to
// fields whose names begin with `slow` after 10 s; its control port has the number of its requests, and makes it fail.

import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { buildSchema, graphql } from 'graphql';

export type Ready = { url: string; port: number; control: string };

const { values } = parseArgs({
  options: { port: { type: 'string', default: '0' }, sdl: { type: 'string', default: 'type Query { a: String }' } },
});
const schema = buildSchema(values.sdl);
const rootValue = Object.fromEntries(
  Object.keys(schema.getQueryType()?.getFields() ?? {}).map((name) => [
    name,
    () => delay(name.startsWith('slow') ? 10_000 : 2, `${name} of the service`),
  ]),
);

let requests = 0;
/** Status of all responses; 0 while it serves. */
let failure = 0;

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await text(request);
  requests += 1;
  if (failure > 0) {
    response.writeHead(failure).end('failure');
    return;
  }
  const { query, variables, operationName } = JSON.parse(body);
  const result = await graphql({ schema, source: query, variableValues: variables, operationName, rootValue });
  response.setHeader('content-type', 'application/json').end(JSON.stringify(result));
}

const server = createServer((request, response) => {
  // A gateway that gives up ends the connection: nothing is left to respond to.
  serve(request, response).catch(() => response.destroy());
});
const control = createServer((request, response) => {
  if (request.method === 'POST') failure = Number(request.url?.slice(1));
  response.setHeader('content-type', 'application/json').end(JSON.stringify({ requests }));
});

server.listen(Number(values.port), '127.0.0.1', () => {
  control.listen(0, '127.0.0.1', () => {
    const [{ port }, { port: controlPort }] = [server, control].map((each) => each.address() as AddressInfo) as [
      AddressInfo,
      AddressInfo,
    ];
    const ready: Ready = { url: `http://127.0.0.1:${port}/graphql`, port, control: `http://127.0.0.1:${controlPort}` };
    console.log(JSON.stringify(ready));
  });
});
