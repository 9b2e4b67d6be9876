// Placing and cancelling orders. Each is one transaction: nothing is written before everything has been checked.
import { requireOwner } from '../caller.ts';
import type { Session } from '../database.ts';
import { rejection } from '../rejection.ts';
import { timestamp } from '../seed/calendar.ts';
import type { OrderRow } from './database.ts';
import type { OrderLineInput, PlaceOrderInput } from './generated/resolvers.ts';
import type { Context } from './loaders.ts';

const MAX_LINES = 50;
const MAX_PIECES = 1000;
/** The range of a GraphQL Int, in cents. */
const MAX_AMOUNT = 2 ** 31 - 1;

/**
 * Writes an order at today's prices. Lines are stored as they are given, also when two have the same product.
 * @throws UNAUTHENTICATED, FORBIDDEN, BAD_USER_INPUT naming the line and the value
 */
export function placeOrder(
  { userId, lines }: PlaceOrderInput,
  { session, orders, caller }: Context,
): Promise<OrderRow | null> {
  requireOwner(caller, userId);
  if (lines.length < 1 || lines.length > MAX_LINES) {
    throw rejection('BAD_USER_INPUT', `\`lines\` has ${lines.length} lines; an order has from 1 to ${MAX_LINES}.`);
  }
  lines.forEach(checkQuantity);
  const id = session.transaction(() => {
    if (!session.get('SELECT id FROM customers WHERE id = ?', userId)) {
      throw rejection('BAD_USER_INPUT', `\`userId\`: there is no customer "${userId}".`);
    }
    return write(session, userId, lines, readPrices(session, lines));
  });
  return orders.load(id);
}

/**
 * Cancels an order that is not on its way yet. Cancelling a cancelled order changes nothing.
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, BAD_USER_INPUT
 */
export function cancelOrder(id: string, { session, orders, caller }: Context): Promise<OrderRow | null> {
  session.transaction(() => {
    const order = session.get<Pick<OrderRow, 'status' | 'userId'>>(
      'SELECT status, user_id AS userId FROM orders WHERE id = ?',
      id,
    );
    if (!order) throw rejection('NOT_FOUND', `There is no order "${id}".`);
    requireOwner(caller, order.userId);
    if (order.status === 'SHIPPED' || order.status === 'DELIVERED') {
      throw rejection(
        'BAD_USER_INPUT',
        `Order "${id}" is ${order.status.toLowerCase()}; only an order that is not shipped yet can be cancelled.`,
      );
    }
    if (order.status !== 'CANCELLED') session.run("UPDATE orders SET status = 'CANCELLED' WHERE id = ?", id);
  });
  return orders.clear(id).load(id);
}

function checkQuantity({ quantity }: OrderLineInput, index: number): void {
  if (quantity < 1 || quantity > MAX_PIECES) {
    throw rejection(
      'BAD_USER_INPUT',
      `\`lines[${index}].quantity\` is ${quantity}; it must be from 1 to ${MAX_PIECES}.`,
    );
  }
}

/** The price of each line's product, in the lines' sequence. */
function readPrices(session: Session, lines: readonly OrderLineInput[]): number[] {
  const prices = new Map(
    session
      .all<{ id: string; price: number }>(
        'SELECT product_id AS id, price FROM price_list WHERE product_id IN (SELECT value FROM json_each(?))',
        JSON.stringify(lines.map(({ productId }) => productId)),
      )
      .map(({ id, price }) => [id, price]),
  );
  return lines.map(({ productId }, index) => {
    const price = prices.get(productId);
    if (price === undefined) {
      throw rejection('BAD_USER_INPUT', `\`lines[${index}].productId\`: there is no product "${productId}".`);
    }
    return price;
  });
}

function write(session: Session, userId: string, lines: readonly OrderLineInput[], prices: readonly number[]): string {
  const amount = lines.reduce((sum, { quantity }, index) => sum + quantity * prices[index]!, 0);
  if (amount > MAX_AMOUNT) {
    throw rejection(
      'BAD_USER_INPUT',
      `The order comes to ${amount} cents; at most ${MAX_AMOUNT} can be ordered at once.`,
    );
  }
  const last = session.get<{ number: number }>('SELECT max(number) AS number FROM orders');
  const number = (last?.number ?? 0) + 1;
  const id = `o${number}`;
  session.run("INSERT INTO orders VALUES (?, ?, ?, 'PLACED', ?, ?)", number, id, userId, timestamp(Date.now()), amount);
  session.run(
    `INSERT INTO order_lines
     SELECT ?, key, value ->> 'productId', value ->> 'quantity', value ->> 'unitPrice' FROM json_each(?)`,
    number,
    JSON.stringify(lines.map((line, index) => ({ ...line, unitPrice: prices[index] }))),
  );
  return id;
}
