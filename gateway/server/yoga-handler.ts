// Yoga handler: passes a request to Yoga and sends Yoga's response. Bodies that are known as a whole are sent like
// those of the fast path, in the same bytes; streams are piped.
import type { GraphqlHandler } from '../pipeline/endpoints.ts';
import type { BodySender } from './compression/body-sender.ts';
import { createPluginContext } from './plugin-context.ts';
import type { RenderedPage } from './rendered-page.ts';
import { addHeadersOf, headOf, sendStreamed } from './streamed-response.ts';
import type { GatewayYoga } from './yoga.ts';

export interface YogaHandlerOptions {
  bodies: BodySender;
  page: Pick<RenderedPage, 'tagOf'>;
  /** Names of the header fields that identify the caller. */
  credentials: readonly string[];
}

/** Media types whose bodies become shorter; events of a stream are sent one by one. */
const compressible =
  /^(?:text\/(?!event-stream)|application\/(?:[\w.-]+\+)?(?:json|xml|javascript)\b|image\/svg\+xml)/i;

export function createYogaHandler(
  yoga: GatewayYoga,
  { bodies, page, credentials }: YogaHandlerOptions,
): GraphqlHandler {
  return async (request, response, context) => {
    // Not through Yoga's own listener, which responds to errors of plugins with their stack.
    const serverContext = createPluginContext(request, response, context, credentials);
    const result = await yoga.handleNodeRequestAndResponse(request, response, serverContext);
    const body = wholeBody(result);
    if (response.destroyed) {
      // A stream that is not read ends only so.
      if (body === null) await result.body?.cancel();
      return;
    }
    const pageTag = body === null || result.status !== 200 ? null : page.tagOf(body);
    if (pageTag !== null) setPageHeaders(result.headers, pageTag);
    addHeadersOf(context, result.headers);
    const { freshness } = context;
    const etag = bodies.validatedTag(request, freshness?.etag ?? pageTag);
    if (etag !== null) {
      const head = headOf(result.headers);
      for (const name of ['content-type', 'content-length']) delete head[name];
      bodies.sendNotModified(response, head, etag);
      return;
    }
    if (body === null || !compressible.test(result.headers.get('content-type') ?? '')) {
      await sendStreamed(result, request, response, context);
      return;
    }
    const key = result.status === 200 ? (freshness?.etag ?? pageTag) : null;
    const sent = context.received ? Buffer.from(body) : body;
    await bodies.send(request, response, { status: result.status, head: headOf(result.headers), body: sent, key });
  };
}

/** Browsers store the page, and revalidate it; its URL has results in other media types. */
function setPageHeaders(headers: Headers, tag: string): void {
  headers.set('etag', tag);
  headers.append('vary', 'Accept');
  if (!headers.has('cache-control')) headers.set('cache-control', 'private, no-cache');
}

/** The body that a response of Yoga was made of; null for a stream, and for a response of another implementation. */
function wholeBody(response: Response): string | null {
  const { bodyInit } = response as Response & { bodyInit?: unknown };
  return typeof bodyInit === 'string' ? bodyInit : null;
}
