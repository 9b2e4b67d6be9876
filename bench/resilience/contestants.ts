// Gateways of a scenario, each in a process of its own on its core: Concierge with all addresses of each service, and Hive
// Gateway behind a balancer of connections, since it sends to one address of a service.

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { composeSupergraph } from '../composition.ts';
import type { Cores } from '../run/cores.ts';
import { repository } from '../run/gateways.ts';
import { freePort, ready, start } from '../run/processes.ts';
import { processorTime } from '../run/usage.ts';
import { startBalancer } from './tcp-balancer.ts';

export const contestants = { concierge: 'Concierge', hive: 'Hive Gateway' } as const;
export type ContestantName = keyof typeof contestants;

/** A service: its addresses and its SDL. */
export type Addresses = { name: string; sdl: string; ports: readonly number[] };

export type Contestant = {
  name: ContestantName;
  port: number;
  /** Of its readiness, which Concierge serves from a thread of its own. */
  readiness: string;
  /** Microseconds of processor time so far. */
  processorTime(): number;
  stop(): Promise<void>;
};

/** @param supergraph in place of the one that is composed of the services. */
export async function startContestant(
  name: ContestantName,
  services: readonly Addresses[],
  cores: Cores,
  supergraph?: string,
): Promise<Contestant> {
  const directory = mkdtempSync(join(tmpdir(), 'concierge-resilience-'));
  const remove = () => rmSync(directory, { recursive: true, force: true });
  process.once('exit', remove);
  const [port, healthPort] = [await freePort(), await freePort()];
  const balancers = name === 'hive' ? await Promise.all(services.map(({ ports }) => startBalancer(ports))) : [];
  const urls = services.map(({ ports }) => ports.map((each) => `http://127.0.0.1:${each}/graphql`));
  const file = join(directory, 'supergraph.graphql');
  const routed = services.map(({ sdl, ...rest }, index) => ({
    ...{ name: rest.name, sdl: `extend schema @link(url: "https://specs.apollo.dev/federation/v2.3")\n${sdl}` },
    url: balancers[index]?.url ?? urls[index]![0]!,
  }));
  writeFileSync(file, supergraph ?? composeSupergraph(routed));
  const config = {
    ...{ usage: false, health: { port: healthPort } },
    subgraphs: Object.fromEntries(services.map((service, index) => [service.name, { url: urls[index] }])),
  };
  const configFile = join(directory, 'gateway.config.mjs');
  writeFileSync(configFile, `export default ${JSON.stringify(config)};`);
  const args = ['--supergraph', file, '--port', String(port)];
  const command =
    name === 'concierge'
      ? ['dist/gateway/cli.js', 'start', '--single-process', '--config', configFile, ...args]
      : ['bench/peers/hive-retrying.ts', ...args];
  const [script = '', ...options] = command;
  const running = start([...cores.gateway, process.execPath, resolve(repository, script), ...options], {
    cwd: directory,
    log: join(directory, `${name}.log`),
    env: { LOG_LEVEL: 'error' },
  });
  const stop = async () => {
    await running.stop();
    for (const balancer of balancers) balancer.close();
    process.off('exit', remove);
    remove();
  };
  try {
    await ready(running, `http://127.0.0.1:${port}/graphql`);
  } catch (error) {
    await stop();
    throw error;
  }
  const readiness = `http://127.0.0.1:${name === 'concierge' ? healthPort : port}/readiness`;
  return { name, port, readiness, processorTime: () => 1000 * processorTime(running.pid), stop };
}

/** The text of a response to a query that has no errors. */
export async function responseOf({ port }: Contestant, body: string): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json' },
    body,
  });
  const text = await response.text();
  if (response.status !== 200 || 'errors' in JSON.parse(text)) throw new Error(`status ${response.status}: ${text}`);
  return text;
}
