// `/admin/diagnostics`: versions, configuration, caches and controls of a running gateway, for those who look into a
// fault; and `/admin/log-level`, which changes the level of the log until the gateway stops.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { GraphQLError } from 'graphql';
import { z } from 'zod';
import { SharedValue } from '../../cluster/shared-value.ts';
import type { WorkerChannel } from '../../cluster/worker-channel.ts';
import { logSection } from '../../config/log.ts';
import { shownConfig } from '../../config/shown-values.ts';
import { rejectedResponse } from '../../errors.ts';
import { parseJsonFile } from '../../json/json-syntax.ts';
import type { MaybePromise } from '../../maybe-promise.ts';
import type { Logger } from '../../telemetry/log.ts';
import { describeAction } from '../audited-route.ts';
import { readBody } from '../body-reader.ts';
import { rejectUnread, sendJson } from '../json-response.ts';
import { allowed, handleOtherMethods } from '../methods.ts';
import type { Route } from '../request-handler.ts';

/** What diagnostics are made from. */
export interface Diagnosed {
  version: string;
  graph: string;
  config: object;
  /** Figures, each of them at the time of the request. */
  figures: Readonly<Record<string, (() => unknown) | undefined>>;
  /** Controls in force; null where there can be none. */
  controls(): object | null;
  /** The latest errors, of all workers. */
  errors(): MaybePromise<object | null>;
}

const read = allowed('GET');
const readAndWritten = allowed('GET', 'PUT');
const MAX_BYTES = 1_024;

/** @param channel of a worker: a level of the log holds for all. */
export function createDiagnosticRoutes(
  diagnosed: Diagnosed,
  log: Logger,
  channel: WorkerChannel | null = null,
): ReadonlyMap<string, Route> {
  const setLevel = (level: string) => {
    log.level = level;
  };
  const shared = channel && new SharedValue(channel, 'log-level', (level) => setLevel(level as string));
  const changeLevel = (level: string) => (shared ? shared.set(level) : setLevel(level));
  return new Map<string, Route>([
    [
      '/admin/diagnostics',
      async (request, response) => {
        if (!handleOtherMethods(request, response, read)) sendJson(response, 200, await diagnostics(diagnosed, log));
      },
    ],
    ['/admin/log-level', (request, response) => serveLogLevel(request, response, log, changeLevel)],
  ]);
}

async function diagnostics(diagnosed: Diagnosed, log: Logger): Promise<object> {
  const { version, graph, config, figures, controls, errors } = diagnosed;
  return {
    time: new Date().toISOString(),
    versions: { concierge: version, node: process.version, v8: process.versions.v8, graph },
    process: { pid: process.pid, uptime: Math.round(process.uptime()), memory: process.memoryUsage() },
    logLevel: log.level,
    figures: Object.fromEntries(Object.entries(figures).map(([name, figure]) => [name, figure?.()])),
    controls: controls(),
    errors: shownConfig({ ...(await errors()) }),
    config: shownConfig(config),
  };
}

const { level: levels } = logSection.unwrap().shape;
const levelBody = z.strictObject({ level: levels.unwrap() });

async function serveLogLevel(
  request: IncomingMessage,
  response: ServerResponse,
  log: Logger,
  changeLevel: (level: string) => MaybePromise<void>,
): Promise<void> {
  if (handleOtherMethods(request, response, readAndWritten)) return;
  if (request.method === 'PUT') {
    const body = await new Promise<Buffer | GraphQLError | null>((resolve) => readBody(request, MAX_BYTES, resolve));
    if (body === null || response.destroyed) return;
    const text = body instanceof GraphQLError ? '' : body.toString();
    const { data } = levelBody.safeParse(parseJsonFile(text).value);
    if (!data) {
      const message = `Send JSON such as {"level": "debug"}, with one of ${levels.unwrap().options.join(', ')}.`;
      rejectUnread(response, rejectedResponse('BAD_REQUEST', { message }));
      return;
    }
    const before = log.level;
    await changeLevel(data.level);
    log.warn({ before, level: data.level }, 'log level changed');
    describeAction(response, { logLevel: data.level });
  }
  sendJson(response, 200, { level: log.level });
}
