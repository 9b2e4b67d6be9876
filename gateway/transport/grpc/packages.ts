// Packages for gRPC, optional peers: `@bufbuild/protobuf` for messages and `@grpc/grpc-js` for channels. They are loaded
// with the first service that needs them.
import { createRequire } from 'node:module';
import type * as ProtobufModule from '@bufbuild/protobuf';
import type * as ReflectModule from '@bufbuild/protobuf/reflect';
import type * as WireModule from '@bufbuild/protobuf/wire';
import type * as KnownTypesModule from '@bufbuild/protobuf/wkt';
import type * as GrpcModule from '@grpc/grpc-js';
import { ConfigError } from '../../config/config-error.ts';

export type Protobuf = typeof ProtobufModule;
export type KnownTypes = typeof KnownTypesModule;
export type Reflect = typeof ReflectModule;
export type Wire = typeof WireModule;
export type Grpc = typeof GrpcModule;

const require = createRequire(import.meta.url);

/** @throws ConfigError where it is not installed. */
export function protobuf(): Protobuf {
  return load<Protobuf>('@bufbuild/protobuf');
}

/** @throws ConfigError where it is not installed. */
export function knownTypes(): KnownTypes {
  return load<KnownTypes>('@bufbuild/protobuf/wkt');
}

/** @throws ConfigError where it is not installed. */
export function wire(): Wire {
  return load<Wire>('@bufbuild/protobuf/wire');
}

/** @throws ConfigError where it is not installed. */
export function reflection(): Reflect {
  return load<Reflect>('@bufbuild/protobuf/reflect');
}

/** @throws ConfigError where it is not installed. */
export function grpc(): Grpc {
  return load<Grpc>('@grpc/grpc-js');
}

function load<Module>(name: string): Module {
  try {
    return require(name) as Module;
  } catch (error) {
    if ((error as { code?: string }).code !== 'MODULE_NOT_FOUND') throw error;
    throw new ConfigError(
      `subgraphs with \`grpc\` need the package ${name.split('/').slice(0, 2).join('/')}. Install both: ` +
        'npm install @grpc/grpc-js @bufbuild/protobuf',
    );
  }
}
