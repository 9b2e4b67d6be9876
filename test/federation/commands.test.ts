// Commands on graphs with Federation subgraphs: from their SDL, with a stitched service beside them, and from the
// supergraph that they compose to.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { loadClients } from '../../gateway/client-views/load-clients.ts';
import { createGateway } from '../../gateway/index.ts';
import { readTrustedDocuments } from '../../gateway/persisted-documents/trusted-documents.ts';
import { outcomeOf } from '../harness/command.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { closedUrl } from '../harness/servers.ts';
import { send } from '../harness/subgraphs.ts';
import { type FederatedService, serveSubgraphs } from './federated-services.ts';
import { link } from './served-federation.ts';

const users: FederatedService = {
  sdl: `${link}type Query { me: User } type User @key(fields: "id") { id: ID! name: String }`,
  resolvers: { Query: { me: () => ({ id: 'u1', name: 'Ada' }) } },
  entities: { User: ({ id }) => ({ id, name: `user ${id}` }) },
};
const reviews: FederatedService = {
  sdl: `${link}type Query { latest: [Review!]! } type Review { body: String author: User }
    type User @key(fields: "id") { id: ID! reviews: [Review!]! }`,
  resolvers: { Query: { latest: () => [{ body: 'Good.', author: { id: 'u1' } }] } },
  entities: { User: ({ id }) => ({ id, reviews: [{ body: `by ${id}`, author: { id } }] }) },
};
const points: FederatedService = {
  sdl: `type Query { _members(ids: [ID!]!): [User]! @merge(keyField: "id") } type User { id: ID! points: Int }`,
  resolvers: { Query: { _members: (_root, { ids }) => ids.map((id: string) => ({ id, points: 7 })) } },
};
const services = { users, reviews, points };

const client = `export default {
  exclude: ['Review.body'],
  rename: { types: { User: 'Person' }, fields: { 'User.name': 'fullName' } },
  trustedDocuments: 'only',
};`;
const operation = 'query Home { me { fullName reviews { author { fullName } } } }';

interface Project {
  folder: string;
  /** Runs a command with the project's configuration. */
  run(...args: string[]): Promise<{ code: number | null; output: string }>;
}

function projectOf(config: object, files: Record<string, string>): Project {
  const folder = temporaryFolder({
    'gateway.config.mjs': `export default ${JSON.stringify({ graph: 'graph.graphql', ...config })};`,
    'clients/web/client.mjs': client,
    'clients/web/operations/home.graphql': operation,
    ...files,
  });
  return {
    folder,
    run: (command, ...args) => outcomeOf([command as string, '--config', `${folder}/gateway.config.mjs`, ...args]),
  };
}

type Name = keyof typeof services;
const sdlFiles = (names: readonly Name[]) =>
  Object.fromEntries(names.map((name) => [`${name}.graphql`, services[name].sdl]));
const addresses = (names: readonly Name[], urls: Partial<Record<Name, string>> = {}) =>
  Object.fromEntries(names.map((name) => [name, { url: urls[name] ?? closedUrl, schema: `${name}.graphql` }]));

function supergraph(): string {
  const names: Name[] = ['users', 'reviews'];
  const gateway = createGateway(
    { log: { level: 'silent' }, subgraphs: addresses(names) },
    temporaryFolder(sdlFiles(names)),
  );
  return gateway.graph.supergraph ?? '';
}

const graphs: [name: string, make: () => Project][] = [
  ['Federation SDL', () => projectOf({ subgraphs: addresses(['users', 'reviews']) }, sdlFiles(['users', 'reviews']))],
  [
    'Federation SDL beside a stitched service',
    () => projectOf({ subgraphs: addresses(['users', 'reviews', 'points']) }, sdlFiles(['users', 'reviews', 'points'])),
  ],
  ['a supergraph', () => projectOf({ supergraph: 'supergraph.graphql' }, { 'supergraph.graphql': supergraph() })],
];

test.each(graphs)('print, explain and check of %s', async (name, make) => {
  const { folder, run } = make();
  const printed = await run('print');
  expect(printed.code, printed.output).toBe(0);
  expect(printed.output).toContain('reviews: [Review!]!');
  expect(printed.output).not.toMatch(/join__|_entities|_service|link__|@key/);

  const explained = await run('explain', `${folder}/clients/web/operations/home.graphql`, '--client', 'web');
  expect(explained.code, explained.output).toBe(0);
  expect(explained.output).toMatch(/users[\s\S]*reviews/);

  writeFileSync(`${folder}/graph.graphql`, printed.output);
  const checked = await run('check');
  expect(checked.code, checked.output).toBe(0);
  if (!name.includes('stitched')) return;

  writeFileSync(`${folder}/next.graphql`, users.sdl.replace(' name: String', ''));
  const broken = await run('check', '--subgraph', 'users', '--schema', `${folder}/next.graphql`);
  expect(broken.code, broken.output).toBe(1);
  expect(broken.output).toContain('User.name');
  expect(broken.output).toContain('web');

  writeFileSync(`${folder}/next.graphql`, users.sdl.replace('@key(fields: "id") { id: ID!', '{ id: ID! @shareable'));
  const apart = await run('check', '--subgraph', 'users', '--schema', `${folder}/next.graphql`);
  expect(apart.code, apart.output).toBe(1);
  expect(apart.output).toContain('User.name of users cannot be reached in "{ latest { author { name } } }"');
});

