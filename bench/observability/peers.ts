// A service and a collector in a process of their own, so that their processor time is not the gateway's. Writes its
// address on one line, then how many requests the collector has got when its input ends.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const body = JSON.stringify({ data: { product: { name: 'Table', price: 899, inStock: true } } });
const server = createServer((request, response) => {
  request.resume();
  request.on('end', () => {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(request.url === '/graphql' ? body : '');
  });
});
server.listen(0, '127.0.0.1', () => console.log((server.address() as AddressInfo).port));
process.stdin.resume().on('end', () => process.exit());
