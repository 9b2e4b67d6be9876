// The gRPC service of shop.proto, by grpc-js: its calls are recorded, and it returns what a test makes it return.
import { readFileSync } from 'node:fs';
import {
  createFileRegistry,
  type DescMethod,
  fromBinary,
  fromJson,
  type JsonObject,
  toBinary,
  toJson,
} from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerOptions,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceDefinition,
  type sendUnaryData,
  status,
  type UntypedHandleCall,
} from '@grpc/grpc-js';
import { onTestFinished } from 'vitest';

export const descriptors = `${import.meta.dirname}/shop.binpb`;

const registry = createFileRegistry(fromBinary(FileDescriptorSetSchema, readFileSync(descriptors)));
const methods = registry.getService('test.v1.Shop')!.methods;

export interface Call {
  method: string;
  request: JsonObject;
  metadata: Metadata;
  deadline: Date | number;
  /** Resolves when the client has cancelled it. */
  cancelled: Promise<void>;
  /** Ends a streaming call, or sends a message of it; false where the client is to be waited for. */
  stream: { send(message: JsonObject): boolean; end(): void; fail(code: status, details?: string): void } | null;
}

/** A response message as JSON; or the status of the call. */
export type Returned = JsonObject | { fails: status; details?: string } | typeof pending;

/** A call that never ends. */
export const pending = Symbol('pending');

export interface ShopService {
  /** Host and port. */
  address: string;
  /** Oldest first. */
  calls: Call[];
  returns: (call: Call) => Returned | Promise<Returned>;
  /** The response message of all calls, in place of what is returned; null for none. */
  bytes: Buffer | null;
  /** Metadata of its responses. */
  metadata: Record<string, string>;
  /** Resolves with the call of that number, past or coming; the first is 1. */
  call(number: number): Promise<Call>;
  /** Ends it, with all connections. */
  stop(): void;
  server: Server;
}

export const items: Record<string, JsonObject> = {
  i1: {
    ...{ itemId: 'i1', name: 'Lamp', number: '9007199254740993', status: 'ITEM_STATUS_ACTIVE', tags: ['a', 'b'] },
    ...{ maker: { name: 'Ex' }, box: { weight: 1.5 }, createdAt: '2026-02-03T04:05:06.007Z' },
  },
  i2: { itemId: 'i2', name: 'Map', status: 'ITEM_STATUS_RETIRED', download: { url: 'https://x.example/i2' } },
  i3: { itemId: 'i3' },
};

export function shopReturns({ method, request }: Call): Returned {
  switch (method) {
    case 'GetItem':
    case 'UpdateItem': {
      const item = items[(request.id ?? request.itemId) as string];
      return item ?? { fails: status.NOT_FOUND, details: 'no such item' };
    }
    case 'BatchGetItems':
      // In another order, without those that are not there.
      return { items: ((request.itemIds ?? []) as string[]).toReversed().flatMap((id) => items[id] ?? []) };
    case 'SearchItems':
      return { items: Object.values(items) };
    case 'GetStocks':
      return {
        stocks: (request.keys as JsonObject[]).toReversed().map(({ itemId = '', warehouse = {} }) => ({
          ...{ itemId, warehouse, pieces: (warehouse as JsonObject).number === '1' ? 10 : 20 },
        })),
      };
    default:
      return {};
  }
}

export interface StartOptions {
  port?: number;
  credentials?: ServerCredentials;
  options?: ServerOptions;
}

/** Starts a service that ends with the test. */
export async function startShop(
  returns: ShopService['returns'] = shopReturns,
  options: StartOptions = {},
): Promise<ShopService> {
  const calls: Call[] = [];
  const waiting = new Map<number, PromiseWithResolvers<Call>>();
  const record = (call: Call) => {
    calls.push(call);
    waiting.get(calls.length)?.resolve(call);
  };
  const server = new Server(options.options);
  const service: ShopService = {
    ...{ address: '', calls, returns, metadata: {}, bytes: null, server },
    call: (number) => {
      const past = calls[number - 1];
      if (past) return Promise.resolve(past);
      const coming = waiting.get(number) ?? Promise.withResolvers<Call>();
      waiting.set(number, coming);
      return coming.promise;
    },
    stop: () => server.forceShutdown(),
  };
  const handlers = methods.map((method): [string, UntypedHandleCall] => [
    method.name,
    method.methodKind === 'server_streaming' ? streamHandler(method, record) : unaryHandler(method, record, service),
  ]);
  server.addService(
    definition(methods, () => service.bytes),
    Object.fromEntries(handlers),
  );
  const port = await new Promise<number>((resolve, reject) => {
    const credentials = options.credentials ?? ServerCredentials.createInsecure();
    server.bindAsync(`127.0.0.1:${options.port ?? 0}`, credentials, (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });
  service.address = `127.0.0.1:${port}`;
  onTestFinished(() => server.forceShutdown());
  return service;
}

function unaryHandler(method: DescMethod, record: (call: Call) => void, service: ShopService) {
  return async (unary: ServerUnaryCall<JsonObject, JsonObject>, respond: sendUnaryData<JsonObject>) => {
    const call = callOf(method, unary, null);
    record(call);
    const returned = await service.returns(call);
    if (returned === pending) return;
    const metadata = new Metadata();
    for (const [name, value] of Object.entries(service.metadata)) metadata.set(name, value);
    if (Object.keys(service.metadata).length > 0) unary.sendMetadata(metadata);
    if (typeof returned.fails === 'number') {
      respond({ code: returned.fails, details: (returned.details as string | undefined) ?? '' });
    } else respond(null, returned as JsonObject);
  };
}

function streamHandler(method: DescMethod, record: (call: Call) => void) {
  return (streaming: ServerWritableStream<JsonObject, JsonObject>) => {
    record(
      callOf(method, streaming, {
        send: (message) => streaming.write(message),
        end: () => streaming.end(),
        fail: (code, details = '') => {
          streaming.emit('error', { code, details });
        },
      }),
    );
  };
}

function callOf(
  method: DescMethod,
  call: ServerUnaryCall<JsonObject, JsonObject> | ServerWritableStream<JsonObject, JsonObject>,
  stream: Call['stream'],
): Call {
  return {
    ...{ method: method.name, request: call.request, metadata: call.metadata, deadline: call.getDeadline(), stream },
    cancelled: new Promise((resolve) => call.once('cancelled', () => resolve())),
  };
}

function definition(all: readonly DescMethod[], given: () => Buffer | null): ServiceDefinition {
  return Object.fromEntries(
    all.map(({ name, input, output, parent, methodKind }) => [
      name,
      {
        path: `/${parent.typeName}/${name}`,
        requestStream: methodKind === 'client_streaming' || methodKind === 'bidi_streaming',
        responseStream: methodKind === 'server_streaming' || methodKind === 'bidi_streaming',
        requestSerialize: (message: JsonObject) => Buffer.from(toBinary(input, fromJson(input, message))),
        requestDeserialize: (bytes: Buffer) => toJson(input, fromBinary(input, bytes)) as JsonObject,
        responseSerialize: (message: JsonObject) =>
          given() ?? Buffer.from(toBinary(output, fromJson(output, message, { registry }))),
        responseDeserialize: (bytes: Buffer) => toJson(output, fromBinary(output, bytes)) as JsonObject,
      },
    ]),
  );
}
