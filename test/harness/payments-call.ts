// Calls of the payments service by a client of grpc-js, with its messages as JSON.
import { readFileSync } from 'node:fs';
import { createFileRegistry, fromBinary, fromJson, type JsonObject, toBinary, toJson } from '@bufbuild/protobuf';
import { FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import { Client, credentials, Metadata, type ServiceError, status } from '@grpc/grpc-js';

export interface CallResult {
  /** Name of the status, such as `OK`. */
  status: string;
  details: string;
  response: JsonObject | null;
}

const descriptors = readFileSync(new URL('../../schema/payments.binpb', import.meta.url));
const service = createFileRegistry(fromBinary(FileDescriptorSetSchema, descriptors)).getService(
  'shop.payments.v1.Payments',
);

/** @param address host and port. */
export async function callPayments(
  address: string,
  method: string,
  request: JsonObject,
  headers: Readonly<Record<string, string>> = {},
): Promise<CallResult> {
  const { input, output } = service!.methods.find(({ name }) => name === method)!;
  const client = new Client(address, credentials.createInsecure());
  const metadata = new Metadata();
  for (const [name, value] of Object.entries(headers)) metadata.set(name, value);
  try {
    return await new Promise((resolve) => {
      client.makeUnaryRequest(
        `/${service!.typeName}/${method}`,
        (message: ReturnType<typeof fromJson>) => Buffer.from(toBinary(input, message)),
        (bytes: Buffer) => toJson(output, fromBinary(output, bytes)) as JsonObject,
        fromJson(input, request),
        metadata,
        (error: ServiceError | null, response?: JsonObject) => {
          const { code = status.OK, details = '' } = error ?? {};
          resolve({ status: status[code], details, response: response ?? null });
        },
      );
    });
  } finally {
    client.close();
  }
}
