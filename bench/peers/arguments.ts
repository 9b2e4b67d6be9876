// Arguments of every peer: the supergraph file (the subgraphs' own SDL lies beside it) and the port to serve on.

import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';

export type PeerArguments = {
  supergraph: string;
  port: number;
  /** Of the supergraph's file, and the run's own. */
  directory: string;
  /** Routing URLs by subgraph name, in the supergraph's order. */
  routing: Record<string, string>;
  /** A subgraph's SDL as it was written, and its file. */
  sdlOf(name: string): string;
  sdlFile(name: string): string;
};

/** Reads `--supergraph <file> --port <n>`; throws when one is missing. */
export function peerArguments(): PeerArguments {
  const { values } = parseArgs({ options: { supergraph: { type: 'string' }, port: { type: 'string' } } });
  const { supergraph: file, port } = values;
  if (!file || !port) throw new Error('A peer is started with --supergraph <file> --port <n>.');
  const supergraph = readFileSync(file, 'utf8');
  const directory = dirname(file);
  const sdlFile = (name: string) => join(directory, `${name}.graphql`);
  const routing = supergraph.matchAll(/@join__graph\(name: "([^"]+)", url: "([^"]+)"\)/g);
  return {
    supergraph,
    port: Number(port),
    routing: Object.fromEntries([...routing].map(([, name, url]) => [name!, url!])),
    directory,
    sdlOf: (name) => readFileSync(sdlFile(name), 'utf8'),
    sdlFile,
  };
}
