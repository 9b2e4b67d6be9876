// Files through everything that stands between a client and a service: names of its own, views, federation, hooks,
// trusted documents, HTTP/2, a server that embeds the gateway.
import { hash } from 'node:crypto';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { connect } from 'node:http2';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { clientSchema } from '../../gateway/client-views/definition.ts';
import { createGateway, type Gateway, type GatewayConfig, type GatewayOptions } from '../../gateway/index.ts';
import { developmentKey } from '../harness/demo-users.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { closedUrl } from '../harness/servers.ts';
import { createCertificate } from '../http/certificate.ts';
import { type FileService, formHeaders, formOf, request, send, startFileService } from './service.ts';

const sdl = `
  scalar Upload
  input Documents { title: String! pages: [Upload!] }
  type Query { v: Int }
  type Mutation { submit(documents: Documents!): String rename(name: String!): String }
`;

async function start(
  config: Partial<GatewayConfig> = {},
  subgraph: object = {},
  views: Record<string, object> = {},
  options: GatewayOptions = {},
): Promise<{ service: FileService; gateway: Gateway; url: string }> {
  const service = await startFileService();
  onTestFinished(() => service.stop());
  const own = 'scalar Upload type Mutation { own(file: Upload): String }';
  const folder = temporaryFolder({ 'own.graphql': own });
  const clients = Object.entries(views).map(([name, definition]) => ({
    ...{ reference: name, name, version: null, folder },
    definition: clientSchema.parse(definition),
  }));
  const gateway = createGateway(
    {
      ...{ port: 0, shutdownGrace: 1, log: { level: 'silent' }, overload: false, uploads: true, ...config },
      subgraphs: { files: { url: service.url, schema: sdl, ...subgraph } },
    },
    { folder, clients, ...options },
  );
  onTestFinished(async () => {
    await gateway.stop();
  });
  return { service, gateway, url: `${await gateway.start()}/graphql` };
}

const submit = 'mutation ($d: Documents!) { submit(documents: $d) }';
const file = { name: '0', filename: 'a', content: 'text' };
const form = (query: string, variables: Record<string, unknown>, path: string) =>
  formOf(request(query, variables, { 0: [path] }, [file]));
const plain = form(submit, { d: { title: 'T', pages: [null] } }, 'variables.d.pages.0');

/** The one form that the service has got: in its own names. */
function expectForm({ forms, requests }: FileService): void {
  expect(requests).toEqual([]);
  expect(forms).toHaveLength(1);
  const [{ operations, map, files } = { operations: { query: '', variables: {} }, map: {}, files: [] }] = forms;
  const [variable = ''] = Object.keys(operations.variables);
  expect(operations.variables).toEqual({ [variable]: { title: 'T', pages: [null] } });
  expect(operations.query).toContain(`submit(documents: $${variable})`);
  expect(map).toEqual({ 0: [`variables.${variable}.pages.0`] });
  expect(files).toMatchObject([{ bytes: 4, filename: 'a' }]);
}

test('a service with other names than the graph gets the places in its own', async () => {
  const transforms = {
    prefix: 'shop_',
    rename: {
      arguments: { 'Mutation.submit(documents:)': 'papers' },
      inputFields: { 'Documents.pages': 'sheets', 'Documents.title': 'heading' },
    },
  };
  const { service, url } = await start({}, { transforms });
  const query = 'mutation ($d: shop_Documents!) { shop_submit(papers: $d) }';
  const body = form(query, { d: { heading: 'T', sheets: [null] } }, 'variables.d.sheets.0');
  expect((await send(url, body)).body).toEqual({ data: { shop_submit: 'done' } });
  expectForm(service);
  const wrong = form(query, { d: { heading: 'T', sheets: [null], pages: null } }, 'variables.d.pages');
  expect((await send(url, wrong)).body).toMatchObject({ errors: [{ extensions: { code: 'UPLOAD_REJECTED' } }] });
});

test('a client with a view: its own fields, and none that it does not have', async () => {
  const { service, url } = await start(
    {},
    {},
    { web: { exclude: ['Mutation.rename'] }, none: { exclude: ['Mutation.submit'] } },
  );
  expect((await send(`${url}/web`, plain)).body).toEqual({ data: { submit: 'done' } });
  expectForm(service);
  expect((await send(`${url}/none`, plain)).body).toMatchObject({
    errors: [{}, { message: 'Cannot query field "submit" on type "Mutation".' }],
  });
  expect(service.forms).toHaveLength(1);
});

test('a federated graph', async () => {
  const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])';
  const { service, url } = await start({}, { schema: `${link} ${sdl} type Box @key(fields: "id") { id: ID! }` });
  expect((await send(url, plain)).body).toEqual({ data: { submit: 'done' } });
  expectForm(service);
});

