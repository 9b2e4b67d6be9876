// Close codes of WebSockets, with their reasons: those of the protocol graphql-transport-ws and of RFC 6455 (section
// 7.4.1).
import { CloseCode } from 'graphql-ws';
import type { Rejection } from '../policy/rejection.ts';

export interface Closing {
  code: number;
  reason: string;
}

/** RFC 6455: the server is shutting down. */
export const goingAway: Closing = { code: 1001, reason: 'Going away' };

export const expired: Closing = { code: CloseCode.Unauthorized, reason: 'Unauthorized: the token has expired' };

export const authenticationRequired: Closing = {
  code: CloseCode.Unauthorized,
  reason: 'Unauthorized: This client requires authentication.',
};

export const notAuthorized: Closing = {
  code: CloseCode.Forbidden,
  reason: 'Forbidden: Not authorized to use this client.',
};

/** A code of our own, after HTTP status 413: the client does not read its messages. It may connect again. */
export const tooSlow: Closing = { code: 4413, reason: 'Too slow: messages are not read' };

export const failed: Closing = { code: CloseCode.InternalServerError, reason: 'Internal server error' };

/** RFC 6455: a message whose bytes do not match its type. */
export const notUtf8: Closing = { code: 1007, reason: 'The message is not valid UTF-8' };

export const tooDeep: Closing = { code: CloseCode.BadRequest, reason: 'Bad request: the message is nested too deeply' };

const byStatus: Readonly<Record<number, readonly [code: number, name: string]>> = {
  400: [CloseCode.BadRequest, 'Bad request'],
  401: [CloseCode.Unauthorized, 'Unauthorized'],
  403: [CloseCode.Forbidden, 'Forbidden'],
  429: [CloseCode.TooManyInitialisationRequests, 'Too many requests'],
  // Try again later: clients retry automatically.
  503: [1013, 'Unavailable'],
};

/** Close code for a rejection of `connection_init`. */
export function closingOf({ status, errors: [error] }: Rejection): Closing {
  const [code, name] = byStatus[status] ?? [failed.code, failed.reason];
  return { code, reason: cut(`${name}: ${error?.message}`) };
}

/** A close frame has room for 123 bytes of UTF-8. */
function cut(reason: string): string {
  const bytes = Buffer.from(reason);
  if (bytes.length <= 123) return reason;
  // A character cut in two becomes a replacement character of three bytes, which the limit leaves room for.
  return `${bytes
    .subarray(0, 117)
    .toString()
    .replace(/\ufffd$/, '')}…`;
}
