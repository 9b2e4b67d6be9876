// Connections to services that speak gRPC: TLS, several addresses, what the packages are needed for.
import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { ServerCredentials } from '@grpc/grpc-js';
import { expect, test } from 'vitest';
import { temporaryFolder } from '../harness/folder.ts';
import { root } from '../harness/gateway.ts';
import { createCertificate } from '../http/certificate.ts';
import { startService } from '../values/served-graph.ts';
import { serveShop, shopSdl } from './shop-gateway.ts';
import { descriptors, shopReturns, startShop } from './shop-service.ts';

const query = '{ item(id: "i1") { name } }';
const lamp = { data: { item: { name: 'Lamp' } } };

test('TLS is as for all services: authorities, a client certificate, the name of the service', async () => {
  const own = createCertificate({ name: 'shop.internal' });
  const gateway = createCertificate({ name: 'gateway.internal' });
  const folder = temporaryFolder({ 'ca.pem': own.cert, 'cert.pem': gateway.cert, 'key.pem': gateway.key });
  const pair = { cert_chain: Buffer.from(own.cert), private_key: Buffer.from(own.key) };
  const credentials = ServerCredentials.createSsl(Buffer.from(gateway.cert), [pair], true);
  const shop = await startShop(shopReturns, { credentials });
  const files = { ca: `${folder}/ca.pem`, cert: `${folder}/cert.pem`, key: `${folder}/key.pem` };
  const served = await serveShop({ shop, subgraph: { tls: { ...files, servername: 'shop.internal' } } });
  expect(await served.send(query)).toEqual(lamp);
  // The common authorities are for addresses with TLS.
  const byName = await serveShop({
    shop,
    subgraph: { grpc: `grpcs://${shop.address.replace('127.0.0.1', 'localhost')}`, retry: false },
    config: { subgraphTls: files },
  });
  // The certificate is for another name.
  expect(await byName.send(query)).toMatchObject({ errors: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }] });
  const plain = await serveShop({ shop, subgraph: { retry: false } });
  expect(await plain.send(query)).toMatchObject({ errors: [{ extensions: { code: 'SUBGRAPH_UNAVAILABLE' } }] });
  writeFileSync(`${folder}/cert.pem`, 'no certificate');
  await expect(serveShop({ shop, subgraph: { tls: files } })).rejects.toThrow('subgraphs.shop.tls: ');
});

test('several addresses get calls in turn, and those that are down get none', async () => {
  const shops = [await startShop(), await startShop()];
  const addresses = shops.map(({ address }) => address);
  const { send } = await serveShop({ subgraph: { grpc: addresses } });
  for (let count = 0; count < 6; count++) expect(await send(query)).toEqual(lamp);
  expect(shops.map(({ calls }) => calls.length)).toEqual([3, 3]);
  shops[0]!.stop();
  for (let count = 0; count < 6; count++) expect(await send(query)).toEqual(lamp);
  expect(shops[1]!.calls.length).toBeGreaterThanOrEqual(9);
});

test('all addresses of a name get calls', async () => {
  const shop = await startShop();
  const { send } = await serveShop({ subgraph: { grpc: `dns:///${shop.address}` } });
  expect(await send(query)).toEqual(lamp);
});

test('metadata of responses goes to clients as header fields, and its cache directives hold', async () => {
  const shop = await startShop();
  shop.metadata = { 'x-version': '7', 'cache-control': 'private, max-age=5' };
  const sdl = readFileSync(shopSdl, 'utf8').replace(
    'item(id: ID!): Item',
    'item(id: ID!): Item @cacheControl(maxAge: 60)',
  );
  const { url } = await serveShop({
    shop,
    subgraph: { schema: sdl },
    config: { responseHeaders: { 'x-version': 'first' } },
  });
  const response = await fetch(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: '{ item(id: "i1") { id } }' }),
  });
  expect(await response.json()).toEqual({ data: { item: { id: 'i1' } } });
  expect(response.headers.get('x-version')).toBe('7');
  expect(response.headers.get('cache-control')).toBe('private, max-age=5');
});

test('without the packages, a message names them', () => {
  const folder = temporaryFolder({});
  const script = `
    import { registerHooks } from 'node:module';
    registerHooks({
      resolve(name, context, next) {
        if (!/^@(grpc|bufbuild)\\//.test(name)) return next(name, context);
        throw Object.assign(new Error('none'), { code: 'MODULE_NOT_FOUND' });
      },
    });
    const { createGateway } = await import(${JSON.stringify(`${root}gateway/index.ts`)});
    const shop = { grpc: 'shop:1', descriptors: ${JSON.stringify(descriptors)}, schema: ${JSON.stringify(shopSdl)} };
    try {
      createGateway({ subgraphs: { shop } });
    } catch (error) {
      console.log(error.name, error.message);
    }
  `;
  writeFileSync(`${folder}/start.mjs`, script);
  const { stdout } = spawnSync(process.execPath, [`${folder}/start.mjs`], { encoding: 'utf8' });
  expect(stdout).toBe(
    'ConfigError subgraphs with `grpc` need the package @bufbuild/protobuf. Install both: npm install @grpc/grpc-js @bufbuild/protobuf\n',
  );
});

test('types of Federation subgraphs have fields of a service that speaks gRPC', async () => {
  const federated = await startService(({ query: sent }) =>
    sent.includes('_entities') ? {} : { data: { newest: [{ __typename: 'Item', id: 'i2' }] } },
  );
  const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])';
  const schema = `${link} type Query { newest: [Item] } type Item @key(fields: "id", resolvable: false) { id: ID! }`;
  const config = { subgraphs: { news: { url: federated.url, schema } } };
  const { request } = await serveShop({ config });
  expect(await request('{ newest { id name form { ... on Download { url } } } }')).toEqual({
    data: { newest: [{ id: 'i2', name: 'Map', form: { url: 'https://x.example/i2' } }] },
  });
});
