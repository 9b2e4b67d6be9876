// Rejections: deliberate errors of a service, with a code that a client can act on. All other errors are masked.
import { GraphQLError } from 'graphql';

export type RejectionCode = 'BAD_USER_INPUT' | 'NOT_FOUND' | 'UNAUTHENTICATED' | 'FORBIDDEN';

/** An error that reaches the client as it is. `message` names the value that was wrong and what would be right. */
export function rejection(code: RejectionCode, message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}
