// Database of notifications: what the shop has written to each user, and whether it has been read.
import type { Tables } from '../database.ts';
import { day, seededUntil, timestamp } from '../seed/calendar.ts';
import { catalogue } from '../seed/catalogue.ts';
import { peopleCount } from '../seed/people.ts';
import { ordersByBuyer, type Purchase, purchase } from '../seed/purchases.ts';
import { stream } from '../seed/random.ts';

export type NotificationKind = 'ORDER_PLACED' | 'ORDER_SHIPPED' | 'ORDER_DELIVERED' | 'ORDER_CANCELLED' | 'MESSAGE';

export interface NotificationRow {
  id: string;
  number: number;
  userId: string;
  kind: NotificationKind;
  title: string;
  orderId: string | null;
  createdAt: string;
  readAt: string | null;
}

export const notificationColumns = `n.id, n.number, n.user_id AS userId, n.kind, n.title, n.order_id AS orderId,
  n.created_at AS createdAt, n.read_at AS readAt`;

/** Orders of a user that have a notification, at most. */
const MAX_ORDERS = 6;

export const tables: Tables = {
  create: `
    CREATE TABLE notifications (
      number INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      user_id TEXT NOT NULL,
      kind TEXT NOT NULL,
      title TEXT NOT NULL,
      order_id TEXT,
      created_at TEXT NOT NULL,
      read_at TEXT
    ) STRICT;
    CREATE INDEX notifications_of_user ON notifications (user_id, created_at DESC, number DESC);`,
  seed(database) {
    const insert = database.prepare('INSERT INTO notifications VALUES (?, ?, ?, ?, ?, ?, ?, ?)');
    let number = 0;
    for (const { userId, kind, title, orderId, createdAt, readAt } of seeded()) {
      number += 1;
      insert.run(number, `n${number}`, userId, kind, title, orderId, createdAt, readAt);
    }
  },
};

type Seeded = Omit<NotificationRow, 'id' | 'number'>;

/** Of each user the latest orders, and a message of the shop that is older than these. The newest are unread. */
function* seeded(): Generator<Seeded> {
  const items = catalogue();
  const orders = ordersByBuyer();
  for (let user = 1; user <= peopleCount; user += 1) {
    const userId = `u${user}`;
    const draw = stream('notifications', user);
    const purchases = (orders.get(userId) ?? []).slice(-MAX_ORDERS).map((id) => purchase(Number(id.slice(1)), items));
    const written = [message(userId, purchases[0]), ...purchases.map((one) => ofOrder(userId, one))];
    const unread = draw.between(0, 4);
    for (const [index, notification] of written.entries()) {
      const createdAt = Date.parse(notification.createdAt);
      const readAt = Math.min(createdAt + draw.between(1, 86_400) * 1000, seededUntil);
      yield { ...notification, readAt: index < written.length - unread ? timestamp(readAt) : null };
    }
  }
}

function message(userId: string, firstOrder: Purchase | undefined): Seeded {
  const createdAt = timestamp((firstOrder ? Date.parse(firstOrder.placedAt) : seededUntil) - day);
  const title = 'New in the shop: things that are built to be handed on';
  return { userId, kind: 'MESSAGE', title, orderId: null, createdAt, readAt: null };
}

const progress = {
  PLACED: ['ORDER_PLACED', 'has been placed', 0],
  PAID: ['ORDER_PLACED', 'has been placed', 0],
  SHIPPED: ['ORDER_SHIPPED', 'is on its way', 4],
  DELIVERED: ['ORDER_DELIVERED', 'has arrived', 10],
  CANCELLED: ['ORDER_CANCELLED', 'has been cancelled', 1],
} as const;

function ofOrder(userId: string, { id, status, placedAt }: Purchase): Seeded {
  const [kind, what, days] = progress[status];
  const createdAt = timestamp(Math.min(Date.parse(placedAt) + days * day, seededUntil));
  return { userId, kind, title: `Order ${id} ${what}`, orderId: id, createdAt, readAt: null };
}
