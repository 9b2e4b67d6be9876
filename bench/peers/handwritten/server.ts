// Peer: the limit. A server that executes the benchmark's three queries and nothing else, each written out by hand: the
// cost of a request when nothing is general.

import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { peerArguments } from '../arguments.ts';
import { largeResponse, type Services } from './large.ts';
import { smallOneResponse, smallThreeResponse } from './small.ts';
import { upstream } from './upstream.ts';

const { port, routing } = peerArguments();
const services: Services = {
  accounts: upstream(routing.accounts!),
  inventory: upstream(routing.inventory!),
  products: upstream(routing.products!),
  reviews: upstream(routing.reviews!),
};

const queryText = (name: string) => readFileSync(new URL(`../../queries/${name}.graphql`, import.meta.url), 'utf8');
const responses = new Map<string, (services: Services) => Promise<object>>([
  [queryText('large'), largeResponse],
  [queryText('small-one'), smallOneResponse],
  [queryText('small-three'), smallThreeResponse],
]);

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', async () => {
    try {
      const { query } = JSON.parse(Buffer.concat(chunks).toString('utf8')) as { query: string };
      const response = responses.get(query);
      send(200, response ? { data: await response(services) } : { errors: [{ message: 'Not one of the queries.' }] });
    } catch (error) {
      send(500, { errors: [{ message: String(error) }] });
    }
  });

  function send(status: number, content: object): void {
    const body = JSON.stringify(content);
    response.writeHead(status, { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) });
    response.end(body);
  }
});
server.listen(port, '127.0.0.1');