test("a client's view serves its trusted documents over Federation subgraphs, and nothing else", async () => {
  const subgraphs = await serveSubgraphs(services);
  const urls = { users: subgraphs.users.url, reviews: subgraphs.reviews.url, points: subgraphs.points.url };
  const { folder, run } = projectOf(
    { subgraphs: addresses(['users', 'reviews', 'points'], urls) },
    sdlFiles(['users', 'reviews', 'points']),
  );
  expect((await run('documents')).code).toBe(0);
  const clients = [...(await loadClients(`${folder}/clients`)).values()];
  const gateway = createGateway(
    { port: 0, csrf: false, log: { level: 'silent' }, subgraphs: addresses(['users', 'reviews', 'points'], urls) },
    { folder, clients },
  );
  onTestFinished(async () => void (await gateway.stop()));
  const url = `${await gateway.start()}/graphql/web`;
  const [id] = readTrustedDocuments(`${folder}/clients/web`).documents.map((document) => document.id);
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ documentId: id }),
  });
  expect(await response.json()).toEqual({
    data: { me: { fullName: 'Ada', reviews: [{ author: { fullName: 'user u1' } }] } },
  });
  const { data, errors } = await send(url, '{ me { fullName } }');
  expect(data).toBeUndefined();
  expect(errors?.map(({ extensions }) => extensions?.code)).toEqual(['PERSISTED_QUERY_ID_REQUIRED']);
});

describe('concierge compose', () => {
  const compose = async (
    urls: Partial<Record<Name, string>>,
    files = sdlFiles(['users', 'reviews']),
    ...args: string[]
  ) => {
    const at = projectOf({ subgraphs: addresses(['users', 'reviews'], urls), clients: { folder: 'none' } }, files);
    const result = await at.run('compose', ...args);
    const has = (file: string) => existsSync(`${at.folder}/${file}`);
    return { ...result, has, read: (file: string) => readFileSync(`${at.folder}/${file}`, 'utf8') };
  };

  test('uses the file of a subgraph that is down, or whose _service returns nothing or fails', async () => {
    const subgraphs = await serveSubgraphs({ users, reviews });
    const { url } = subgraphs.reviews;
    const down = await compose({ reviews: url });
    expect(down.code, down.output).toBe(0);
    expect(down.output).toMatch(/users: the service could not be reached \(.*\); its file is used/);
    expect(down.output).toContain('reviews: up to date with the service');
    expect(down.read('supergraph.graphql')).toContain('join__Graph');

    const broken = (field: string, resolve: () => unknown): FederatedService => ({
      sdl: `type Query { me: Int _service: ${field} } type _Service { sdl: String }`,
      resolvers: { Query: { _service: resolve } },
    });
    const fail = () => {
      throw new Error('not today');
    };
    const others = await serveSubgraphs({
      silent: broken('_Service', () => null),
      failing: broken('_Service!', fail),
      forbidden: broken('_Service', fail),
    });
    const half = await compose({ users: others.silent.url, reviews: others.failing.url });
    expect(half.code, half.output).toBe(0);
    expect(half.output).toContain('users: Query._service returned no SDL; its file is used');
    expect(half.output).toMatch(/reviews: the service sent no schema \(.*not today.*\); its file is used/);
    expect([half.read('users.graphql'), half.has('supergraph.graphql')]).toEqual([users.sdl, true]);

    // Without a file there is nothing to compose: introspection has no keys.
    const { code, output, has } = await compose({ users: others.forbidden.url, reviews: url }, sdlFiles(['reviews']));
    expect([code, has('users.graphql'), has('graph.graphql')]).toEqual([1, false, false]);
    expect(output).toContain('users: there is no schema file, and Query._service returned no SDL (not today)');
  });

  test('writes nothing where the subgraphs do not fit, or none can be reached; --offline needs none', async () => {
    const other = { ...users, sdl: users.sdl.replace('name: String', 'name: Int reviews: Int') };
    const subgraphs = await serveSubgraphs({ users: other, reviews });
    const unfit = await compose({ users: subgraphs.users.url, reviews: subgraphs.reviews.url });
    expect(unfit.code, unfit.output).toBe(1);
    expect(unfit.output).toContain('User.reviews');
    expect(unfit.read('users.graphql')).toBe(users.sdl);
    expect(['graph.graphql', 'supergraph.graphql'].map(unfit.has)).toEqual([false, false]);

    const unreached = await compose({});
    expect([unreached.code, unreached.has('graph.graphql'), unreached.has('supergraph.graphql')]).toEqual([
      1,
      false,
      false,
    ]);
    const offline = await compose({}, sdlFiles(['users', 'reviews']), '--offline');
    expect([offline.code, offline.has('graph.graphql'), offline.has('supergraph.graphql')]).toEqual([0, true, true]);
  });
});
