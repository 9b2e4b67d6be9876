// Courier of orders where there is Redis: the orders that were placed in this service move on every few seconds, and each change is
// published, by the key of the order, in the channel of its customer.
import { Redis } from 'ioredis';
import type { Session } from '../database.ts';
import { purchaseCount } from '../seed/purchases.ts';

/** Milliseconds between two steps of an order. */
const STEP = 2_000;

const moveOn = `
  UPDATE orders
  SET status = CASE status WHEN 'PLACED' THEN 'PAID' WHEN 'PAID' THEN 'SHIPPED' ELSE 'DELIVERED' END
  WHERE number > ? AND status IN ('PLACED', 'PAID', 'SHIPPED')
  RETURNING id, user_id AS userId`;

/** @returns what ends it. */
export function startCourier(session: () => Session, url: string): () => void {
  const redis = new Redis(url);
  // Without Redis orders move on all the same; it connects again by itself.
  redis.on('error', () => {});
  const timer = setInterval(() => {
    for (const { id, userId } of session().all<{ id: string; userId: string }>(moveOn, purchaseCount)) {
      // While Redis is gone, events are lost, as channels have it.
      redis.publish(`users.${userId}.orders`, JSON.stringify({ id })).catch(() => {});
    }
  }, STEP);
  return () => {
    clearInterval(timer);
    redis.disconnect();
  };
}
