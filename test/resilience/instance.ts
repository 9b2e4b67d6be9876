// One instance of a service, as a process of its own that tests stop and kill. Logs its URL and its requests.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

let requests = 0;
const server = createServer((request, response) => {
  request.resume().on('end', () => {
    requests += 1;
    setTimeout(() => {
      response.setHeader('content-type', 'application/json').end('{"data":{"a":"one"}}');
    }, 2);
  });
});
server.listen(Number(process.argv[2] ?? 0), '127.0.0.1', () => {
  const { port } = server.address() as AddressInfo;
  console.log(JSON.stringify({ url: `http://127.0.0.1:${port}/graphql`, port }));
});
process.on('SIGTERM', () => {
  console.log(JSON.stringify({ requests }));
  server.close();
  server.closeAllConnections();
});
