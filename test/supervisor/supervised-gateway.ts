// `concierge start` with workers under test: a gateway whose responses name the process that made them.
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { json } from 'node:stream/consumers';
import { onTestFinished } from 'vitest';
import { temporaryFolder } from '../harness/folder.ts';
import { concierge } from '../harness/gateway.ts';
import { startProcess, type TestProcess } from '../harness/process.ts';
import { closedUrl } from '../harness/servers.ts';

export interface SupervisedGateway {
  folder: string;
  url: string;
  process: TestProcess;
  /** The process that serves a new connection. */
  servedBy(): Promise<number>;
  /** Sends requests until as many processes have served them, and `matches` them. */
  untilServedBy(matches: (pids: ReadonlySet<number>) => boolean): Promise<ReadonlySet<number>>;
}

/** The configuration's text, whose field `served` is this: `process.pid`. */
export function configText(options: string, served = 'String(process.pid)'): string {
  return [
    'export default {',
    `  port: 0, overload: false, subgraphs: { users: { url: '${closedUrl}', schema: 'users.graphql' } },`,
    `  fields: { schema: 'own.graphql', resolvers: { Query: { served: () => ${served}, limited: () => 1 } } },`,
    `  ${options}`,
    '};',
  ].join('\n');
}

/**
 * @param options of the configuration, as text.
 * @param later takes what ends it; the test's end, unless given.
 * @param others files of its folder, besides its configuration and schemas.
 */
export async function startSupervised(
  options: string,
  later: (end: () => void | Promise<void>) => void = onTestFinished,
  others: Readonly<Record<string, string>> = {},
): Promise<SupervisedGateway> {
  const files = {
    ...others,
    'gateway.config.mjs': configText(options),
    'users.graphql': 'type Query { hello: String }',
    'own.graphql': 'type Query { served: String, limited: Int @rateLimit(limit: 100, duration: 3600) }',
  };
  const folder = temporaryFolder(files, later);
  const process = concierge(['start', '--config', `${folder}/gateway.config.mjs`]);
  later(async () => {
    await process.stop();
  });
  return served(folder, process);
}

/** The same by workers that compose nothing. */
export async function startBare(
  workers: number,
  later: (end: () => void | Promise<void>) => void,
): Promise<SupervisedGateway> {
  const folder = temporaryFolder({ 'state.json': JSON.stringify({ workers, digest: 'bare' }) }, later);
  const process = startProcess({ script: 'test/supervisor/stubbed.ts', args: [folder] });
  later(async () => {
    await process.stop();
  });
  return served(folder, process);
}

async function served(folder: string, process: TestProcess): Promise<SupervisedGateway> {
  const { url } = (await process.line(({ msg }) => msg === 'listening')) as { url: string };
  const servedBy = async () => Number((await query(url)).data?.served);
  const untilServedBy = async (matches: (pids: ReadonlySet<number>) => boolean) => {
    for (;;) {
      const pids = new Set<number>();
      for (let sent = 0; sent < 8; sent += 1) pids.add(await servedBy());
      if (matches(pids)) return pids;
    }
  };
  return { folder, url, process, servedBy, untilServedBy };
}

/** On a connection of its own. */
export async function query(
  url: string,
  fields = 'served',
): Promise<{ data?: { served?: string; limited?: number | null } }> {
  const text = JSON.stringify({ query: `query Supervised { ${fields} }` });
  const { body } = await send('POST', url, { 'content-type': 'application/json' }, text);
  return body as Awaited<ReturnType<typeof query>>;
}

/** On a connection of its own, for a JSON response. */
export async function send(
  method: string,
  url: string | URL,
  headers: Record<string, string> = {},
  text = '',
): Promise<{ status: number | undefined; body: unknown }> {
  const { promise, resolve, reject } = Promise.withResolvers<IncomingMessage>();
  const options = { method, headers: { ...headers, connection: 'close' }, agent: false };
  httpRequest(url, options, resolve).once('error', reject).end(text);
  const response = await promise;
  return { status: response.statusCode, body: await json(response) };
}

export function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    return false;
  }
}
