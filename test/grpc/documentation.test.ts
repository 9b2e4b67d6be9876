// The example of docs/grpc-services.md, before the payments service of the demo.
import { readFileSync } from 'node:fs';
import { expect, onTestFinished, test } from 'vitest';
import { ComposeError } from '../../gateway/compose/compose-error.ts';
import { createGateway, type GatewayConfig } from '../../gateway/index.ts';
import { root } from '../harness/gateway.ts';
import { startSubgraph } from '../harness/subgraphs.ts';
import { startService } from '../values/served-graph.ts';

const page = readFileSync(`${root}docs/grpc-services.md`, 'utf8');
const [, sdl = ''] = /^```graphql\n([\s\S]*?)^```$/m.exec(page) ?? [];
const descriptors = `${root}schema/payments.binpb`;

test('the example joins payments with orders of another service', async () => {
  const payments = await startSubgraph('payments');
  onTestFinished(async () => void (await payments.stop()));
  const orders = await startService(() => ({ data: { list: [{ id: 'o1' }, { id: 'o0' }] } }));
  const subgraphs: NonNullable<GatewayConfig['subgraphs']> = {
    orders: { url: orders.url, schema: 'type Query { list: [Order!]! } type Order { id: ID! }' },
    payments: { grpc: payments.url, descriptors, schema: sdl },
  };
  const gateway = createGateway({ port: 0, log: { level: 'silent' }, subgraphs });
  onTestFinished(async () => void (await gateway.stop()));
  const url = await gateway.start();
  const query = `{ list { id payment { status cents capturedAt } } payments(orderIds: ["o1"]) { cents } }`;
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });
  expect(await response.json()).toEqual({
    data: {
      list: [
        { id: 'o1', payment: { status: 'CAPTURED', cents: 115550, capturedAt: '2023-01-03T00:51:13Z' } },
        { id: 'o0', payment: null },
      ],
      payments: [{ cents: 115550 }],
    },
  });
});

test('the problem that the page shows is what composition reports', () => {
  const shop = {
    grpc: 'payments:50051',
    descriptors,
    schema: sdl.replace('capturedAt: DateTime', 'captured: DateTime'),
  };
  const [, shown = ''] = /^schema\/subgraphs\/payments\.graphql:(\d+:\d+: .*)$/m.exec(page) ?? [];
  try {
    createGateway({ subgraphs: { payments: shop } });
  } catch (error) {
    expect(error).toBeInstanceOf(ComposeError);
    expect((error as ComposeError).reasons).toEqual([`payments:${shown}`]);
    return;
  }
  expect.unreachable();
});
