// GraphQL handler: serves an admitted request for a graph.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { RequestContext } from './request-context.ts';

/** Any exception is a defect. */
export type GraphqlHandler = (
  request: IncomingMessage,
  response: ServerResponse,
  context: RequestContext,
) => Promise<void> | void;
