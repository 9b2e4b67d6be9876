// Server reflection of gRPC (https://grpc.io/docs/guides/reflection/), version 1, and v1alpha where a service has that alone:
// fetches the descriptors of all services of a server.
import type { ClientDuplexStream, ServiceError } from '@grpc/grpc-js';
import { unchanged } from './grpc-call.ts';
import type { GrpcChannel } from './grpc-channels.ts';
import { UNIMPLEMENTED } from './grpc-status.ts';
import { grpc, knownTypes, protobuf, wire } from './packages.ts';

/** Why no descriptors were fetched, for operators. */
export class ReflectionError extends Error {
  override readonly name = 'ReflectionError';
}

const versions = ['grpc.reflection.v1', 'grpc.reflection.v1alpha'];

/** Services of the gRPC project that are no part of the graph. */
const ownServices = /^grpc\.(?:reflection|health|channelz)\./;

const MAX_FILES = 2_000;

/** Numbers of the fields of ServerReflectionRequest. */
const requests = { fileByName: 3, fileContainingSymbol: 4, listServices: 7 } as const;

interface ReflectionResponse {
  /** Serialized FileDescriptorProto. */
  files: Uint8Array[];
  services: string[];
  error: string | null;
}

/**
 * @param timeout milliseconds for all of it.
 * @param fields header fields, names in lower case and values in turn.
 * @returns a serialized FileDescriptorSet: imported files come before those that import them.
 * @throws ReflectionError
 */
export async function reflectDescriptors(
  channel: GrpcChannel,
  timeout: number,
  fields: readonly string[],
): Promise<Uint8Array> {
  const deadline = Date.now() + timeout;
  let missing: Error | undefined;
  for (const version of versions) {
    const reflection = new Reflection(channel, `/${version}.ServerReflection/ServerReflectionInfo`, deadline, fields);
    try {
      return await readAll(reflection);
    } catch (error) {
      const { code, details } = error as Partial<ServiceError>;
      if (code === undefined) throw error;
      missing = new ReflectionError(
        code === UNIMPLEMENTED ? 'it has no server reflection' : `gRPC status ${code}: ${details}`,
      );
      if (code !== UNIMPLEMENTED) break;
    } finally {
      reflection.close();
    }
  }
  throw missing;
}

async function readAll(reflection: Reflection): Promise<Uint8Array> {
  const { create, fromBinary, toBinary } = protobuf();
  const { FileDescriptorProtoSchema, FileDescriptorSetSchema } = knownTypes();
  const files = new Map<string, ReturnType<typeof fromBinary<typeof FileDescriptorProtoSchema>>>();
  const take = ({ files: received, error }: ReflectionResponse, what: string) => {
    if (error !== null) throw new ReflectionError(`it has no descriptors of ${what}: ${error}`);
    for (const bytes of received) {
      const file = fromBinary(FileDescriptorProtoSchema, bytes);
      if (files.size >= MAX_FILES) throw new ReflectionError(`it has more than ${MAX_FILES} files of descriptors`);
      files.set(file.name, file);
    }
  };
  const { services } = await reflection.request(requests.listServices, '*');
  for (const service of services) {
    if (!ownServices.test(service)) take(await reflection.request(requests.fileContainingSymbol, service), service);
  }
  // A server sends a file alone, or with what it imports.
  for (const { dependency } of files.values()) {
    for (const name of dependency) {
      if (files.has(name)) continue;
      const response = await reflection.request(requests.fileByName, name);
      const known = response.error === null ? null : bundledFile(name);
      if (known) files.set(name, known);
      else take(response, name);
    }
  }
  if (files.size === 0) throw new ReflectionError('it has no services');
  const ordered = new Set<string>();
  const visit = (name: string) => {
    if (ordered.has(name)) return;
    for (const imported of files.get(name)?.dependency ?? []) visit(imported);
    ordered.add(name);
  };
  for (const name of [...files.keys()].sort()) visit(name);
  const file = [...ordered].flatMap((name) => files.get(name) ?? []);
  return toBinary(FileDescriptorSetSchema, create(FileDescriptorSetSchema, { file }));
}

/** A file of `google/protobuf`, which some servers do not have. */
function bundledFile(name: string) {
  for (const one of Object.values(knownTypes())) {
    if (typeof one === 'object' && 'kind' in one && one.kind === 'file' && one.proto.name === name) return one.proto;
  }
  return null;
}

/** One stream, on which each request has a response. */
class Reflection {
  readonly #stream: ClientDuplexStream<Buffer, Buffer>;
  #pending: { resolve(bytes: Buffer): void; reject(error: Error): void } | null = null;
  #error: Error | null = null;

  constructor({ client }: GrpcChannel, path: string, deadline: number, fields: readonly string[]) {
    const metadata = new (grpc().Metadata)();
    for (let index = 0; index < fields.length; index += 2)
      metadata.add(fields[index] as string, fields[index + 1] as string);
    this.#stream = client.makeBidiStreamRequest(path, unchanged, unchanged, metadata, { deadline });
    this.#stream.on('data', (bytes: Buffer) => this.#pending?.resolve(bytes));
    this.#stream.on('error', (error: Error) => this.#fail(error));
    this.#stream.on('end', () => this.#fail(new ReflectionError('it ended the stream of server reflection')));
  }

  async request(field: number, value: string): Promise<ReflectionResponse> {
    const { BinaryWriter } = wire();
    const message = new BinaryWriter().tag(field, 2).string(value).finish();
    const bytes = await new Promise<Buffer>((resolve, reject) => {
      if (this.#error) return reject(this.#error);
      this.#pending = { resolve, reject };
      this.#stream.write(Buffer.from(message));
    });
    return readResponse(bytes);
  }

  close(): void {
    this.#stream.cancel();
  }

  #fail(error: Error): void {
    this.#error ??= error;
    this.#pending?.reject(this.#error);
  }
}

/** ServerReflectionResponse: 4 has files, 6 the names of services, 7 an error. */
function readResponse(bytes: Uint8Array): ReflectionResponse {
  const response: ReflectionResponse = { files: [], services: [], error: null };
  for (const [field, value] of fieldsOf(bytes)) {
    if (field === 4) response.files.push(...fieldsOf(value).flatMap(([inner, file]) => (inner === 1 ? [file] : [])));
    else if (field === 6)
      response.services.push(...fieldsOf(value).flatMap(([inner, one]) => (inner === 1 ? [textIn(one, 1)] : [])));
    else if (field === 7) response.error = textIn(value, 2);
  }
  return response;
}

/** The fields of a message that have lengths; the others are passed over. */
function fieldsOf(bytes: Uint8Array): [number, Uint8Array][] {
  const reader = new (wire().BinaryReader)(bytes);
  const fields: [number, Uint8Array][] = [];
  while (reader.pos < reader.len) {
    const [number, type] = reader.tag();
    if (type === 2) fields.push([number, reader.bytes()]);
    else reader.skip(type, number);
  }
  return fields;
}

function textIn(bytes: Uint8Array, field: number): string {
  const [, value] = fieldsOf(bytes).find(([number]) => number === field) ?? [];
  return value ? new TextDecoder().decode(value) : '';
}
