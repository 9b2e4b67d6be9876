// Descriptors by server reflection: what `concierge compose` fetches and writes.
import { copyFileSync, existsSync, mkdirSync, readFileSync } from 'node:fs';
import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { BinaryReader, BinaryWriter } from '@bufbuild/protobuf/wire';
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from '@bufbuild/protobuf/wkt';
import type { ServerDuplexStream } from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import { runConcierge } from '../harness/command.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { shopSdl } from './shop-gateway.ts';
import { descriptors, type ShopService, startShop } from './shop-service.ts';

const files = new Map(
  fromBinary(FileDescriptorSetSchema, readFileSync(descriptors)).file.map((file) => [
    file.name,
    toBinary(FileDescriptorProtoSchema, file),
  ]),
);

/** Adds server reflection of a version to a service; without the files of protobuf itself, as some servers. */
function addReflection({ server }: ShopService, version: string): void {
  const unchanged = (bytes: Buffer) => bytes;
  const respond = (request: Buffer): Uint8Array => {
    const [field, value] = lengthField(request);
    if (field === 7) {
      const services = ['test.v1.Shop', `${version}.ServerReflection`].map((name) => message(1, Buffer.from(name)));
      return message(6, Buffer.concat(services.map((service) => message(1, service))));
    }
    const file = field === 4 ? files.get('shop.proto') : undefined;
    if (file) return message(4, message(1, file));
    return message(7, message(2, Buffer.from(`there is no ${value.toString()}`)));
  };
  server.addService(
    {
      ServerReflectionInfo: {
        ...{ path: `/${version}.ServerReflection/ServerReflectionInfo`, requestStream: true, responseStream: true },
        ...{ requestSerialize: unchanged, requestDeserialize: unchanged },
        ...{ responseSerialize: unchanged, responseDeserialize: unchanged },
      },
    },
    {
      ServerReflectionInfo: (stream: ServerDuplexStream<Buffer, Buffer>) => {
        stream.on('data', (request: Buffer) => stream.write(Buffer.from(respond(request))));
        stream.on('end', () => stream.end());
      },
    },
  );
}

function message(field: number, bytes: Uint8Array): Uint8Array {
  return new BinaryWriter().tag(field, 2).bytes(bytes).finish();
}

function lengthField(bytes: Uint8Array): [number, Buffer] {
  const reader = new BinaryReader(bytes);
  const [field] = reader.tag();
  return [field, Buffer.from(reader.bytes())];
}

function folderFor(address: string): string {
  return temporaryFolder({
    'shop.graphql': readFileSync(shopSdl, 'utf8'),
    'gateway.config.ts': `export default {
      unreachable: 'warn',
      subgraphs: { shop: { grpc: '${address}', descriptors: 'schema/shop.binpb', schema: 'shop.graphql' } },
    };`,
  });
}

test.each(['grpc.reflection.v1', 'grpc.reflection.v1alpha'])(
  'descriptors are fetched by %s, and written where they have changed',
  async (version) => {
    const shop = await startShop();
    addReflection(shop, version);
    const folder = folderFor(shop.address);
    const first = await runConcierge(['compose'], { folder });
    expect(first).toMatchObject({
      status: 0,
      stdout: expect.stringContaining('shop: its descriptors in schema/shop.binpb are written'),
    });
    const written = fromBinary(FileDescriptorSetSchema, readFileSync(`${folder}/schema/shop.binpb`)).file;
    expect(written.map(({ name }) => name).sort()).toEqual([...files.keys()].sort());
    expect(written.at(-1)?.name).toBe('shop.proto');
    const again = await runConcierge(['compose'], { folder });
    expect(again.stdout).toContain('shop: its descriptors in schema/shop.binpb are unchanged');
  },
);

test('without reflection, or offline, the file is used; without a file nothing is composed', async () => {
  const shop = await startShop();
  const folder = folderFor(shop.address);
  const none = await runConcierge(['compose'], { folder });
  expect(none.status).toBe(1);
  expect(none.stderr).toContain(
    'there is no schema/shop.binpb, and the service sent no descriptors (it has no server reflection)',
  );
  expect(existsSync(`${folder}/graph.graphql`)).toBe(false);
  const withFile = folderFor(shop.address);
  mkdirSync(`${withFile}/schema`);
  copyFileSync(descriptors, `${withFile}/schema/shop.binpb`);
  const offline = await runConcierge(['compose', '--offline'], { folder: withFile });
  expect(offline).toMatchObject({
    status: 0,
    stdout: expect.stringContaining('nothing is requested; its descriptors in schema/shop.binpb are used'),
  });
  shop.stop();
  const down = await runConcierge(['compose'], { folder: withFile });
  expect(`${down.stdout}${down.stderr}`).toContain('the service sent no descriptors (gRPC status 14');
});
