// Purge endpoint: services that change data bypassing the gateway report it here, and cached data about it becomes
// stale.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { GraphQLError } from 'graphql';
import { z } from 'zod';
import type { Cache } from '../cache/cache.ts';
import { ownerHash } from '../cache/owner.ts';
import { rejectedResponse } from '../errors.ts';
import { NumberText } from '../json/number-text.ts';
import { parseClientJson } from '../json/parse-json.ts';
import { decodeUtf8 } from '../json/utf8.ts';
import { MAX_SUBJECT_LENGTH } from '../policy/authentication/identity.ts';
import { describeAction } from './audited-route.ts';
import { readBody } from './body-reader.ts';
import { rejectUnread, sendJson } from './json-response.ts';
import { allowed, handleOtherMethods } from './methods.ts';

/** Path of the endpoint on the listener for operators, and on the gateway's own port besides that of the configuration. */
export const purgePath = '/admin/purge';

/** Maximum size of a request, in bytes. */
const maxBytes = 65_536;

/** Types in the audit log. */
const MAX_NAMED = 20;

const UNCONFIRMED = 'A worker of the gateway has not confirmed the invalidation yet. Send it again.';

const methods = allowed('POST');

/** An integer beyond those that a JavaScript number holds. */
const longId = z
  .instanceof(NumberText)
  .transform(String)
  .refine((text) => text.length <= 1024 && /^-?\d+$/.test(text));

const change = z.strictObject({
  type: z.string().regex(/^[_A-Za-z][_0-9A-Za-z]{0,255}$/),
  id: z.union([z.string().max(1024), z.int().transform(String), longId]).optional(),
});
const changes = z.union([change.transform((one) => [one]), z.array(change).min(1).max(1000)]);

const subject = z.union([z.string().min(1).max(MAX_SUBJECT_LENGTH), z.int().transform(String), longId]);
/** The issuer is not compared: callers of all issuers with this subject are purged. */
const identity = z.strictObject({
  identity: z.union([
    subject,
    z.strictObject({ subject, issuer: z.string().optional() }).transform((given) => given.subject),
  ]),
});
const purge = z.union([changes, identity]);

const expected =
  'Send JSON such as {"type": "Product", "id": "1"}, {"type": "Product"} for all of them, ' +
  'a list of at most 1000 such objects, or {"identity": "<subject>"} for what is cached for a caller.';

/** Responds to an admitted request: 202 with the number of changes and of deleted entries, or an error. */
export async function handlePurge(
  request: IncomingMessage,
  response: ServerResponse,
  cache: Pick<Cache, 'invalidate' | 'purgeIdentity'>,
): Promise<void> {
  if (handleOtherMethods(request, response, methods)) return;
  const body = await new Promise<Buffer | GraphQLError | null>((resolve) => readBody(request, maxBytes, resolve));
  // Incomplete: the client has disconnected.
  if (body === null || response.destroyed) return;
  if (body instanceof GraphQLError) {
    const { http, ...extensions } = body.extensions as { http: { status: number } };
    rejectUnread(response, { status: http.status, body: { errors: [{ message: body.message, extensions }] } });
    return;
  }
  const given = parse(body);
  if (given === null) rejectUnread(response, rejectedResponse('BAD_REQUEST', { message: expected }));
  else if (Array.isArray(given)) await invalidate(given, response, cache);
  else await purgeIdentity(given.identity, response, cache);
}

async function invalidate(
  list: z.output<typeof changes>,
  response: ServerResponse,
  cache: Pick<Cache, 'invalidate'>,
): Promise<void> {
  const types = [...new Set(list.map(({ type }) => type))].slice(0, MAX_NAMED);
  describeAction(response, { types, changes: list.length });
  if (await cache.invalidate(list)) sendJson(response, 202, { count: list.length });
  else rejectUnread(response, rejectedResponse('NOT_READY', { message: UNCONFIRMED }));
}

async function purgeIdentity(of: string, response: ServerResponse, cache: Pick<Cache, 'purgeIdentity'>): Promise<void> {
  describeAction(response, { identity: ownerHash(of) });
  try {
    sendJson(response, 202, { count: 1, deleted: await cache.purgeIdentity(of) });
  } catch (error) {
    const message = `What is cached has not been deleted: ${(error as Error).message}. Try again later.`;
    rejectUnread(response, rejectedResponse('NOT_READY', { message }));
  }
}

function parse(body: Buffer): z.output<typeof purge> | null {
  let value: unknown;
  try {
    value = parseClientJson(decodeUtf8(body) ?? '');
  } catch {
    return null;
  }
  return purge.safeParse(value).data ?? null;
}
