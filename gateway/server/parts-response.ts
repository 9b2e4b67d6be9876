// Response in parts: the first part of a result and what follows it, as `multipart/mixed` or as server-sent events.
import type { LaterParts } from '../execute/deferred/later-parts.ts';
import { multipart, type PartsForm } from '../pipeline/accept.ts';
import type { RequestContext } from '../pipeline/request-context.ts';
import type { Result } from '../pipeline/stages.ts';
import { multipartStream } from './multipart-stream.ts';
import { errorsIn, firstPartText, laterPartText } from './parts-text.ts';
import { pulledStream } from './pulled-stream.ts';
import { streamHeaders } from './result-response.ts';

/** Parts are sent until the deadline of the request: no proxy takes such a connection for a dead one. */
const format = { boundary: 'graphql', heartbeat: null };

/** Parts are pulled one at a time: a client that does not read holds nothing but what its fetches returned. */
export function partsResponse(
  first: Result,
  later: LaterParts,
  { type, spec }: PartsForm,
  context: Pick<RequestContext, 'recordErrors'>,
): Response {
  const texts = textsOf(first, later, spec, context);
  if (type === multipart) {
    const version = spec === 'v0.2' ? `incrementalSpec=${spec}` : `deferSpec=${spec}`;
    const headers = { 'content-type': `${type};boundary="${format.boundary}";${version}`, ...streamHeaders };
    return new Response(multipartStream(texts, format), { headers });
  }
  const body = pulledStream({
    opening: ':\n\n',
    heartbeat: null,
    next: async () => {
      const { done, value } = await texts.next();
      return done
        ? { text: 'event: complete\ndata:\n\n', isLast: true }
        : { text: `event: next\ndata: ${value}\n\n`, isLast: false };
    },
    cancel: () => texts.return?.(),
  });
  return new Response(body, { headers: { 'content-type': type, ...streamHeaders } });
}

function textsOf(
  first: Result,
  later: LaterParts,
  spec: PartsForm['spec'],
  context: Pick<RequestContext, 'recordErrors'>,
): AsyncIterator<string, undefined> {
  const { delivery } = later;
  /** By code, for the log. */
  const known = new Map(first.errors?.map((error) => [error.extensions.code, error]));
  let isBegun = false;
  return {
    async next() {
      if (!isBegun) {
        isBegun = true;
        return { done: false, value: firstPartText(first, delivery, spec) };
      }
      const { done, value } = await later.next();
      if (done || !value) return { done: true, value: undefined };
      for (const error of errorsIn(value)) known.set(error.extensions.code, error);
      if (known.size > 0) context.recordErrors([...known.values()]);
      return { done: false, value: laterPartText(value, delivery, spec) };
    },
    return: () => later.return(),
  };
}
