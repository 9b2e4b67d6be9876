// Descriptors of a gRPC service: a serialized `google.protobuf.FileDescriptorSet`, as protoc and buf write it.
import type { FileRegistry } from '@bufbuild/protobuf';
import { knownTypes, protobuf } from './packages.ts';

export type { DescEnum, DescField, DescMessage, DescMethod, DescOneof, FileRegistry } from '@bufbuild/protobuf';

/** @throws Error with the reason, for bytes that are no descriptors, or that lack imported files. */
export function readDescriptors(bytes: Uint8Array): FileRegistry {
  const { fromBinary, createFileRegistry } = protobuf();
  const { FileDescriptorSetSchema } = knownTypes();
  let set: ReturnType<typeof fromBinary<typeof FileDescriptorSetSchema>>;
  try {
    set = fromBinary(FileDescriptorSetSchema, bytes);
  } catch {
    throw new Error('it is no FileDescriptorSet');
  }
  if (set.file.length === 0) throw new Error('it is a FileDescriptorSet without files');
  try {
    return createFileRegistry(set);
  } catch (error) {
    throw new Error(`it is not complete (${error instanceof Error ? error.message : String(error)})`);
  }
}
