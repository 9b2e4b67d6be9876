// `concierge import`: the SDL of operations of an OpenAPI document, and the report of what is left out.
import { readFileSync } from 'node:fs';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import { buildSchema, type GraphQLSchema, isEnumType, parse, printType, validateSchema } from 'graphql';
import { expect, onTestFinished, test } from 'vitest';
import { openComposition } from '../../gateway/composition.ts';
import { checkConfig } from '../../gateway/config/load.ts';
import { createGateway } from '../../gateway/index.ts';
import { runConcierge } from '../harness/command.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { root } from '../harness/gateway.ts';
import { listen } from '../harness/listen.ts';
import { send } from '../harness/subgraphs.ts';

const petstore = 'test/import/petstore.yaml';
const tracker = 'test/import/tracker.json';
const definitions = `
  directive @source(name: String!, http: SourceHttp!) on SCHEMA
  directive @connect(source: String, http: ConnectHttp!, selection: String!) repeatable on FIELD_DEFINITION
  input SourceHttp { baseURL: String! }
  input ConnectHttp {
    GET: String, POST: String, PUT: String, PATCH: String, DELETE: String, body: String, queryParams: String
    headers: [ConnectHeader!]
  }
  input ConnectHeader { name: String!, value: String! }
`;

interface Imported {
  status: number;
  sdl: string;
  errors: string[];
  schema: GraphQLSchema;
}

async function imported(...args: string[]): Promise<Imported> {
  const { status, stdout: sdl, stderr } = await runConcierge(['import', ...args]);
  const hasQuery = /^type Query/m.test(sdl);
  const schema = buildSchema(
    `${definitions}${hasQuery ? '' : 'type Query { none: Int }'}${sdl.replace(/^extend schema .*$/m, '')}`,
  );
  expect(validateSchema(schema)).toEqual([]);
  return { status, sdl, errors: stderr.split('\n').filter((line) => line !== ''), schema };
}

/** The definition of a root field, with its directive. */
function fieldOf(sdl: string, name: string): string {
  const found = parse(sdl).definitions.flatMap((definition) =>
    definition.kind === 'ObjectTypeDefinition' ? (definition.fields ?? []) : [],
  );
  const { loc } = found.find((field) => field.name.value === name)!;
  return sdl.slice(loc!.start, loc!.end).replaceAll(/\s+/g, ' ');
}

test('operations become fields of Query and Mutation, with a template for each part of the request', async () => {
  const { status, sdl, schema } = await imported(petstore, '--tag', 'pets,store');
  expect(status).toBe(1);
  expect(sdl).toContain('extend schema @source(name: "petStore", http: { baseURL: "https://eu.pets.example.com/v1" })');
  expect(Object.keys(schema.getQueryType()!.getFields())).toEqual([
    'listPets',
    'getPetById',
    'getInventory',
    'getStoreOrdersByOrderId',
  ]);
  expect(Object.keys(schema.getMutationType()!.getFields())).toEqual(['addPet', 'deletePet']);
  const pets = fieldOf(sdl, 'listPets');
  expect(pets).toContain('tags: [String!] ids: [Int64!] xTrace: String ): [Pet!] @connect');
  expect(pets).toContain(
    'GET: "/pets?limit={$args.limit}&status={$args.status}&ids%5B%5D={$args.ids->joinNotNull(\\",\\")}" ' +
      'headers: [{ name: "X-Trace", value: "{$args.xTrace}" }] queryParams: "$({ \\"tags\\": $args.tags })"',
  );
  expect(pets).toContain('selection: """ id name category { id name } photoUrls status price """');
  expect(fieldOf(sdl, 'getPetById')).toContain('getPetById(petId: Int64!): Pet @connect');
  expect(fieldOf(sdl, 'getInventory')).toContain('getInventory: JSON @connect');
  expect(fieldOf(sdl, 'addPet')).toContain('http: { POST: "/pets", body: "$args.input" }');
  expect(fieldOf(sdl, 'deletePet')).toContain(
    'deletePet(petId: Int64!): Boolean @deprecated @connect( source: "petStore" http: { DELETE: "/pets/{$args.petId}" } selection: "$(true)" )',
  );
});

