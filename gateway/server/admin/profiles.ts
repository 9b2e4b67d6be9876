// `/admin/profile` and `/admin/heap-snapshot`: what the process does, and what it holds, in the formats of Chrome's tools.
// One of them at a time.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { Session } from 'node:inspector/promises';
import { pipeline } from 'node:stream/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { getHeapSnapshot } from 'node:v8';
import { rejectedResponse } from '../../errors.ts';
import type { Logger } from '../../telemetry/log.ts';
import { describeAction } from '../audited-route.ts';
import { rejectUnread } from '../json-response.ts';
import { allowed, handleOtherMethods } from '../methods.ts';
import type { Route } from '../request-handler.ts';

const methods = allowed('POST');

const MAX_SECONDS = 60;
const DEFAULT_SECONDS = 10;

export function createProfileRoutes(log: Pick<Logger, 'warn'>): ReadonlyMap<string, Route> {
  let isBusy = false;
  const alone =
    (take: (request: IncomingMessage, response: ServerResponse) => Promise<void>): Route =>
    async (request, response) => {
      if (handleOtherMethods(request, response, methods)) return;
      if (isBusy) {
        const message = 'Another profile or snapshot is being taken. Try again later.';
        rejectUnread(response, rejectedResponse('NOT_READY', { message }));
        return;
      }
      isBusy = true;
      // A body has no use, and may be of any length.
      const { 'content-length': length = '0', 'transfer-encoding': coding } = request.headers;
      if (length !== '0' || coding !== undefined) response.setHeader('connection', 'close');
      try {
        await take(request, response);
      } finally {
        isBusy = false;
      }
    };
  return new Map([
    ['/admin/profile', alone((request, response) => sendProfile(request, response, log))],
    ['/admin/heap-snapshot', alone((_request, response) => sendSnapshot(response, log))],
  ]);
}

async function sendProfile(
  { url = '' }: IncomingMessage,
  response: ServerResponse,
  log: Pick<Logger, 'warn'>,
): Promise<void> {
  const given = new URLSearchParams(url.split('?')[1] ?? '').get('seconds') ?? String(DEFAULT_SECONDS);
  const seconds = Number(given);
  if (!/^\d+$/.test(given) || seconds < 1 || seconds > MAX_SECONDS) {
    const message = `Give seconds as a whole number from 1 to ${MAX_SECONDS}: /admin/profile?seconds=10.`;
    rejectUnread(response, rejectedResponse('BAD_REQUEST', { message }));
    return;
  }
  log.warn({ seconds }, 'taking a CPU profile');
  describeAction(response, { seconds });
  const profile = await cpuProfile(seconds, response);
  if (response.destroyed) return;
  const body = JSON.stringify(profile);
  response.writeHead(200, head('cpuprofile', 'application/json', Buffer.byteLength(body)));
  response.end(body);
}

/** Ends at once where the client disconnects. */
async function cpuProfile(seconds: number, response: ServerResponse): Promise<unknown> {
  const session = new Session();
  session.connect();
  const gone = new AbortController();
  response.once('close', () => gone.abort());
  try {
    await session.post('Profiler.enable');
    await session.post('Profiler.start');
    await delay(seconds * 1000, undefined, { signal: gone.signal }).catch(() => 'the client is gone');
    const { profile } = await session.post('Profiler.stop');
    return profile;
  } finally {
    session.disconnect();
  }
}

async function sendSnapshot(response: ServerResponse, log: Pick<Logger, 'warn'>): Promise<void> {
  log.warn({}, 'taking a heap snapshot: no request is served meanwhile');
  const snapshot = getHeapSnapshot();
  response.writeHead(200, head('heapsnapshot', 'application/json'));
  await pipeline(snapshot, response).catch((error: NodeJS.ErrnoException) => {
    // A client that disconnects needs no more of it.
    if (error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
  });
}

function head(extension: string, type: string, length?: number): Record<string, string | number> {
  return {
    'content-type': type,
    'content-disposition': `attachment; filename="concierge-${process.pid}.${extension}"`,
    'cache-control': 'no-store',
    ...(length !== undefined && { 'content-length': length }),
  };
}
