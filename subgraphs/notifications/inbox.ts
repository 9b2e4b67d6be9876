// Inboxes: the notifications of users, newest first, and how many of them are unread. However many users, one statement.
import { type Caller, requireOwner } from '../caller.ts';
import type { Session } from '../database.ts';
import { rejection } from '../rejection.ts';
import { timestamp } from '../seed/calendar.ts';
import { type NotificationRow, notificationColumns } from './database.ts';

export interface Inbox {
  userId: string;
  total: number;
  unread: number;
  items: NotificationRow[];
}

export interface InboxRequest {
  /** Only notifications that have not been read. */
  unread: boolean;
  limit: number;
}

const inboxes = `
  WITH listed AS (
    SELECT ${notificationColumns},
      count(*) OVER inbox AS total, sum(n.read_at IS NULL) OVER inbox AS unread,
      row_number() OVER (
        PARTITION BY n.user_id, ?2 AND n.read_at IS NOT NULL ORDER BY n.created_at DESC, n.number DESC
      ) AS place
    FROM notifications n WHERE n.user_id IN (SELECT value FROM json_each(?1))
    WINDOW inbox AS (PARTITION BY n.user_id)
  )
  SELECT * FROM listed WHERE place = 1 OR (place <= ?3 AND NOT (?2 AND readAt IS NOT NULL))
  ORDER BY createdAt DESC, number DESC`;

/** An inbox for each user, in their sequence; one that has never had a notification is empty. */
export function readInboxes(session: Session, userIds: readonly string[], { unread, limit }: InboxRequest): Inbox[] {
  const found = new Map(userIds.map((userId): [string, Inbox] => [userId, { userId, total: 0, unread: 0, items: [] }]));
  type Listed = NotificationRow & { total: number; unread: number; place: number };
  for (const row of session.all<Listed>(inboxes, JSON.stringify(userIds), Number(unread), limit)) {
    const inbox = found.get(row.userId)!;
    inbox.total = row.total;
    inbox.unread = row.unread;
    // The first row of an inbox comes along in any case: an empty list still has its counts.
    if (row.place <= limit && !(unread && row.readAt !== null)) inbox.items.push(row);
  }
  return userIds.map((userId) => found.get(userId)!);
}

/**
 * Marks a notification as read, or as unread. Marking one that is read already changes nothing.
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND
 */
export function mark(session: Session, caller: Caller, id: string, read: boolean): NotificationRow {
  return session.transaction(() => {
    const row = session.get<NotificationRow>(`SELECT ${notificationColumns} FROM notifications n WHERE n.id = ?`, id);
    if (!row) throw rejection('NOT_FOUND', `There is no notification "${id}".`);
    requireOwner(caller, row.userId);
    if ((row.readAt !== null) === read) return row;
    const readAt = read ? timestamp(Date.now()) : null;
    session.run('UPDATE notifications SET read_at = ? WHERE id = ?', readAt, id);
    return { ...row, readAt };
  });
}

/**
 * Marks all notifications of a user as read.
 * @returns how many were unread.
 * @throws UNAUTHENTICATED, FORBIDDEN
 */
export function markAll(session: Session, caller: Caller, userId: string): number {
  requireOwner(caller, userId);
  const marked = session.all<{ id: string }>(
    'UPDATE notifications SET read_at = ? WHERE user_id = ? AND read_at IS NULL RETURNING id',
    timestamp(Date.now()),
    userId,
  );
  return marked.length;
}
