// Routes of notifications, with the names and members of `openapi.yaml`.
import { rejection } from '../rejection.ts';
import type { RestRequest, Route } from '../rest-server.ts';
import type { NotificationRow } from './database.ts';
import { type Inbox, mark, markAll, readInboxes } from './inbox.ts';

const MAX_USERS = 1000;
const MAX_LIMIT = 100;

export const routes: readonly Route[] = [
  {
    method: 'GET',
    path: '/inboxes',
    operationId: 'listInboxes',
    respond: ({ session, query }) =>
      readInboxes(session, userIdsOf(query), { unread: true, limit: limitOf(query, 3) }).map(inboxJson),
  },
  {
    method: 'GET',
    path: '/users/{userId}/notifications',
    operationId: 'listNotifications',
    respond({ session, path, query }) {
      const request = { unread: flagOf(query, 'unread'), limit: limitOf(query, 20) };
      const [inbox] = readInboxes(session, [path.userId!], request);
      return inboxJson(inbox!);
    },
  },
  {
    method: 'PATCH',
    path: '/notifications/{id}',
    operationId: 'updateNotification',
    respond: ({ session, caller, path, body }) => notificationJson(mark(session, caller, path.id!, readOf(body))),
  },
  {
    method: 'POST',
    path: '/users/{userId}/notifications/read',
    operationId: 'readNotifications',
    respond: ({ session, caller, path }) => ({ marked: markAll(session, caller, path.userId!) }),
  },
];

function userIdsOf(query: URLSearchParams): string[] {
  const ids = [...new Set(query.getAll('user_id').flatMap((text) => text.split(',')))].filter((id) => id !== '');
  if (ids.length >= 1 && ids.length <= MAX_USERS) return ids;
  throw rejection('BAD_USER_INPUT', `\`user_id\` has ${ids.length} ids; it must have from 1 to ${MAX_USERS}.`);
}

function limitOf(query: URLSearchParams, fallback: number): number {
  const text = query.get('limit') ?? String(fallback);
  const limit = Number(text);
  if (/^\d+$/.test(text) && limit >= 1 && limit <= MAX_LIMIT) return limit;
  throw rejection('BAD_USER_INPUT', `\`limit\` is "${text.slice(0, 20)}"; it must be from 1 to ${MAX_LIMIT}.`);
}

function flagOf(query: URLSearchParams, name: string): boolean {
  const text = query.get(name) ?? 'false';
  if (text === 'true' || text === 'false') return text === 'true';
  throw rejection('BAD_USER_INPUT', `\`${name}\` is "${text.slice(0, 20)}"; it must be true or false.`);
}

function readOf(body: RestRequest['body']): boolean {
  const read = typeof body === 'object' && body !== null && 'read' in body ? body.read : undefined;
  if (typeof read === 'boolean') return read;
  throw rejection('BAD_USER_INPUT', 'The body must be an object whose member `read` is true or false.');
}

function inboxJson({ userId, total, unread, items }: Inbox) {
  return { user_id: userId, total, unread, items: items.map(notificationJson) };
}

function notificationJson({ id, userId, kind, title, orderId, createdAt, readAt }: NotificationRow) {
  return { id, user_id: userId, kind, title, order_id: orderId, created_at: createdAt, read_at: readAt };
}
