// Serves subgraphs until the process is ended, and reports their URLs to its parent, as one line of JSON on standard
// output.

import type { AddressInfo } from 'node:net';
import { parseArgs } from 'node:util';
import type { GraphQLSchema } from 'graphql';
import { control } from './control.ts';
import { type Listener, listen } from './listener.ts';

/** The line that a serving process prints once it is ready. */
export type Ready = { control: number; ports: Record<string, number> };

/**
 * Takes `--free-ports` (any free port instead of each subgraph's own), `--control <port>` (default 4100) and `--latency
 * <ms>` from the command line. Ends on SIGTERM and SIGINT, and when the parent closes standard input.
 */
export async function serve(
  subgraphs: readonly { name: string; url: string; schema: GraphQLSchema }[],
  commandLine: readonly string[],
): Promise<void> {
  const { values } = parseArgs({
    args: [...commandLine],
    options: {
      'free-ports': { type: 'boolean', default: false },
      control: { type: 'string', default: '4100' },
      latency: { type: 'string', default: '0' },
    },
  });
  const free = values['free-ports'];
  const latency = Number(values.latency);
  const listeners: Listener[] = [];
  for (const { name, url, schema } of subgraphs) {
    listeners.push(await listen(name, schema, { port: free ? 0 : Number(new URL(url).port), latency }));
  }
  const controlServer = await control(listeners, free ? 0 : Number(values.control));
  const ready: Ready = {
    control: (controlServer.address() as AddressInfo).port,
    ports: Object.fromEntries(listeners.map(({ name, port }) => [name, port])),
  };
  console.log(JSON.stringify(ready));

  const end = () => process.exit(0);
  process.once('SIGTERM', end).once('SIGINT', end);
  // A run that dies must not leave its subgraphs behind; by hand, on a terminal, they stay.
  if (!process.stdin.isTTY) process.stdin.on('end', end).resume();
}
