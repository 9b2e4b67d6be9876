// Balancer of TCP connections, round robin, like a Service of Kubernetes: for gateways that send to one address only. A
// connection that an instance refuses goes to the next one.

import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';

export type Balancer = { url: string; close(): void };

/** @param ports of the instances, on the loopback interface. */
export async function startBalancer(ports: readonly number[]): Promise<Balancer> {
  let turn = 0;
  const sockets = new Set<Socket>();

  function hold(socket: Socket): void {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  }

  function join(client: Socket, triesLeft: number): void {
    const service = connect({ port: ports[turn++ % ports.length]!, host: '127.0.0.1', noDelay: true });
    hold(service);
    const tryNext = () => (triesLeft > 0 ? join(client, triesLeft - 1) : client.destroy());
    service.once('error', tryNext).once('connect', () => {
      service.off('error', tryNext).on('error', () => client.destroy());
      service.on('close', () => client.destroy());
      client.on('close', () => service.destroy());
      client.pipe(service).pipe(client);
    });
  }

  const server: Server = createServer({ noDelay: true }, (client) => {
    hold(client);
    client.on('error', () => client.destroy());
    join(client, ports.length - 1);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
