// GraphQL handler: serves admitted requests for a graph on the fast path, with Yoga as its fallback.
import type { GraphqlHandler } from '../pipeline/endpoints.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { credentialHeaders } from '../policy/forwarding/varying.ts';
import { readingBodies } from './body-reader.ts';
import type { BodySender } from './compression/body-sender.ts';
import { requiringCoding } from './compression/required-coding.ts';
import { createGraphiqlPage } from './graphiql.ts';
import { createFastPath } from './http-handler.ts';
import { problemBar } from './problems/bar.ts';
import { signInBar } from './sign-in/bar.ts';
import { createGatewayYoga, type GatewayYogaOptions } from './yoga.ts';
import { createYogaHandler } from './yoga-handler.ts';

export interface GraphqlHandlerOptions extends GatewayYogaOptions {
  bodies: BodySender;
}

/** Plugins see only what passes through Yoga: with plugins, every request does. */
export function createGraphqlHandler(pipeline: Pipeline, options: GraphqlHandlerOptions): GraphqlHandler {
  const { config, bodies, development = false, problems } = options;
  const bars = [problems ? problemBar() : '', development ? signInBar(config.authentication) : ''];
  const page = createGraphiqlPage(bars.join(''));
  const yoga = createGatewayYoga(pipeline, options, page);
  const fallback = createYogaHandler(yoga, { bodies, page, credentials: credentialHeaders(config) });
  const isOnlyYoga = !config.fastPath || config.plugins.length > 0;
  const handle = isOnlyYoga ? fallback : createFastPath({ pipeline, fallback, bodies });
  return requiringCoding(bodies, readingBodies(config.maxBodyBytes, handle, fallback), fallback);
}
