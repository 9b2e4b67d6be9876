// Health server: the port of `health` for all workers together, served by the supervisor, which has nothing else to do.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Health, healthPaths, sendHealth } from '../server/health/health-response.ts';
import { listenError } from '../server/listen-error.ts';

export interface HealthAddress {
  host: string;
  port: number;
}

export class HealthServer {
  readonly address: HealthAddress;
  readonly #server: Server;

  constructor(address: HealthAddress, current: () => Health & { generation: number }) {
    this.address = address;
    this.#server = createServer({ requestTimeout: 10_000 }, ({ url = '/', method = '' }, response) => {
      const [path = '/'] = url.split('?');
      const check = healthPaths.get(path);
      const health = current();
      if (check && (method === 'GET' || method === 'HEAD')) sendHealth(response, health[check], health.generation);
      else response.writeHead(check ? 405 : 404, { connection: 'close', ...(check && { allow: 'GET, HEAD' }) }).end();
    });
  }

  /** Starts listening; returns the URL. @throws ListenError */
  async listen(): Promise<string> {
    const { host, port } = this.address;
    await new Promise<void>((resolve, reject) => {
      this.#server.once('error', (error) => reject(listenError(error, host, port, 'health')));
      this.#server.listen(port, host, resolve);
    });
    const { port: bound } = this.#server.address() as AddressInfo;
    return `http://${host.includes(':') ? `[${host}]` : host}:${bound}`;
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}
