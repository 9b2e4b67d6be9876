// Plugin context: what the hooks of Yoga plugins get of a request. Reads of the caller's identity and of header fields are
// recorded on the request, since a response that plugins have a hand in may depend on them.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Plugin } from 'graphql-yoga';
import type { Identity } from '../config/context.ts';
import { unrecordedHeaders } from '../pipeline/hook-context.ts';
import type { RequestContext } from '../pipeline/request-context.ts';

/** The request as the gateway itself has it. */
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
  /** Aborted when the client has gone or the gateway gives up. */
  signal: AbortSignal;
  req: IncomingMessage;
  res: ServerResponse;
}

/** @param credentials names of the header fields that say who the caller is. */
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
    // Nothing tells which header fields are read of it.
    defineRecorded(own, name, () => {
      context.noteReadByPlugins(['*']);
      return value;
    });
  }
  return own as PluginContext;
}

/** What the gateway itself needs of a context that Yoga hands to hooks. Reading it is not recorded. */
export function exchangeOf(context: unknown): Exchange {
  return (context as PluginContext)[exchange];
}

/** Own and enumerable: copies of the context read it too. Plugins may put a value of their own in its place. */
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

/** Records which header fields hooks read of the Fetch API's request. Stands before the plugins that it is for. */
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