test('types have what their schemas say: null in the style of 3.0, allOf, formats, read-only and write-only properties', async () => {
  const { schema, sdl } = await imported(petstore, '--all');
  const type = (name: string) => printType(schema.getType(name)!);
  expect(type('Pet')).toBe(`"""An animal of the shop."""
type Pet {
  id: Int64
  name: String!

  """Its kind."""
  category: Category
  photoUrls: [String!]!
  status: PetStatus
  price: Decimal
}`);
  expect(type('PetInput')).toMatch(/input PetInput \{\n {2}name: String!.*secret: String\n\}/s);
  expect(type('StoreOrder')).toBe('type StoreOrder {\n  id: ID!\n  pet: Pet!\n  placedAt: DateTime\n  ship: String\n}');
  expect(type('PetStatus')).toContain('available');
  expect(sdl).toContain('name: String @deprecated\n  # children is left out: it leads back to Category\n}');
  expect(fieldOf(sdl, 'getStoreOrdersByOrderId')).toContain('placedAt: "placed-at" ship');
});

test('of OpenAPI 3.1 too: types in lists, const, alternatives, names that GraphQL cannot have', async () => {
  const { schema, sdl } = await imported(tracker, '--operation', 'issue.get,issue_get');
  const issue = printType(schema.getType('Issue2')!);
  for (const field of [
    ...['id: ID!', 'type2: Issue2Type!', 'type: String\n', 'size: Int64!', 'score: Int\n', 'author: Person\n'],
    ...['watchers: [Person]\n', 'target: JSON\n', 'when: String\n', 'matrix: [[Float!]!]\n', 'extra: JSON\n'],
    ...['any: JSON\n', 'mixed: JSON\n', '_9lives: Boolean\n', 'resolution: Issue2Resolution\n', 'level: Int\n'],
  ]) {
    expect(issue).toContain(`  ${field}`);
  }
  const resolution = schema.getType('Issue2Resolution');
  expect(isEnumType(resolution) && resolution.getValues().map(({ name }) => name)).toEqual(['DONE', 'REJECTED']);
  const one = fieldOf(sdl, 'issueGet');
  expect(one).toContain(
    'selection: """ id type2: "@type" type size score author { userName: "user-name" team { name } }',
  );
  expect(fieldOf(sdl, 'issue_get')).toContain('labels={$args.labels->joinNotNull(\\"|\\")}');
});

