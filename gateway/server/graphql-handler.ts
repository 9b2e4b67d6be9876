// GraphQL handler: serves admitted requests for a graph on the fast path, with Yoga as its fallback.
import { sendNodeResponse } from '@whatwg-node/server';
import type { GraphqlHandler } from '../pipeline/endpoints.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { credentialHeaders } from '../policy/forwarding/varying.ts';
import { readingBodies } from './body-reader.ts';
import { createFastPath, isNotModified } from './http-handler.ts';
import { createPluginContext } from './plugin-context.ts';
import { createGatewayYoga, type GatewayYogaOptions } from './yoga.ts';

/** Plugins see only what passes through Yoga: with plugins, every request does. */
export function createGraphqlHandler(pipeline: Pipeline, options: GatewayYogaOptions): GraphqlHandler {
  const { config } = options;
  const yoga = createGatewayYoga(pipeline, options);
  const credentials = credentialHeaders(config);
  const fallback: GraphqlHandler = async (request, response, context) => {
    // Not through Yoga's own listener, which responds to errors of plugins with their stack.
    const serverContext = createPluginContext(request, response, context, credentials);
    const result = await yoga.handleNodeRequestAndResponse(request, response, serverContext);
    if (response.destroyed) return;
    for (const [name, value] of context.responseHeaders) {
      // Plugins may have set a Vary header of their own.
      if (name === 'vary') result.headers.append(name, value);
      else if (!result.headers.has(name)) result.headers.set(name, value);
    }
    if (isNotModified(request, context)) {
      for (const name of ['content-type', 'content-length']) result.headers.delete(name);
      response.setHeaders(result.headers);
      response.writeHead(304);
      response.end();
    } else if (context.omitsBody) {
      response.setHeaders(result.headers);
      response.writeHead(result.status);
      response.end();
      // Ends the subscription of an event stream.
      await result.body?.cancel();
    } else await sendNodeResponse(result, response, request, true);
  };
  const { maxBodyBytes } = config;
  if (!config.fastPath || config.plugins.length > 0) return readingBodies(maxBodyBytes, fallback, fallback);
  const fastPath = createFastPath({ pipeline, fallback });
  return readingBodies(maxBodyBytes, fastPath, fallback);
}
