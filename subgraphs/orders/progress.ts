// Progress of orders: while a customer watches, the newest order that is on its way moves on every few seconds. The demo
// has no warehouse that would do it.
import { Repeater } from 'graphql-yoga';
import { rejection } from '../rejection.ts';
import { type OrderRow, orderColumns } from './database.ts';
import type { Context } from './loaders.ts';

/** Milliseconds between two steps of an order. */
const STEP = 2_000;

const moveOn = `
  UPDATE orders AS o
  SET status = CASE status WHEN 'PLACED' THEN 'PAID' WHEN 'PAID' THEN 'SHIPPED' ELSE 'DELIVERED' END
  WHERE number = (
    SELECT number FROM orders WHERE user_id = ? AND status IN ('PLACED', 'PAID', 'SHIPPED') ORDER BY number DESC LIMIT 1
  )
  RETURNING ${orderColumns.replaceAll('o.', '')}`;

/**
 * The caller's orders, each as its status changes; nothing while no order is on its way.
 * @throws UNAUTHENTICATED
 */
export function watchOrders({ session, caller: { userId } }: Context): AsyncIterable<{ orderStatus: OrderRow }> {
  if (userId === null) throw rejection('UNAUTHENTICATED', 'Sign in to watch your orders.');
  return new Repeater(async (push, stop) => {
    const timer = setInterval(() => {
      const moved = session.get<OrderRow>(moveOn, userId);
      if (moved) push({ orderStatus: moved });
    }, STEP);
    await stop;
    clearInterval(timer);
  });
}
