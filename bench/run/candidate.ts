// Candidate: a gateway that runs and whose responses were verified: only such a one is measured.

import { join, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import type { Cores } from './cores.ts';
import { type Gateway, repository } from './gateways.ts';
import { installedVersion } from './machine.ts';
import { freePort, type Running, ready, start, usageProbe } from './processes.ts';
import { type SubgraphProcess, upstreamRequests } from './subgraph-process.ts';

export type Candidate = { gateway: Gateway; port: number; running: Running };

/** A request's body and the exact text of its response. */
export type Exchange = { body: string; expected: string };

/** One request and the expected data of its response. */
export type BenchRequest = {
  body: string;
  data: unknown;
  /** What to send under load when that is not this one request only: made from the proved exchange. */
  exchanges?(verified: Exchange): readonly Exchange[];
};

export type VerifiedResponse = {
  /** What to send under load, with the gateway's own text of each response, to be repeated byte for byte. */
  exchanges: readonly Exchange[];
  /** Bytes of the response to the request itself. */
  bytes: number;
  /** Whether the fields come in the order of the query, as the GraphQL specification requires. */
  inOrder: boolean;
  /** Upstream requests that one request alone costs when it is not the first. */
  upstreamAlone: number;
};

/** Starts a gateway on its core; rejects when it does not start. */
export async function startCandidate(
  gateway: Gateway,
  subgraphs: Pick<SubgraphProcess, 'directory' | 'supergraph'>,
  cores: Cores,
): Promise<Candidate> {
  const missing = gateway.packages.find((name) => installedVersion(name) === undefined);
  if (missing) throw new Error(`${missing} is not installed`);
  const port = await freePort();
  const [script = '', ...options] = gateway.args(subgraphs.supergraph, port);
  const running = start([...cores.gateway, process.execPath, ...usageProbe, resolve(repository, script), ...options], {
    // Not the repository's root, where the demo's configuration would hold as well.
    cwd: subgraphs.directory,
    log: join(subgraphs.directory, `${gateway.name}.log`),
    isNative: gateway.isNative === true,
    ...(gateway.env ? { env: gateway.env } : {}),
  });
  try {
    await ready(running, endpoint(port));
  } catch (error) {
    await running.stop();
    throw error;
  }
  return { gateway, port, running };
}

/**
 * Sends the request twice; rejects when a response has errors, other data than expected, or differs from the one
 * before.
 */
export async function verify(
  candidate: Candidate,
  request: BenchRequest,
  subgraphs: SubgraphProcess,
): Promise<VerifiedResponse> {
  const { headers = {} } = candidate.gateway;
  const expected = await send(candidate.port, headers, request.body);
  const before = await upstreamRequests(subgraphs);
  const again = await send(candidate.port, headers, request.body);
  const upstreamAlone = (await upstreamRequests(subgraphs)) - before;
  if (again !== expected) throw new Error(`its responses to the same request differ\n${expected.slice(0, 500)}`);

  const response = JSON.parse(expected) as { data?: unknown; errors?: unknown };
  if (response.errors || !isDeepStrictEqual(response.data, request.data)) {
    throw new Error(`its response is wrong\n${expected.slice(0, 500)}`);
  }
  const inOrder = JSON.stringify(response.data) === JSON.stringify(request.data);
  const verified = { body: request.body, expected };
  const exchanges = request.exchanges?.(verified) ?? [verified];
  return { exchanges, bytes: Buffer.byteLength(expected), inOrder, upstreamAlone };
}

async function send(port: number, headers: Readonly<Record<string, string>>, body: string): Promise<string> {
  const response = await fetch(endpoint(port), {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
    body,
  });
  const text = await response.text();
  if (response.status !== 200) throw new Error(`it responds with status ${response.status}\n${text.slice(0, 500)}`);
  return text;
}

function endpoint(port: number): string {
  return `http://127.0.0.1:${port}/graphql`;
}
