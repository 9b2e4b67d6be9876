// Gateways of the benchmark: how each is started from a supergraph file on a port, and the packages that it is made of.

import { fileURLToPath } from 'node:url';

export type Gateway = {
  name: string;
  /** Its name in the report. */
  title: string;
  /** The command after `node`: a script, from the root of the repository, and its options. */
  args(supergraph: string, port: number): readonly string[];
  env?: NodeJS.ProcessEnv;
  /** Sent with every request besides the usual ones, or in their place; names in lower case. */
  headers?: Readonly<Record<string, string>>;
  /** Whether its script becomes a program that is not Node's, so that the kernel counts what it uses. */
  isNative?: boolean;
  /** The packages whose versions the report names. */
  packages: readonly string[];
};

export const repository = fileURLToPath(new URL('../../', import.meta.url));

const concierge: Gateway = {
  name: 'concierge',
  title: 'Concierge',
  // As it is published: JavaScript, made by `npm run build`. Without a supervisor, one process has all that it uses.
  args: (supergraph, port) => [
    ...['dist/gateway/cli.js', 'start', '--single-process'],
    ...['--supergraph', supergraph, '--port', String(port)],
  ],
  // A line per request would measure the log; the peers write none either.
  env: { LOG_LEVEL: 'warn' },
  packages: [],
};

export const gateways: readonly Gateway[] = [
  concierge,
  peer('handwritten', 'Written by hand (the limit)', 'handwritten/server.ts', ['undici']),
  peer('hive-rust', 'Hive Gateway, Rust planner', 'hive-rust.ts', [
    '@graphql-hive/gateway-runtime',
    '@graphql-hive/router-runtime',
  ]),
  peer('hive', 'Hive Gateway', 'hive.ts', ['@graphql-hive/gateway-runtime', '@graphql-mesh/fusion-runtime']),
  peer('stitching', 'Schema stitching on Yoga', 'stitching.ts', ['@graphql-tools/stitch', 'graphql-yoga']),
  peer('apollo', 'Apollo Gateway', 'apollo.ts', ['@apollo/gateway', '@apollo/server']),
  {
    ...peer('grafbase', 'Grafbase (Rust)', 'grafbase.ts', ['@grafbase/cli-x86_64-unknown-linux-musl']),
    isNative: true,
  },
];

/** Takes names as given on the command line; throws on an unknown one. */
export function gatewaysNamed(names: readonly string[]): readonly Gateway[] {
  return names.map((name) => {
    const gateway = gateways.find((candidate) => candidate.name === name);
    if (gateway) return gateway;
    throw new Error(`There is no gateway "${name}"; there are ${gateways.map((each) => each.name).join(', ')}.`);
  });
}

function peer(name: string, title: string, file: string, packages: readonly string[]): Gateway {
  return {
    name,
    title,
    args: (supergraph, port) => [`bench/peers/${file}`, '--supergraph', supergraph, '--port', String(port)],
    packages,
  };
}
