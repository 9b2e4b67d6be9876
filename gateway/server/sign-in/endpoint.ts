// The endpoint where GraphiQL gets its tokens while developing: one for each user that the configuration offers. It is there
// only where the gateway takes tokens of the development key, and answers only GraphiQL's own page.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { isIP } from 'node:net';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import type { AuthenticationConfig } from '../../config/authentication.ts';
import { rejectedResponse } from '../../errors.ts';
import { type DevelopmentKey, mintDevelopmentToken } from '../../policy/authentication/development-key.ts';
import { rejectUnread, sendJson } from '../json-response.ts';
import { isFromThisMachine, isLoopback } from './loopback.ts';

export const signInPath = '/development/token';

/** A page of another origin cannot send it without asking first whether it may, and nobody says yes. */
export const signInHeader = 'x-concierge-development';

export interface SignInOptions {
  key: DevelopmentKey;
  users: AuthenticationConfig['development']['users'];
  /** What the gateway listens at: a name by which it may be called. */
  host: string;
  /** Whether requests from other machines get tokens as well. */
  fromNetwork?: boolean;
  /** Milliseconds that a token is good for. */
  lifetime?: number;
}

/** Bytes of a request at most. */
const maxBytes = 4096;

const search = z.object({ user: z.string() });

/** Answers `{"user": "<subject>"}` with `{"token", "expiresIn"}`, in seconds; or what is wrong with the request. */
export function createSignIn({ key, users, host, fromNetwork = false, lifetime = 3_600_000 }: SignInOptions) {
  return async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (request.method !== 'POST') {
      response.setHeader('allow', 'POST');
      rejectUnread(response, rejectedResponse('BAD_REQUEST', { message: 'Only POST is allowed here.', status: 405 }));
      return;
    }
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
      const message = `The body is longer than ${maxBytes} bytes, or its length is not said.`;
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

/** Whether a page of this gateway asks, or a program that pretends to be one, which could read the key just as well. */
function isOwnPage({ headers }: IncomingMessage, listening: string, fromNetwork: boolean): boolean {
  if (!headers[signInHeader]) return false;
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin') return false;
  const address = `http://${headers.host ?? ''}`;
  if (!URL.canParse(address)) return false;
  const { host, hostname } = new URL(address);
  const { origin } = headers;
  if (origin !== undefined && !(URL.canParse(origin) && new URL(origin).host === host)) return false;
  // Whoever has a name may let it lead here, and then pages of theirs are "of this origin" (DNS rebinding).
  if (isLoopback(hostname) || hostname === listening.toLowerCase()) return true;
  return fromNetwork && isIP(hostname.replace(/^\[|\]$/g, '')) !== 0;
}

/** The subject that the body names; null where it names none. */
async function readUser(request: IncomingMessage): Promise<string | null> {
  try {
    return search.safeParse(JSON.parse(await text(request))).data?.user ?? null;
  } catch {
    // No JSON, or a request that broke off, whose answer nobody waits for.
    return null;
  }
}
