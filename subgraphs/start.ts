// The command that starts one service: `npm run subgraph -- users --port 4001`.
import { Command, InvalidArgumentError } from 'commander';
import { createLog } from './request-log.ts';
import type { Service } from './service.ts';

// Loaded one at a time: a service starts without the code of the others.
const services: Record<string, () => Promise<{ default: Service }>> = {
  users: () => import('./users/service.ts'),
  orders: () => import('./orders/service.ts'),
  products: () => import('./products/service.ts'),
  notifications: () => import('./notifications/service.ts'),
  payments: () => import('./payments/service.ts'),
};

interface Options {
  port?: number;
  host: string;
  database: string;
  latency: number;
}

await new Command('subgraph')
  .description('Starts one of the services behind the gateway.')
  .argument('<service>', Object.keys(services).join(', '))
  .option('--port <number>', 'port to listen on, 0 for a free one (default: 4001 to 4005, in the order above)', port)
  .option('--host <address>', 'address to listen on', '127.0.0.1')
  .option('--database <file>', 'SQLite file; created and seeded where it does not exist', ':memory:')
  .option('--latency <ms>', 'delay every response, like a service that is far away', milliseconds, 0)
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
  .action(start)
  .parseAsync();

async function start(name: string, options: Options): Promise<void> {
  const load = Object.hasOwn(services, name) ? services[name] : undefined;
  if (!load) {
    fail(2, `There is no service "${name}". The services are: ${Object.keys(services).join(', ')}.`);
    return;
  }
  const { default: service } = await load();
  const { host, database, latency } = options;
  const port = options.port ?? service.port;
  const log = createLog();
  try {
    const { url, stop } = await service.start(database, { port, host, latency, log });
    log.info({ subgraph: name, url, database, latency }, 'listening');
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, stop);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE') fail(1, `Port ${port} on ${host} is in use. Choose another one with --port.`);
    else if (code === 'EACCES') fail(1, `Port ${port} is not allowed for this user. Choose another one with --port.`);
    else if (code === 'EADDRNOTAVAIL') fail(1, `This machine has no address ${host}. Choose another one with --host.`);
    else throw error;
  }
}

function fail(exitCode: number, message: string): void {
  console.error(message);
  process.exitCode = exitCode;
}

function port(text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0 || number > 65_535) {
    throw new InvalidArgumentError('A port is a whole number from 0 to 65535.');
  }
  return number;
}

function milliseconds(text: string): number {
  const number = Number(text);
  if (!Number.isFinite(number) || number < 0) throw new InvalidArgumentError('It must be a number of ms, 0 or more.');
  return number;
}
