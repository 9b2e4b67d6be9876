// Requests as a load of the gate: a query of the benchmark, over HTTP, by as many keep-alive connections.

import { fileURLToPath } from 'node:url';
import type { BurstTarget } from '../load/burst-generator.ts';
import { benchmarkGraph } from '../run/benchmark-graph.ts';
import { verify } from '../run/candidate.ts';
import type { Cores } from '../run/cores.ts';
import { type QueryName, requestOf } from '../run/requests.ts';
import { startSubgraphs } from '../run/subgraph-process.ts';
import type { Load } from './slices.ts';

export type RequestOptions = {
  query: QueryName;
  /** Sent with each request besides the usual ones, or in their place. */
  headers?: Readonly<Record<string, string>>;
  /** The path of the configuration file that both states have. */
  config?: string;
  /** Every response comes from the cache: one that takes a request to a subgraph is wrong. */
  isCached?: boolean;
  /** Requests of one burst. */
  burst?: number;
};

const generator = fileURLToPath(new URL('../load/burst-generator.ts', import.meta.url));

const bursts: Record<QueryName, number> = { large: 50, 'small-three': 200, 'small-one': 400 };

/** Responses are compared with the result of graphql-js on the same rows. */
export function requestLoad(options: RequestOptions): (cores: Cores) => Promise<Load> {
  const { query, headers, config, isCached = false, burst = bursts[query] } = options;
  return async (cores) => {
    const services = await startSubgraphs(benchmarkGraph(cores));
    const request = requestOf(query);
    return {
      services,
      generator,
      burst,
      configured: (gateway) => ({
        ...gateway,
        ...(headers ? { headers: { ...gateway.headers, ...headers } } : {}),
        args: (supergraph, port) => [...gateway.args(supergraph, port), ...(config ? ['--config', config] : [])],
      }),
      async proved(candidate) {
        const { exchanges, upstreamAlone } = await verify(candidate, request, services);
        if (isCached && upstreamAlone > 0) {
          throw new Error(`a response that the cache has takes ${upstreamAlone} requests to the subgraphs`);
        }
        return exchanges[0]!.expected;
      },
      target: ({ gateway, port }, expected): BurstTarget => ({
        port,
        headers: gateway.headers ?? {},
        body: request.body,
        expected,
      }),
    };
  };
}
