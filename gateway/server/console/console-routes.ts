// Routes of the console: its page, which everybody who reaches the listener may load, and its stream of server-sent events
// (WHATWG HTML, section 9.2), which needs the listener's token. The page sends the token in a header, from its memory: a
// cookie would go to every other port of the host as well.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { rejectedResponse } from '../../errors.ts';
import { rejectUnread } from '../json-response.ts';
import { allowed, handleOtherMethods } from '../methods.ts';
import type { Route } from '../request-handler.ts';
import { isFromThisMachine, isOwnHost } from '../sign-in/own-page.ts';
import { createAssetRoutes } from './assets.ts';
import type { ConsoleFeed } from './console-feed.ts';
import { consolePath } from './console-path.ts';

const streamPath = `${consolePath}/stream`;

const methods = allowed('GET');

export interface ConsoleRoutes {
  /** Without any data. */
  pages: ReadonlyMap<string, Route>;
  data: ReadonlyMap<string, Route>;
}

/** For the listener for operators, which checks tokens and origins. @param needsToken whether the page has to get one. */
export function createConsoleRoutes(feed: ConsoleFeed, needsToken: boolean): ConsoleRoutes {
  return {
    pages: createAssetRoutes(needsToken),
    data: new Map([[streamPath, (request, response) => stream(feed, request, response)]]),
  };
}

/** Where there is no console: a sentence that says why. */
export function createNoConsole(message: string): ConsoleRoutes {
  const reject: Route = (_request, response) => rejectUnread(response, rejectedResponse('FORBIDDEN', { message }));
  return { pages: new Map([[consolePath, reject]]), data: new Map() };
}

/**
 * For the gateway's own port in development, where there is no token: pages on this machine alone.
 * @param host that the gateway listens on. @param fromNetwork whether other machines may use it as well.
 */
export function createDevelopmentConsole(feed: ConsoleFeed, host: string, fromNetwork: boolean): Map<string, Route> {
  const { pages, data } = createConsoleRoutes(feed, false);
  return new Map(
    [...pages, ...data].map(([path, route]): [string, Route] => [
      path,
      (request, response) => {
        if ((fromNetwork || isFromThisMachine(request)) && isOwnSite(request, host, fromNetwork)) {
          return route(request, response);
        }
        const message = 'Only this machine can open the console here. Configure `admin` with a token for others.';
        return rejectUnread(response, rejectedResponse('FORBIDDEN', { message }));
      },
    ]),
  );
}

/** `none`: opened by its user, and not by a page. */
function isOwnSite({ headers }: IncomingMessage, host: string, fromNetwork: boolean): boolean {
  const site = headers['sec-fetch-site'];
  return isOwnHost({ headers }, host, fromNetwork) && (site === undefined || site === 'same-origin' || site === 'none');
}

function stream(feed: ConsoleFeed, request: IncomingMessage, response: ServerResponse): void {
  if (handleOtherMethods(request, response, methods)) return;
  if (request.method === 'HEAD') {
    response.writeHead(200, headers).end();
    return;
  }
  const query = new URLSearchParams((request.url ?? '').split('?')[1] ?? '');
  const close = feed.open(query, {
    isReady: () => !response.writableNeedDrain,
    send: (message) => {
      if (!response.headersSent) response.writeHead(200, headers);
      response.write(`data: ${JSON.stringify(message)}\n\n`);
    },
    end: () => response.end(),
  });
  if (close) response.once('close', close);
  else {
    const message = 'The console is open in too many pages, or the gateway stops.';
    rejectUnread(response, rejectedResponse('NOT_READY', { message }));
  }
}

const headers = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-store',
  // For nginx, which would collect the events.
  'x-accel-buffering': 'no',
};
