// The subgraphs of a run: one process on free ports, and a directory with what gateways are started from, the
// supergraph with these ports in its routing URLs and each subgraph's SDL beside it.

import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Counts } from '../subgraphs/control.ts';
import type { Ready } from '../subgraphs/serve.ts';

export type SubgraphProcess = {
  pid: number;
  directory: string;
  /** The supergraph's file in that directory. */
  supergraph: string;
  /** Requests by subgraph since the process started. */
  counts(): Promise<Counts>;
  stop(): Promise<void>;
};

export type GraphSource = {
  /** The command that serves the subgraphs, and prints a `Ready` line. */
  command: readonly string[];
  supergraph: string;
  subgraphs: readonly { name: string; url: string; sdl: string }[];
};

/** Rejects when they end before they are ready. They end with the run: its end closes their standard input. */
export async function startSubgraphs({ command, supergraph, subgraphs }: GraphSource): Promise<SubgraphProcess> {
  const [file, ...args] = command;
  const child = spawn(file!, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const { control, ports } = await readyLine(child);

  const directory = mkdtempSync(join(tmpdir(), 'concierge-bench-'));
  const remove = () => rmSync(directory, { recursive: true, force: true });
  process.once('exit', remove);
  let routed = supergraph;
  for (const { name, url, sdl } of subgraphs) {
    routed = routed.replaceAll(`"${url}"`, `"http://127.0.0.1:${ports[name]}/graphql"`);
    writeFileSync(join(directory, `${name}.graphql`), sdl);
  }
  const supergraphFile = join(directory, 'supergraph.graphql');
  writeFileSync(supergraphFile, routed);

  return {
    pid: child.pid!,
    directory,
    supergraph: supergraphFile,
    counts: async () => (await (await fetch(`http://127.0.0.1:${control}/counts`)).json()) as Counts,
    async stop() {
      const gone = once(child, 'exit');
      child.kill('SIGTERM');
      await gone;
      process.off('exit', remove);
      remove();
    },
  };
}

/** Requests to all subgraphs together since they started. */
export async function upstreamRequests(subgraphs: SubgraphProcess): Promise<number> {
  return Object.values(await subgraphs.counts()).reduce((sum, count) => sum + count, 0);
}

async function readyLine(child: ChildProcess): Promise<Ready> {
  for await (const line of createInterface({ input: child.stdout! })) return JSON.parse(line);
  throw new Error('The subgraphs ended before they were ready.');
}
