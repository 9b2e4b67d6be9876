// GraphQL handler: serves admitted requests for a graph on the fast path, with Yoga as its fallback.
import type { GraphqlHandler } from '../pipeline/endpoints.ts';
import type { Pipeline } from '../pipeline/pipeline.ts';
import { credentialHeaders } from '../policy/forwarding/varying.ts';
import { readingBodies } from './body-reader.ts';
import type { BodySender } from './compression/body-sender.ts';
import { requiringCoding } from './compression/required-coding.ts';
import { createDocumentsPage, type DocumentsPageOptions } from './documents-page/page.ts';
import { explainPane } from './explain-pane/pane.ts';
import { createGraphiqlPage } from './graphiql.ts';
import { createFastPath } from './http-handler.ts';
import { problemBar } from './problems/bar.ts';
import { signInBar } from './sign-in/bar.ts';
import { receivingUploads } from './uploads/receiving-uploads.ts';
import { createGatewayYoga, type GatewayYogaOptions } from './yoga.ts';
import { createYogaHandler } from './yoga-handler.ts';

export interface GraphqlHandlerOptions extends GatewayYogaOptions {
  bodies: BodySender;
  /** Of a client that may send trusted documents alone: its page runs those, in place of GraphiQL. */
  trustedOnly?: DocumentsPageOptions | undefined;
}

/** Plugins see only what passes through Yoga: with plugins, every request does. */
export function createGraphqlHandler(pipeline: Pipeline, options: GraphqlHandlerOptions): GraphqlHandler {
  const { config, bodies, development = false, problems, trustedOnly } = options;
  const bars = [problems ? problemBar() : '', development ? signInBar(config.authentication) : ''];
  const above = bars.join('');
  const below = development || config.explain ? explainPane() : '';
  const { clientSchema } = pipeline.engine;
  const page = trustedOnly ? createDocumentsPage(trustedOnly, clientSchema, above) : createGraphiqlPage(above, below);
  const yoga = createGatewayYoga(pipeline, options, page);
  const fallback = createYogaHandler(yoga, { bodies, page, credentials: credentialHeaders(config) });
  const isOnlyYoga = !config.fastPath || config.plugins.length > 0;
  const handle = isOnlyYoga ? fallback : createFastPath({ pipeline, fallback, bodies, httpStatus: config.httpStatus });
  const reading = readingBodies(config.maxBodyBytes, handle, fallback);
  return requiringCoding(bodies, withUploads(reading, handle, fallback, options), fallback);
}

function withUploads(
  others: GraphqlHandler,
  handle: GraphqlHandler,
  rejected: GraphqlHandler,
  { config: { uploads, maxBodyBytes }, connections }: GraphqlHandlerOptions,
): GraphqlHandler {
  if (!uploads) return others;
  return receivingUploads({ config: uploads, maxFieldBytes: maxBodyBytes, handle, rejected, others, connections });
}
