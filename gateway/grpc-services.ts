// Services that speak gRPC, as the configuration has them: their descriptors, and their SDL bound to those.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ComposeError } from './compose/compose-error.ts';
import { bindService, callsMethods } from './compose/grpc/bind-service.ts';
import type { CheckedConfig } from './config/config.ts';
import { ConfigError } from './config/config-error.ts';
import { type FileRegistry, readDescriptors } from './transport/grpc/descriptors.ts';
import type { ServiceBinding } from './transport/grpc/service-binding.ts';

/** Serialized descriptors by the name of the subgraph. */
export type Descriptors = ReadonlyMap<string, Uint8Array>;

/**
 * @param sdl of the subgraph.
 * @param folder base of relative paths.
 * @param fetched descriptors in place of files.
 * @throws ComposeError for descriptors that cannot be read, and for an SDL that does not fit them.
 */
export function bindGrpcService(
  name: string,
  sdl: string,
  { subgraphs }: Pick<CheckedConfig, 'subgraphs'>,
  folder: string,
  fetched: Descriptors = new Map(),
): ServiceBinding {
  const option = `subgraphs.${name}.descriptors`;
  const file = resolve(folder, subgraphs[name]?.descriptors ?? '');
  return bindService(sdl, name, registryOf(fetched.get(name) ?? readFile(file, option), file, option));
}

/** @throws ComposeError for an SDL with methods of gRPC whose service has no address for them. */
export function rejectMethods(sdl: string, name: string): void {
  if (!/@grpc\b/.test(sdl) || !callsMethods(sdl, name)) return;
  throw new ComposeError([
    `${name}: fields have @grpc, and the service speaks GraphQL: give subgraphs.${name}.grpc, its address, in place of url`,
  ]);
}

function readFile(file: string, option: string): Uint8Array {
  try {
    return readFileSync(file);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : `cannot be read (${error})`;
    throw new ComposeError([`${option}: ${file} ${reason}; \`concierge compose\` fetches it from a running service`]);
  }
}

function registryOf(bytes: Uint8Array, file: string, option: string): FileRegistry {
  try {
    return readDescriptors(bytes);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw new ComposeError([
      `${option}: ${file} cannot be used: ${reason}; write it with \`protoc --include_imports --descriptor_set_out\` or \`buf build\``,
    ]);
  }
}
