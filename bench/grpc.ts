// CPU time of the gateway for one fetch of ten entities by key: from a service of gRPC, by its client and by grpc-js alone, and the
// same from a service of GraphQL. The services run in processes of their own; the median of rounds that take turns.
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createFileRegistry, fromBinary, fromJson, type JsonObject, toBinary, toJson } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { Client, credentials, Metadata, Server, ServerCredentials, type sendUnaryData } from '@grpc/grpc-js';
import { bindService } from '../gateway/compose/grpc/bind-service.ts';
import { Cancellation } from '../gateway/transport/cancellation.ts';
import { FetchProfile } from '../gateway/transport/fetch-profile.ts';
import { readDescriptors } from '../gateway/transport/grpc/descriptors.ts';
import { GrpcChannels } from '../gateway/transport/grpc/grpc-channels.ts';
import { GrpcClient } from '../gateway/transport/grpc/grpc-client.ts';
import { defaultResilience } from '../gateway/transport/resilience.ts';
import type { ServiceClient } from '../gateway/transport/service-client.ts';
import { SubgraphClient } from '../gateway/transport/subgraph-client.ts';

const bytes = readFileSync(new URL('../schema/payments.binpb', import.meta.url));
const method = createFileRegistry(fromBinary(FileDescriptorSetSchema, bytes))
  .getService('shop.payments.v1.Payments')!
  .methods.find(({ name }) => name === 'GetPayments')!;
const path = '/shop.payments.v1.Payments/GetPayments';

const sdl = `
  type Query {
    orders(orderIds: [ID!]!): [Order]!
      @merge(keyField: "id") @grpc(service: "shop.payments.v1.Payments", method: "GetPayments", field: "payments")
  }
  type Order @key(selectionSet: "{ id }") { id: ID! @grpcField(path: "order_id") payment: Payment @grpcField(path: ".") }
  type Payment { status: String method: String amount: Money capturedAt: String }
  type Money { amount: Int! currency: String! }
`;

const ids = Array.from({ length: 10 }, (_, index) => `order-${index}`);
const query =
  'query ($k: [ID!]!) { orders(orderIds: $k) { id payment { status method amount { amount currency } capturedAt } } }';
const body = JSON.stringify({ query, variables: { k: ids } });

const payments = ids.map((orderId, index) => ({
  ...{ orderId, status: 'PAYMENT_STATUS_CAPTURED', method: 'PAYMENT_METHOD_CARD' },
  ...{ amount: { amount: 1999 + index, currency: 'EUR' }, capturedAt: '2026-01-02T03:04:05Z' },
}));

async function serve(): Promise<void> {
  const response = Buffer.from(toBinary(method.output, fromJson(method.output, { payments })));
  const grpc = new Server();
  const unchanged = (message: Buffer) => message;
  const call = { path, requestStream: false, responseStream: false };
  const serializers = { requestSerialize: unchanged, requestDeserialize: unchanged };
  grpc.addService(
    { GetPayments: { ...call, ...serializers, responseSerialize: unchanged, responseDeserialize: unchanged } },
    { GetPayments: (_call: unknown, respond: sendUnaryData<Buffer>) => respond(null, response) },
  );
  const port = await new Promise<number>((resolve) => {
    grpc.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (_error, bound) => resolve(bound));
  });
  const orders = payments.map(({ orderId: id, ...payment }) => ({ id, payment }));
  const text = JSON.stringify({ data: { orders } });
  const http = createServer((request, reply) => {
    request.resume().on('end', () => reply.setHeader('content-type', 'application/json').end(text));
  });
  http.listen(0, '127.0.0.1');
  await once(http, 'listening');
  process.send?.({
    grpc: `127.0.0.1:${port}`,
    http: `http://127.0.0.1:${(http.address() as AddressInfo).port}/graphql`,
  });
}

/** Microseconds of CPU time for one call, over many that run at the same time. */
async function measure(call: () => Promise<unknown>, count: number): Promise<number> {
  const started = process.cpuUsage();
  let left = count;
  const run = async () => {
    while (left-- > 0) await call();
  };
  await Promise.all(Array.from({ length: 20 }, run));
  const { user, system } = process.cpuUsage(started);
  return (user + system) / count;
}

async function bench(server: ChildProcess): Promise<void> {
  const [addresses] = (await once(server, 'message')) as [{ grpc: string; http: string }];
  const common = { timeout: 10_000, maxBytes: 1_000_000, folder: '.', option: 'tls' };
  const channels = new GrpcChannels({ addresses: [addresses.grpc], tls: undefined, commonTls: undefined, ...common });
  const subscriptions = { max: 10, startTimeout: 10_000, end: 'complete' as const };
  const grpcClient = new GrpcClient({
    ...{ name: 'payments', channels, headers: [], timeout: 10_000, honoursCacheControl: true, passedHeaders: null },
    ...{ binding: bindService(sdl, 'payments', readDescriptors(bytes)), resilience: defaultResilience, subscriptions },
  });
  const graphql = new SubgraphClient({
    ...{ name: 'payments', urls: [addresses.http], timeout: 10_000, maxResponseBytes: 1_000_000 },
    subscriptions,
  });
  const profile = new FetchProfile(true, false, query);
  const send = (client: ServiceClient) => () =>
    client.send(body, { requestId: 'r', cancellation: new Cancellation(), calls: [] }, profile);
  const plain = new Client(addresses.grpc, credentials.createInsecure());
  const alone = () =>
    new Promise((resolve, reject) => {
      const message = fromJson(method.input, { orderIds: ids });
      plain.makeUnaryRequest(
        path,
        (value: typeof message) => Buffer.from(toBinary(method.input, value)),
        (value: Buffer) => toJson(method.output, fromBinary(method.output, value)) as JsonObject,
        message,
        new Metadata(),
        (error, value) => (error ? reject(error) : resolve(value)),
      );
    });
  const rows = {
    'gRPC, by the gateway': send(grpcClient),
    'gRPC, grpc-js alone': alone,
    'GraphQL, by the gateway': send(graphql),
  };
  for (const call of [send(grpcClient), send(graphql)]) {
    const { data } = (await call()) as { data?: { orders?: unknown[] } };
    if (data?.orders?.length !== ids.length) throw new Error('The response is not complete.');
  }
  const figures = new Map<string, number[]>();
  for (let round = 0; round < 8; round++) {
    for (const [name, call] of Object.entries(rows)) {
      const figure = await measure(call, 2_000);
      // The first round compiles.
      if (round > 0) figures.set(name, [...(figures.get(name) ?? []), figure]);
    }
  }
  console.log('CPU time for a fetch of 10 entities, in µs: median (least to most)');
  for (const [name, all] of figures) {
    const [least, median, most] = [all.toSorted((a, b) => a - b)].flatMap((sorted) => [
      sorted[0],
      sorted[3],
      sorted.at(-1),
    ]);
    console.log(`  ${name.padEnd(26)} ${median!.toFixed(0).padStart(5)} (${least!.toFixed(0)} to ${most!.toFixed(0)})`);
  }
  await Promise.all([grpcClient.close(), graphql.close()]);
  plain.close();
  server.kill();
}

if (process.argv[2] === 'serve') await serve();
else await bench(fork(import.meta.filename, ['serve']));
