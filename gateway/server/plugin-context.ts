// Plugin context, for the hooks of Yoga plugins. Reads of the caller's identity and of header fields are recorded on
// the request, since responses may depend on them through plugins.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Plugin } from 'graphql-yoga';
import type { Identity } from '../config/context.ts';
import { unrecordedHeaders } from '../pipeline/hook-context.ts';
import type { RequestContext } from '../pipeline/request-context.ts';

/** The request and response, with the gateway's own context. */
interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  context: RequestContext;
}

const exchange = Symbol('exchange');

export interface PluginContext {
  [exchange]: Exchange;
  requestId: string;
  /** Null for anonymous callers. */
  identity: Identity | null;
  /** Aborted when the client has disconnected or the gateway cancels the request. */
  signal: AbortSignal;
  req: IncomingMessage;
  res: ServerResponse;
}

/** @param credentials names of the header fields that identify the caller. */
export function createPluginContext(
  request: IncomingMessage,
  response: ServerResponse,
  context: RequestContext,
  credentials: readonly string[],
): PluginContext {
  const own = { [exchange]: { request, response, context }, requestId: context.requestId };
  defineRecorded(own, 'identity', () => {
    context.noteReadByPlugins(credentials, true);
    return context.identity;
  });
  defineRecorded(own, 'signal', () => context.signal);
  for (const [name, value] of [['req', request] as const, ['res', response] as const]) {
    // Reads of individual header fields cannot be observed here.
    defineRecorded(own, name, () => {
      context.noteReadByPlugins(['*']);
      return value;
    });
  }
  return own as PluginContext;
}

/** The exchange of a context that Yoga passes to hooks, for the gateway itself. Reading it is not recorded. */
export function exchangeOf(context: unknown): Exchange {
  return (context as PluginContext)[exchange];
}

/** Own and enumerable: copies of the context read it too. Plugins may replace it by a value of their own. */
function defineRecorded(target: object, name: string, get: () => unknown): void {
  Object.defineProperty(target, name, {
    get,
    set(value: unknown) {
      Object.defineProperty(this, name, { value, writable: true, enumerable: true, configurable: true });
    },
    enumerable: true,
    configurable: true,
  });
}

/**
 * Records the header fields that hooks read from the Fetch API's request. Has to precede the plugins that it applies
 * to.
 */
export function useRecordedHeaders(): Plugin<PluginContext> {
  return {
    onRequest({ request, serverContext }) {
      const { context } = exchangeOf(serverContext);
      const headers = recorded(request.headers, (name) => {
        if (!unrecordedHeaders.has(name)) context.noteReadByPlugins([name]);
      });
      Object.defineProperty(request, 'headers', { value: headers, writable: true, configurable: true });
    },
  };
}

/** @param onRead called with the name of the header field, in lower case, or `*` for all of them. */
function recorded(headers: Headers, onRead: (name: string) => void): Headers {
  const changing = new Set<PropertyKey>(['set', 'append', 'delete']);
  return new Proxy(headers, {
    get(target, property) {
      const value: unknown = Reflect.get(target, property, target);
      if (typeof value !== 'function') {
        onRead('*');
        return value;
      }
      if (property === 'get' || property === 'has') {
        return (name: string) => {
          onRead(String(name).toLowerCase());
          return value.call(target, name);
        };
      }
      if (!changing.has(property)) onRead('*');
      return value.bind(target);
    },
  });
}
