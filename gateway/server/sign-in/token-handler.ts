// Token handler: issues tokens for GraphiQL in development, for each user in the configuration. It exists only where
// the gateway accepts tokens of the development key, and serves only GraphiQL's own page.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import type { AuthenticationConfig } from '../../config/authentication.ts';
import { rejectedResponse } from '../../errors.ts';
import { type DevelopmentKey, mintDevelopmentToken } from '../../policy/authentication/development-key.ts';
import { rejectUnread, sendJson } from '../json-response.ts';
import { allowed, handleOtherMethods } from '../methods.ts';
import { isFromThisMachine, isOwnPage } from './own-page.ts';

export const signInPath = '/development/token';

export interface SignInOptions {
  key: DevelopmentKey;
  users: AuthenticationConfig['development']['users'];
  /** Host that the gateway listens on, which requests may name. */
  host: string;
  /** Whether requests from other machines get tokens as well; default false. */
  fromNetwork?: boolean;
  /** Lifetime of a token in milliseconds; default one hour. */
  lifetime?: number;
}

/** Maximum size of a request, in bytes. */
const maxBytes = 4096;

const methods = allowed('POST');

const search = z.object({ user: z.string() });

/** Handles `{"user": "<subject>"}`: the response is `{"token", "expiresIn"}` (in seconds), or an error. */
export function createSignIn({ key, users, host, fromNetwork = false, lifetime = 3_600_000 }: SignInOptions) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (handleOtherMethods(request, response, methods)) return;
    if (!fromNetwork && !isFromThisMachine(request)) {
      const message =
        'Only this machine gets tokens here. Use `concierge token`, or start with --allow-remote-sign-in.';
      rejectUnread(response, rejectedResponse('FORBIDDEN', { message }));
      return;
    }
    if (!isOwnPage(request, host, fromNetwork)) {
      const message = 'Only GraphiQL on this machine gets tokens here. Use `concierge token`.';
      rejectUnread(response, rejectedResponse('FORBIDDEN', { message }));
      return;
    }
    const length = Number(request.headers['content-length'] ?? Number.NaN);
    if (!(length <= maxBytes)) {
      const message = `The body is longer than ${maxBytes} bytes, or has no content-length.`;
      rejectUnread(response, rejectedResponse('BODY_TOO_LARGE', { message, details: { limit: maxBytes } }));
      return;
    }
    const subject = await readUser(request);
    const user = users.find((one) => one.subject === subject);
    if (!user) {
      const message = 'Send {"user": "…"} with a subject of authentication.development.users.';
      rejectUnread(response, rejectedResponse('BAD_REQUEST', { message }));
      return;
    }
    const { scopes, roles } = user;
    const token = await mintDevelopmentToken(key, { subject: user.subject, scopes, roles, expires: lifetime });
    sendJson(response, 200, { token, expiresIn: Math.floor(lifetime / 1000) });
  };
}

/** The subject in the body; null without one. */
async function readUser(request: IncomingMessage): Promise<string | null> {
  try {
    return search.safeParse(JSON.parse(await text(request))).data?.user ?? null;
  } catch {
    // Not JSON, or an incomplete request of a client that has disconnected.
    return null;
  }
}
