// Calls of payments: what each method of `schema/payments.proto` does, in the members' JSON names.
import { type Caller, requireOwner } from '../caller.ts';
import type { Session } from '../database.ts';
import type { CallHandler } from '../grpc-server.ts';
import { rejection } from '../rejection.ts';
import { timestamp } from '../seed/calendar.ts';
import { type PaymentRow, paymentColumns } from './database.ts';

const MAX_ORDERS = 1000;

const paymentsByOrder = `SELECT ${paymentColumns} FROM payments p WHERE p.order_id IN (SELECT value FROM json_each(?))`;

export const calls: Readonly<Record<string, CallHandler>> = {
  GetPayments(session, _caller, { orderIds = [] }) {
    const ids = orderIds as string[];
    if (ids.length > MAX_ORDERS) {
      throw rejection('BAD_USER_INPUT', `\`order_ids\` has ${ids.length} ids; at most ${MAX_ORDERS} are allowed.`);
    }
    return { payments: session.all<PaymentRow>(paymentsByOrder, JSON.stringify(ids)).map(message) };
  },
  CapturePayment: (session, caller, { orderId = '' }) => message(capture(session, caller, orderId as string)),
};

/**
 * Takes an authorized amount. Capturing what is captured changes nothing.
 * @throws UNAUTHENTICATED, FORBIDDEN, NOT_FOUND, BAD_USER_INPUT
 */
function capture(session: Session, caller: Caller, orderId: string): PaymentRow {
  return session.transaction(() => {
    const row = session.get<PaymentRow>(paymentsByOrder, JSON.stringify([orderId]));
    if (!row) throw rejection('NOT_FOUND', `There is no payment of an order "${orderId}".`);
    requireOwner(caller, row.userId);
    if (row.status === 'CAPTURED') return row;
    if (row.status !== 'AUTHORIZED') {
      throw rejection('BAD_USER_INPUT', `The payment of order "${orderId}" is ${row.status.toLowerCase()}.`);
    }
    const capturedAt = timestamp(Date.now());
    session.run("UPDATE payments SET status = 'CAPTURED', captured_at = ? WHERE order_id = ?", capturedAt, orderId);
    return { ...row, status: 'CAPTURED', capturedAt };
  });
}

function message({ orderId, status, method, amount, capturedAt }: PaymentRow) {
  return {
    orderId,
    status: `PAYMENT_STATUS_${status}`,
    method: `PAYMENT_METHOD_${method}`,
    amount: { amount, currency: 'EUR' },
    ...(capturedAt !== null && { capturedAt }),
  };
}