test('what cannot be expressed is named with its place, and left out', async () => {
  const pets = await imported(petstore, '--all');
  expect(pets.errors).toEqual([
    `${petstore}:66:7: uploadPhoto is left out: its body is not JSON (#/paths/~1pets~1{petId}~1photo/post/requestBody)`,
    expect.stringContaining(`warning: ${petstore}:21:57: listPets: the query parameter "filter" is left out: objects`),
    expect.stringContaining(`warning: ${petstore}:23:11: listPets: the cookie parameter "session" is left out`),
    expect.stringContaining('the schema store.order is called StoreOrder'),
    expect.stringContaining('StoreOrder.placed-at is called placedAt'),
    expect.stringContaining('the enumeration has "next day", which GraphQL cannot name: it is String'),
    expect.stringContaining('Category.children is left out: it leads back to Category'),
  ]);
  const { status, errors } = await imported(tracker, '--all');
  expect(status).toBe(1);
  expect(errors.filter((line) => !line.startsWith('warning')).map((line) => line.replace(/ \(#.*$/, ''))).toEqual([
    `${tracker}:45:46: createFromElsewhere is left out: $ref "https://example.com/schemas.json#/Issue" is not a pointer into this document`,
    `${tracker}:56:48: loop is left out: its references lead in a circle`,
    `${tracker}:67:48: lost is left out: $ref "#/components/schemas/Nothing" leads to nothing`,
    `${tracker}:73:7: label is left out: its path has no parameter for {name}`,
    `${tracker}:81:24: page is left out: its response is not JSON`,
    `${tracker}:12:7: issue.replace is left out: its body leads back to itself, and has names that GraphQL cannot have`,
  ]);
});

test.each([
  ['petstore.yaml', petstore],
  ['tracker.json', tracker],
  ['notifications', 'subgraphs/notifications/openapi.yaml'],
])('the schema of %s composes', async (_name, file) => {
  const { stdout: sdl } = await runConcierge(['import', file, '--all']);
  const config = checkConfig({ subgraphs: { imported: { schema: sdl } } });
  const composition = openComposition(config, root);
  onTestFinished(() => composition.close());
  const { schema } = composition.compose();
  expect(Object.keys(schema.getQueryType()?.getFields() ?? {}).length).toBeGreaterThan(1);
});

test('an imported field is fetched as it is written: parameters of every kind, a body with other names', async () => {
  const { origin, requests } = await echo();
  const { stdout: sdl } = await runConcierge(['import', petstore, '--all', '--url', origin]);
  const url = await serve(sdl);
  const query = `{ listPets(limit: 2, status: sold, tags: ["a b", "c"], ids: [9007199254740993, 2], xTrace: "t1") { id name } }`;
  expect(await send(url, query)).toEqual({ data: { listPets: [{ id: 1, name: 'Rex' }] } });
  expect(requests[0]).toMatchObject({
    url: '/pets?limit=2&status=sold&ids%5B%5D=9007199254740993%2C2&tags=a%20b&tags=c',
    headers: { 'x-trace': 't1' },
  });
  const add = 'mutation { addPet(input: { name: "Rex", photoUrls: [], status: pending }) { name } }';
  expect((await send(url, add)).errors).toBeUndefined();
  expect(requests[1]).toMatchObject({ method: 'POST', body: '{"name":"Rex","photoUrls":[],"status":"pending"}' });
  expect(await send(url, 'mutation { deletePet(petId: 3) }')).toEqual({ data: { deletePet: true } });
  expect(requests[2]).toMatchObject({ method: 'DELETE', url: '/pets/3' });
});

/** A gateway in front of it. @returns the URL of its endpoint. */
async function serve(schema: string): Promise<string> {
  const gateway = createGateway({
    ...{ port: 0, log: { level: 'silent' }, csrf: false, overload: false, subgraphs: { imported: { schema } } },
  });
  const origin = await gateway.start();
  onTestFinished(async () => {
    await gateway.stop();
  });
  return `${origin}/graphql`;
}

/** A service that returns a pet, or a list of it, and records what it gets. */
async function echo() {
  const requests: { method?: string; url?: string; headers: IncomingHttpHeaders; body: string }[] = [];
  const server = createServer(async (request, response) => {
    const { method = '', url = '', headers } = request;
    let body = '';
    for await (const chunk of request) body += chunk;
    requests.push({ method, url, headers, body });
    if (method === 'DELETE') return response.writeHead(204).end();
    const pet = { id: 1, name: 'Rex', photoUrls: [] };
    response.setHeader('content-type', 'application/json').end(JSON.stringify(method === 'GET' ? [pet] : pet));
  });
  const { origin, stop } = await listen(server);
  onTestFinished(async () => {
    await stop();
  });
  return { origin, requests };
}

test('as JSON, the report has the schema, the operations and each finding; with --output, the file has the schema', async () => {
  const folder = temporaryFolder();
  const output = `${folder}/schema/notifications.graphql`;
  const args = ['import', 'subgraphs/notifications/openapi.yaml', '--operation', 'listInboxes', '--name', 'inbox'];
  const written = await runConcierge([...args, '--output', output, '--url', 'http://n.internal']);
  expect(written).toEqual({ status: 0, stdout: `${output}: 1 operations\n`, stderr: '' });
  const { status, stdout } = await runConcierge([...args, '--url', 'http://n.internal', '--json']);
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toEqual({
    ...{ version: 1, ok: true, source: 'inbox', errors: [], warnings: [], sdl: readFileSync(output, 'utf8') },
    operations: [{ id: 'listInboxes', method: 'GET', path: '/inboxes', field: 'Query.listInboxes' }],
  });
  const json = await runConcierge(['import', petstore, '--operation', 'uploadPhoto', '--json']);
  expect(json.status).toBe(1);
  expect(JSON.parse(json.stdout)).toMatchObject({
    ...{ ok: false, sdl: null, operations: [] },
    errors: [{ file: petstore, line: 66, column: 7, path: '/paths/~1pets~1{petId}~1photo/post/requestBody' }],
  });
});

test('wrong use is exit code 2, with what there is to choose; a file that is no OpenAPI document is exit code 1', async () => {
  const none = await runConcierge(['import', petstore]);
  expect(none.status).toBe(2);
  expect(none.stderr).toContain('  listPets                 GET /pets\n');
  const unknown = await runConcierge(['import', petstore, '--operation', 'listPet']);
  expect(unknown).toMatchObject({ status: 2, stderr: 'There is no operation "listPet"; did you mean listPets?\n' });
  expect(await runConcierge(['import', petstore, '--tag', 'pet'])).toMatchObject({ status: 2 });
  expect(await runConcierge(['import', petstore, '--all', '--depth', '0'])).toMatchObject({ status: 2 });
  expect(await runConcierge(['import', petstore, '--all', '--name', '9'])).toMatchObject({ status: 2 });
  const files = {
    'swagger.yaml': 'swagger: "2.0"',
    'next.yaml': 'openapi: 3.2.0',
    'broken.yaml': 'openapi: 3.0.0\ninfo: { title: [',
    'other.yaml': 'a: 1',
    'relative.yaml': 'openapi: 3.1.0\nservers: [{ url: /v1 }]\npaths: { /a: { get: { responses: { 204: {} } } } }',
    'bomb.yaml': `a0: &a0 [x]\n${Array.from({ length: 30 }, (_, level) => `a${level + 1}: &a${level + 1} [*a${level}, *a${level}]`).join('\n')}`,
  };
  const folder = temporaryFolder(files);
  const fails = async (file: string) => {
    const { status, stderr } = await runConcierge(['import', file, '--all'], { folder });
    return `${status} ${stderr.trim()}`;
  };
  expect(await fails('swagger.yaml')).toBe(
    '1 swagger.yaml is written in Swagger 2.0: convert it to OpenAPI 3.0 or 3.1',
  );
  expect(await fails('next.yaml')).toContain('1 next.yaml is written in OpenAPI 3.2.0');
  expect(await fails('broken.yaml')).toContain('1 broken.yaml:2:');
  expect(await fails('other.yaml')).toContain('1 other.yaml is no OpenAPI document');
  expect(await fails('missing.yaml')).toContain('1 missing.yaml cannot be read');
  expect(await fails('bomb.yaml')).toContain('1 bomb.yaml cannot be read');
  expect(await fails('relative.yaml')).toContain('2 relative.yaml names no server with an http URL');
});

test('levels beyond --depth are left out everywhere, so that no selection has null in their place', async () => {
  const { sdl, errors } = await imported(petstore, '--operation', 'listPets', '--depth', '1');
  expect(sdl).not.toContain('Category');
  expect(sdl).toContain('# category is left out: it is more than 1 levels deep');
  expect(errors.join('\n')).toContain('Pet.category is left out: it is more than 1 levels deep');
});

test('properties of a body that GraphQL cannot name are written under their own names, also in lists', async () => {
  const schemas = `{
    Line: { type: object, required: [sku-code], properties: { sku-code: { type: string } } },
    Cart: { type: object, properties: { cart-id: { type: string }, lines: { type: array, items: { $ref: '#/components/schemas/Line' } }, gift: { $ref: '#/components/schemas/Line' }, note: { type: string } } }
  }`;
  const file = `openapi: 3.1.0
info: { title: carts }
servers: [{ url: 'http://127.0.0.1:9' }]
security: [{ key: [] }]
paths:
  /carts:
    post:
      operationId: add
      requestBody: { content: { application/json: { schema: { $ref: '#/components/schemas/Cart' } } } }
      responses: { 204: { description: Added } }
    get:
      operationId: Add
      servers: [{ url: 'http://other' }]
      responses: { 204: { description: Nothing } }
components:
  schemas: ${schemas}
`;
  const folder = temporaryFolder({ 'carts.yaml': file });
  const { sdl, errors } = await imported(`${folder}/carts.yaml`, '--all');
  expect(fieldOf(sdl, 'add')).toContain(
    'add(input: CartInput): Boolean @connect( source: "carts" http: { POST: "/carts" body: "$args.input->map({ ' +
      '\\"cart-id\\": @.cartId, \\"lines\\": @.lines->map(@->map({ \\"sku-code\\": @.skuCode })->first), ' +
      '\\"gift\\": @.gift->map({ \\"sku-code\\": @.skuCode })->first, \\"note\\": @.note })->first" }',
  );
  const { origin, requests } = await echo();
  const { stdout: served } = await runConcierge(['import', `${folder}/carts.yaml`, '--all', '--url', origin]);
  const url = await serve(
    `${served} type Query { none: Int @connect(http: { GET: "/" }, selection: "$.n") }`.replace(
      /type Query \{\n/,
      'extend type Query {\n',
    ),
  );
  const cart = '{ cartId: "c1", lines: [{ skuCode: "s1" }], gift: null }';
  expect(await send(url, `mutation { add(input: ${cart}) }`)).toEqual({ data: { add: true } });
  expect(requests[0]?.body).toBe('{"cart-id":"c1","lines":[{"sku-code":"s1"}],"gift":null}');
  expect(errors.join('\n')).toContain('carts.yaml:4:1: operations require credentials');
  expect(errors.join('\n')).toContain('Add is left out: it has servers of its own');
});