test('hooks see the operation with a placeholder, and set header fields; a mutation with a key is sent once', async () => {
  const seen: string[] = [];
  const { service, url } = await start(
    {
      hooks: {
        subgraphHeaders: ['x-tenant'],
        onOperation: ({ variables }) => void seen.push(JSON.stringify(variables)),
        onSubgraphRequest: (outgoing) => outgoing.setHeader('x-tenant', 't1'),
      },
    },
    { retry: { idempotencyKey: 'idempotency-key' }, headers: { 'x-fixed': 'f' } },
  );
  expect((await send(url, plain)).body).toEqual({ data: { submit: 'done' } });
  expectForm(service);
  expect(service.forms[0]?.headers).toMatchObject({
    ...{ 'x-tenant': 't1', 'x-fixed': 'f', 'idempotency-key': expect.any(String) },
    'content-type': expect.stringMatching(/^multipart\/form-data; boundary=/),
  });
  expect(seen).toEqual([expect.stringMatching(/^\{"d":\{"title":"T","pages":\["file-[0-9a-f]{32}-0"\]\}\}$/)]);
});

test('a trusted document by its id, and an automatic persisted query', async () => {
  const { service, url } = await start({ documents: { automaticPersistedQueries: true } });
  const extensions = { persistedQuery: { version: 1, sha256Hash: hash('sha256', submit) } };
  const variables = { d: { title: 'T', pages: [null] } };
  const sent = (operations: object) =>
    send(
      url,
      formOf([
        { name: 'operations', content: JSON.stringify(operations) },
        { name: 'map', content: '{"0":["variables.d.pages.0"]}' },
        file,
      ]),
    );
  expect((await sent({ extensions, variables })).body).toMatchObject({
    errors: [{ extensions: { code: 'PERSISTED_QUERY_NOT_FOUND' } }],
  });
  expect((await sent({ query: submit, extensions, variables })).body).toEqual({ data: { submit: 'done' } });
  expectForm(service);
  expect((await sent({ extensions, variables })).body).toEqual({ data: { submit: 'done' } });
});

test('HTTP/2, within one of several streams of a connection', async () => {
  const certificate = createCertificate();
  const folder = temporaryFolder({});
  const tls = { cert: join(folder, 'cert.pem'), key: join(folder, 'key.pem') };
  writeFileSync(tls.cert, certificate.cert);
  writeFileSync(tls.key, certificate.key);
  const { service, url } = await start({ tls });
  const session = connect(new URL(url).origin, { ca: certificate.cert });
  onTestFinished(() => session.destroy());
  const large = formOf(
    request(submit, { d: { title: 'T', pages: [null] } }, { 0: ['variables.d.pages.0'] }, [
      { ...file, content: Buffer.alloc(3_000_000) },
    ]),
  );
  const bodies = [plain, large].map(async (body) => {
    const stream = session.request({ ':method': 'POST', ':path': '/graphql', ...formHeaders });
    stream.end(body);
    const [headers] = await once(stream, 'response');
    return [headers[':status'], await json(stream)];
  });
  expect(await Promise.all(bodies)).toEqual([
    [200, { data: { submit: 'done' } }],
    [200, { data: { submit: 'done' } }],
  ]);
  expect(service.forms.flatMap(({ files }) => files.map(({ bytes }) => bytes)).sort()).toEqual([3_000_000, 4]);
});

test('a server that embeds the gateway, by the Fetch API', async () => {
  const { service, gateway } = await start();
  const body = new FormData();
  body.set('operations', JSON.stringify({ query: submit, variables: { d: { title: 'T', pages: [null] } } }));
  body.set('map', JSON.stringify({ 0: ['variables.d.pages.0'] }));
  body.set('0', new Blob(['text']), 'a');
  const headers = { 'apollo-require-preflight': '1' };
  const response = await gateway.fetch(new Request('http://shop.example/graphql', { method: 'POST', headers, body }));
  expect(await response.json()).toEqual({ data: { submit: 'done' } });
  expectForm(service);
});

test('services that cannot be sent files: of the gateway itself, signed, mocked, and of another protocol', async () => {
  const rejection = {
    errors: [{ message: expect.stringContaining('cannot be sent files'), extensions: { code: 'UPLOAD_REJECTED' } }],
  };
  const signed = await start({}, { sign: { hmac: { secret: 'x'.repeat(32) } } });
  expect((await send(signed.url, plain)).body).toMatchObject(rejection);
  const own = await start({
    fields: {
      schema: 'own.graphql',
      resolvers: { Mutation: { own: () => 'done' } },
    },
  });
  const body = form('mutation ($f: Upload) { own(file: $f) }', { f: null }, 'variables.f');
  expect((await send(own.url, body)).body).toMatchObject(rejection);
  const mocked = await start({}, { mocks: true }, {}, { development: developmentKey });
  expect((await send(mocked.url, plain)).body).toMatchObject(rejection);
  const rest = await start(
    {},
    {
      schema: `
        extend schema @source(name: "api", http: { baseURL: "${closedUrl}" })
        scalar Upload
        type Query { v: Int @connect(source: "api", http: { GET: "/v" }, selection: "$") }
        type Mutation {
          send(file: Upload): String @connect(source: "api", http: { POST: "/files", body: "file: $args.file" }, selection: "$")
        }
      `,
    },
  );
  expect(
    (await send(rest.url, form('mutation ($f: Upload) { send(file: $f) }', { f: null }, 'variables.f'))).body,
  ).toMatchObject(rejection);
  for (const { service } of [signed, own, mocked, rest]) expect([service.forms, service.requests]).toEqual([[], []]);
});
