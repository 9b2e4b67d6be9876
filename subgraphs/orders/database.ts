// Database of orders: orders and their lines, and copies of the price list and of the customers' names.
import type { DatabaseSync } from 'node:sqlite';
import type { Tables } from '../database.ts';
import { catalogue } from '../seed/catalogue.ts';
import { foldText, people } from '../seed/people.ts';
import { purchase, purchaseCount } from '../seed/purchases.ts';

export interface OrderRow {
  id: string;
  number: number;
  userId: string;
  status: 'PLACED' | 'PAID' | 'SHIPPED' | 'DELIVERED' | 'CANCELLED';
  placedAt: string;
  /** Euro cents */
  amount: number;
  /** Grams; only on an order that was requested with its weight. */
  weight?: number | null;
}

export interface LineRow {
  productId: string;
  quantity: number;
  /** Euro cents */
  unitPrice: number;
}

export const orderColumns = 'o.id, o.number, o.user_id AS userId, o.status, o.placed_at AS placedAt, o.amount';

export const tables: Tables = {
  create: `
    CREATE TABLE customers (
      id TEXT PRIMARY KEY, number INTEGER NOT NULL, name TEXT NOT NULL, folded_name TEXT NOT NULL
    ) STRICT;
    CREATE TABLE price_list (
      product_id TEXT PRIMARY KEY,
      number INTEGER NOT NULL,
      title TEXT NOT NULL,
      folded_title TEXT NOT NULL,
      price INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE orders (
      number INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      user_id TEXT NOT NULL REFERENCES customers (id),
      status TEXT NOT NULL CHECK (status IN ('PLACED', 'PAID', 'SHIPPED', 'DELIVERED', 'CANCELLED')),
      placed_at TEXT NOT NULL,
      amount INTEGER NOT NULL
    ) STRICT;
    CREATE TABLE order_lines (
      order_number INTEGER NOT NULL REFERENCES orders (number),
      position INTEGER NOT NULL,
      product_id TEXT NOT NULL REFERENCES price_list (product_id),
      quantity INTEGER NOT NULL CHECK (quantity >= 1),
      unit_price INTEGER NOT NULL,
      PRIMARY KEY (order_number, position)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX orders_of_user ON orders (user_id, placed_at DESC, number DESC);`,
  seed(database) {
    const items = catalogue();
    const insertCustomer = database.prepare('INSERT INTO customers VALUES (?, ?, ?, ?)');
    for (const { id, number, name } of people()) insertCustomer.run(id, number, name, foldText(name));
    const insertPrice = database.prepare('INSERT INTO price_list VALUES (?, ?, ?, ?, ?)');
    for (const { id, number, name, price } of items) insertPrice.run(id, number, name, foldText(name), price);
    seedOrders(database, items);
  },
};

function seedOrders(database: DatabaseSync, items: ReturnType<typeof catalogue>): void {
  const insertOrder = database.prepare('INSERT INTO orders VALUES (?, ?, ?, ?, ?, ?)');
  const insertLine = database.prepare('INSERT INTO order_lines VALUES (?, ?, ?, ?, ?)');
  for (let number = 1; number <= purchaseCount; number += 1) {
    const { id, userId, status, placedAt, lines } = purchase(number, items);
    const amount = lines.reduce((sum, line) => sum + line.quantity * line.unitPrice, 0);
    insertOrder.run(number, id, userId, status, placedAt, amount);
    lines.forEach((line, position) => {
      insertLine.run(number, position, line.productId, line.quantity, line.unitPrice);
    });
  }
}
