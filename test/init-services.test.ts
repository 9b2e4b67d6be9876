// `concierge init --from` and `--supergraph`: gateways in front of services that exist.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { loadConfig } from '../gateway/config/load.ts';
import { createGateway, loadClients } from '../gateway/index.ts';
import { temporaryFolder } from './harness/folder.ts';
import { root } from './harness/gateway.ts';
import { concierge, filesOf } from './init/command.ts';
import { runService } from './init/running-service.ts';
import { startService } from './values/served-graph.ts';

const people: Record<string, string> = { u1: 'Ada', u2: 'Grace' };
const user = (id: string) => (people[id] ? { id, name: people[id] } : null);

const usersService = () =>
  runService(
    `type Query { users(ids: [ID!]!): [User!]! user(id: ID!): User friendOf(id: ID!): User }
     type User { id: ID! name: String! }`,
    {
      Query: {
        users: (_root: unknown, { ids }: { ids: string[] }) => ids.map(user).filter((one) => one !== null),
        user: (_root: unknown, { id }: { id: string }) => user(id),
        friendOf: () => user('u1'),
      },
    },
  );

const orders = [
  { id: 'o1', userId: 'u2', user: { id: 'u2' } },
  { id: 'o2', userId: 'u1', user: { id: 'u1' } },
];

const ordersService = () =>
  runService(
    `type Query { orders: [Order!]! order(id: ID!): Order lastOrder(userId: ID!): Order _user(id: ID!): User }
     type Order { id: ID! userId: ID! user: User! } type User { id: ID! orders: [Order!] }`,
    {
      Query: {
        orders: () => orders,
        order: (_root: unknown, { id }: { id: string }) => orders.find((order) => order.id === id),
        lastOrder: () => orders[0],
        _user: (_root: unknown, { id }: { id: string }) => ({ id }),
      },
      User: { orders: ({ id }: { id: string }) => orders.filter((order) => order.user.id === id) },
    },
  );

