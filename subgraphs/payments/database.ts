// Database of payments: one payment for each seeded order.
import type { Tables } from '../database.ts';
import { timestamp } from '../seed/calendar.ts';
import { catalogue } from '../seed/catalogue.ts';
import { purchase, purchaseCount } from '../seed/purchases.ts';
import { stream } from '../seed/random.ts';

export interface PaymentRow {
  orderId: string;
  userId: string;
  status: 'AUTHORIZED' | 'CAPTURED' | 'REFUNDED' | 'VOIDED';
  method: 'CARD' | 'TRANSFER' | 'INVOICE';
  /** Euro cents */
  amount: number;
  capturedAt: string | null;
}

export const paymentColumns =
  'p.order_id AS orderId, p.user_id AS userId, p.status, p.method, p.amount, p.captured_at AS capturedAt';

export const tables: Tables = {
  create: `
    CREATE TABLE payments (
      order_id TEXT PRIMARY KEY,
      user_id TEXT NOT NULL,
      status TEXT NOT NULL CHECK (status IN ('AUTHORIZED', 'CAPTURED', 'REFUNDED', 'VOIDED')),
      method TEXT NOT NULL CHECK (method IN ('CARD', 'TRANSFER', 'INVOICE')),
      amount INTEGER NOT NULL,
      captured_at TEXT
    ) STRICT, WITHOUT ROWID;`,
  seed(database) {
    const items = catalogue();
    const insert = database.prepare('INSERT INTO payments VALUES (?, ?, ?, ?, ?, ?)');
    for (let number = 1; number <= purchaseCount; number += 1) {
      const { id, userId, status, placedAt, lines } = purchase(number, items);
      const draw = stream('payment', number);
      const method = draw.pick(['CARD', 'CARD', 'CARD', 'TRANSFER', 'INVOICE'] as const);
      const amount = lines.reduce((sum, line) => sum + line.quantity * line.unitPrice, 0);
      const wasCaptured = status !== 'PLACED' && (status !== 'CANCELLED' || draw.next() < 0.4);
      const capturedAt = wasCaptured ? timestamp(Date.parse(placedAt) + draw.between(60, 86_400) * 1000) : null;
      const cancelled = wasCaptured ? 'REFUNDED' : 'VOIDED';
      const outcome = status === 'CANCELLED' ? cancelled : wasCaptured ? 'CAPTURED' : 'AUTHORIZED';
      insert.run(id, userId, outcome, method, amount, capturedAt);
    }
  },
};
