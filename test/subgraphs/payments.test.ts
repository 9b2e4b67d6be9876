// The payments service as a client of grpc-js meets it.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { callPayments } from '../harness/payments-call.ts';
import { startProcess } from '../harness/process.ts';
import { startSubgraph, type TestSubgraph } from '../harness/subgraphs.ts';

let payments: TestSubgraph;
beforeAll(async () => {
  payments = await startSubgraph('payments');
});
afterAll(() => payments.stop());

const desk = { 'x-shop-user': 'u3', 'x-shop-roles': 'order-desk' };

test('payments come by their orders in one statement, and an order without one is left out', async () => {
  await payments.settled();
  payments.clear();
  const headers = { 'x-request-id': 'r-1' };
  const { status, response } = await callPayments(
    payments.url,
    'GetPayments',
    { orderIds: ['o1', 'o0', 'o2'] },
    headers,
  );
  expect(status).toBe('OK');
  expect(response).toEqual({
    payments: [
      {
        orderId: 'o1',
        status: 'PAYMENT_STATUS_CAPTURED',
        method: 'PAYMENT_METHOD_CARD',
        amount: { amount: 115550, currency: 'EUR' },
        capturedAt: '2023-01-03T00:51:13Z',
      },
      expect.objectContaining({ orderId: 'o2' }),
    ],
  });
  const [request] = await payments.settled();
  expect(request).toMatchObject({ operation: 'GetPayments', requestId: 'r-1', statements: 1 });
  expect(request).not.toHaveProperty('aborted');
});

test('an authorized payment is captured once, by its user or the order desk', async () => {
  const ids = Array.from({ length: 60 }, (_, index) => `o${20_000 - index}`);
  const { response } = await callPayments(payments.url, 'GetPayments', { orderIds: ids });
  const statusOf = (status: string) =>
    (response!.payments as { orderId: string; status: string }[]).find((one) => one.status.endsWith(status))!.orderId;
  const orderId = statusOf('AUTHORIZED');
  const capture = (headers = {}) => callPayments(payments.url, 'CapturePayment', { orderId }, headers);
  expect(await capture()).toMatchObject({ status: 'UNAUTHENTICATED', details: 'Sign in to change something.' });
  expect(await capture({ 'x-shop-user': 'nobody' })).toMatchObject({ status: 'PERMISSION_DENIED' });
  const captured = await capture(desk);
  expect(captured.response).toMatchObject({ orderId, status: 'PAYMENT_STATUS_CAPTURED' });
  expect(await capture(desk)).toEqual(captured);
  const voided = await callPayments(payments.url, 'CapturePayment', { orderId: statusOf('VOIDED') }, desk);
  expect(voided).toMatchObject({ status: 'INVALID_ARGUMENT' });
  const missing = await callPayments(payments.url, 'CapturePayment', { orderId: 'o0' }, desk);
  expect(missing).toMatchObject({ status: 'NOT_FOUND', details: 'There is no payment of an order "o0".' });
});

test('a port that is in use is named together with the option that changes it', async () => {
  const port = payments.url.slice(payments.url.lastIndexOf(':') + 1);
  const process = startProcess({ script: 'subgraphs/start.ts', args: ['payments', '--port', port] });
  expect(await process.exit).toBe(1);
  expect(process.output()).toBe(`Port ${port} on 127.0.0.1 is in use. Choose another one with --port.\n`);
});

test('a client that has disconnected does not hold the service open', async () => {
  const service = await startSubgraph('payments');
  await callPayments(service.url, 'GetPayments', {});
  expect(await service.stop()).toBe(0);
});