/** Sends a query to the gateway of a written project, as `npm start` serves it. */
async function queryProject(folder: string, query: string): Promise<unknown> {
  const { config } = await loadConfig({ config: join(folder, 'gateway.config.ts') }, {}, folder);
  const clients = [...(await loadClients(join(folder, 'clients'))).values()];
  const gateway = createGateway({ ...config, port: 0, log: { level: 'silent' } }, { folder, clients });
  const url = await gateway.start();
  onTestFinished(async () => {
    await gateway.stop();
  });
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}/graphql`, { method: 'POST', headers, body: JSON.stringify({ query }) });
  return response.json();
}

test('--from writes a gateway for running services, with lookup fields that join their types', async () => {
  const [users, ordered] = [await usersService(), await ordersService()];
  const folder = temporaryFolder();
  const header = ['-H', 'x-api-key: secret'];
  const written = await concierge(
    folder,
    'init',
    'gw',
    '--from',
    `users=${users.url}`,
    `orders=${ordered.url}`,
    ...header,
  );
  expect(written).toMatchObject({ status: 0, stderr: '' });
  for (const headers of [...users.requests, ...ordered.requests]) expect(headers['x-api-key']).toBe('secret');
  const [, notes = ''] = written.stdout.split('\n\n');
  expect(notes.split('\n')).toEqual([
    'users: Query.users looks up User by id (proposed: check the comment in schema/users.graphql)',
    'orders: Query.order looks up Order by id (proposed: check the comment in schema/orders.graphql)',
    'orders: Query._user looks up User by id (proposed: check the comment in schema/orders.graphql)',
    'User is one type of users, orders: where it is not, rename it with transforms',
    expect.stringMatching(/^x-api-key: not in the configuration/),
  ]);
  const project = join(folder, 'gw');
  const files = filesOf(project);
  expect([...files.values()].join('')).not.toContain('secret');
  expect(files.get('.env.example')).toContain(`USERS_URL=${users.url}\nORDERS_URL=${ordered.url}\n`);
  expect(files.get('clients/web/operations/first.graphql')).toBe(
    'query First {\n  orders {\n    id\n    userId\n  }\n}\n',
  );
  expect(files.has('services/books.ts')).toBe(false);
  const compared = await concierge(project, 'compose');
  expect(compared).toMatchObject({ status: 0, stderr: '' });
  expect(compared.stdout).toMatch(
    /^users: checked by introspection\norders: checked by introspection\nThe graph is in/,
  );
  expect(await queryProject(project, '{ orders { id user { name orders { id } } } }')).toEqual({
    data: {
      orders: [
        { id: 'o1', user: { name: 'Grace', orders: [{ id: 'o1' }] } },
        { id: 'o2', user: { name: 'Ada', orders: [{ id: 'o2' }] } },
      ],
    },
  });
});

test('--from takes the SDL of a Federation subgraph as it is, and names services by their ports', async () => {
  const own = 'type Query { shop: Shop }\ntype Shop @key(fields: "id") { id: ID! }\n';
  const service = await runService(
    'type Query { shop: Shop _service: _Service } type Shop { id: ID! } type _Service { sdl: String }',
    {
      Query: { shop: () => ({ id: 's1' }), _service: () => ({ sdl: own }) },
    },
  );
  const folder = temporaryFolder();
  const name = `service${new URL(service.url).port}`;
  const { status, stdout } = await concierge(folder, 'init', '--from', service.url);
  expect(status).toBe(0);
  expect(stdout).toContain(`${name}: serves its own SDL (Query._service), with its directives`);
  expect(readFileSync(join(folder, `schema/${name}.graphql`), 'utf8')).toBe(own);
  expect(await queryProject(folder, '{ shop { id } }')).toEqual({ data: { shop: { id: 's1' } } });
});

test('--from writes services that do not compose yet, names the conflicts, and ends with exit code 1', async () => {
  const [users, ordered] = [
    await usersService(),
    await runService(
      'type Query { order: Order user(id: ID!): Int } type Order { user: User } type User { id: ID! debt: Int }',
    ),
  ];
  const folder = temporaryFolder();
  const written = await concierge(folder, 'init', '--from', `users=${users.url}`, `orders=${ordered.url}`);
  expect(written).toMatchObject({ status: 1, stderr: '' });
  expect(written.stdout).toMatch(/\n\nThe graph cannot be composed yet:\n {2}.*Query\.user/);
  expect(written.stdout).toContain('npm run compose  # until it has no more conflicts');
  const files = filesOf(folder);
  expect(files.get('clients/web/operations/first.graphql')).toBe('query First {\n  __typename\n}\n');
  expect(files.has('schema/orders.graphql')).toBe(true);
});

test('--from writes nothing where a service has no usable schema, or a URL is none', async () => {
  const users = await usersService();
  const down = await usersService();
  await down.stop();
  const folder = temporaryFolder();
  const init = (...args: string[]) => concierge(folder, 'init', ...args);
  const [unreachable, wrong, twice, both, header] = await Promise.all([
    init('--from', `users=${users.url}`, `orders=${down.url}`),
    init('--from', 'users.internal'),
    init('--from', `users=${users.url}`, `users=${down.url}`),
    init('--from', users.url, '--supergraph', 'a.graphql'),
    init('-H', 'a: b'),
  ]);
  expect(unreachable.status).toBe(1);
  expect(unreachable.stderr).toMatch(
    /^Nothing has been written\.\n {2}orders: http\S+ is unavailable \(ECONNREFUSED.*\)\n$/,
  );
  expect(wrong).toMatchObject({
    status: 2,
    stderr: expect.stringContaining('--from is "users.internal": give a URL such as'),
  });
  expect(twice).toMatchObject({ status: 2, stderr: expect.stringContaining('--from: two services are named users') });
  expect(both).toMatchObject({ status: 2, stderr: 'Give --from or --supergraph, not both.\n' });
  expect(header).toMatchObject({ status: 2, stderr: '--header is for the services of --from.\n' });
  expect(filesOf(folder).size).toBe(0);
});

test('a name of a service with control characters is printed with escapes', async () => {
  const fields = [{ name: '\u001b]0;owned\u0007', args: [], type: { kind: 'SCALAR', name: 'Int' } }];
  const query = { kind: 'OBJECT', name: 'Query', fields, interfaces: [] };
  const types = [query, { kind: 'SCALAR', name: 'Int' }];
  const data = { __typename: 'Query', __schema: { queryType: { name: 'Query' }, types, directives: [] } };
  const { url } = await startService(() => ({ data: { ...data, __type: { ...query, fields: [] } } }));
  const { stderr } = await concierge(temporaryFolder({}), 'init', 'gw', '--from', url);
  expect(stderr).toContain('\\u001b]0;owned\\u0007');
  expect(stderr).not.toContain('\u001b');
});

test.each(['http://127.0.0.1:1/\\nNODE_OPTIONS=--require=./evil.js', 'none\\nNODE_OPTIONS=--require=./evil.js'])(
  'an address of a supergraph with several lines is none: %s',
  async (address) => {
    const folder = temporaryFolder({});
    const sdl = readFileSync(`${root}examples/federation-supergraph/supergraph.graphql`, 'utf8');
    const hostile = sdl.replace(/(join__graph\(name: "[^"]*", url: )"[^"]*"/, (_, head) => `${head}"${address}"`);
    expect(hostile).not.toBe(sdl);
    writeFileSync(join(folder, 'hostile.graphql'), hostile);
    const result = await concierge(folder, 'init', 'gw', '--supergraph', 'hostile.graphql');
    expect(result).toMatchObject({ status: 0 });
    for (const file of ['gateway.config.ts', '.env.example'])
      expect(readFileSync(join(folder, 'gw', file), 'utf8')).not.toContain('NODE_OPTIONS');
  },
);

test('--supergraph writes a configuration around a supergraph, with the addresses of its services', async () => {
  const folder = temporaryFolder();
  const file = `${root}examples/federation-supergraph/supergraph.graphql`;
  expect(await concierge(folder, 'init', 'gw', '--supergraph', file)).toMatchObject({ status: 0, stderr: '' });
  const project = join(folder, 'gw');
  expect(readFileSync(join(project, 'schema/supergraph.graphql'), 'utf8')).toBe(readFileSync(file, 'utf8'));
  expect(readFileSync(join(project, 'gateway.config.ts'), 'utf8')).toMatch(
    /supergraph: 'schema\/supergraph\.graphql',\n {2}subgraphs: \{\n {4}\w+: \{ url: env\('\w+_URL', 'http:/,
  );
  expect(await queryProject(project, '{ __typename }')).toEqual({ data: { __typename: 'Query' } });
  mkdirSync(join(folder, 'empty'));
  const missing = await concierge(join(folder, 'empty'), 'init', '--supergraph', 'none.graphql');
  expect(missing).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/^--supergraph: \S+none\.graphql does not exist\n$/),
  });
  expect(existsSync(join(folder, 'empty/package.json'))).toBe(false);
});
