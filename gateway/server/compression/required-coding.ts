// Required coding: rejects a request whose client accepts neither an uncompressed response nor any coding that the
// gateway has, before anything is executed for it.
import { requestError } from '../../errors.ts';
import type { GraphqlHandler } from '../../pipeline/endpoints.ts';
import type { BodySender } from './body-sender.ts';

/** @param rejected serves a request that is rejected, with the error in `context.rejectedBody`. */
export function requiringCoding(
  bodies: Pick<BodySender, 'cannotSatisfy' | 'offered'>,
  handle: GraphqlHandler,
  rejected: GraphqlHandler,
): GraphqlHandler {
  return (request, response, context) => {
    if (!bodies.cannotSatisfy(request)) return handle(request, response, context);
    const known = ['identity', ...bodies.offered].map((coding) => `"${coding}"`).join(' or ');
    const message = `The header "accept-encoding" excludes every coding of the response: accept ${known}.`;
    context.rejectedBody = requestError('BAD_REQUEST', { message, status: 406 });
    // Discarded, so that the client reads the response and can send its next request.
    request.resume();
    return rejected(request, response, context);
  };
}
