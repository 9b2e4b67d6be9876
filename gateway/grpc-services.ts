// Services that speak gRPC, as the configuration has them: their descriptors, and their SDL bound to those.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ComposeError } from './compose/compose-error.ts';
import { bindService, callsMethods } from './compose/grpc/bind-service.ts';
import type { CheckedConfig } from './config/config.ts';
import { type FileRegistry, readDescriptors } from './transport/grpc/descriptors.ts';
import type { ServiceBinding } from './transport/grpc/service-binding.ts';

/**
 * @param sdl of the subgraph.
 * @param folder base of relative paths.
 * @throws ComposeError for descriptors that cannot be read, and for an SDL that does not fit them.
 */
export function bindGrpcService(
  name: string,
  sdl: string,
  { subgraphs }: Pick<CheckedConfig, 'subgraphs'>,
  folder: string,
): ServiceBinding {
  const option = `subgraphs.${name}.descriptors`;
  return bindService(sdl, name, openDescriptors(subgraphs[name]?.descriptors ?? '', folder, option));
}

/** @throws ComposeError for an SDL with methods of gRPC whose service has no address for them. */
export function rejectMethods(sdl: string, name: string): void {
  if (!/@grpc\b/.test(sdl) || !callsMethods(sdl, name)) return;
  throw new ComposeError([
    `${name}: fields have @grpc, and the service speaks GraphQL: give subgraphs.${name}.grpc, its address, in place of url`,
  ]);
}

function openDescriptors(path: string, folder: string, option: string): FileRegistry {
  const file = resolve(folder, path);
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    const reason = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : `cannot be read (${error})`;
    throw new ComposeError([`${option}: ${file} ${reason}; \`concierge compose\` fetches it from a running service`]);
  }
  try {
    return readDescriptors(bytes);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new ComposeError([
      `${option}: ${file} cannot be used: ${reason}; write it with \`protoc --include_imports --descriptor_set_out\` or \`buf build\``,
    ]);
  }
}
