// Federation SDL under `subgraphs`: composed by the gateway, with its own directives from every subgraph.
import { readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { ComposeError } from '../../gateway/compose/compose-error.ts';
import { createGateway, type GatewayConfig } from '../../gateway/index.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { concierge } from '../harness/gateway.ts';
import { closedUrl } from '../harness/servers.ts';
import { send } from '../harness/subgraphs.ts';
import { serveSubgraphs } from './federated-services.ts';
import type { FederatedService, ServedSubgraph } from './subgraph-server.ts';

const link = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", import: ["@key", "@shareable"])\n';

const users: FederatedService = {
  sdl: `${link}
    type Query { me: User @cacheControl(maxAge: 60) }
    type User @key(fields: "id") { id: ID! name: String email: String @authenticated }`,
  resolvers: { Query: { me: () => ({ id: 'u1', name: 'Ada', email: 'ada@example.com' }) } },
  entities: { User: ({ id }) => ({ id, name: `user ${id}`, email: `${id}@example.com` }) },
};

const reviews: FederatedService = {
  sdl: `${link}
    type Query { latest: [Review!]! @cacheControl(maxAge: 30) }
    type Review @key(fields: "id") { id: ID! body: String author: User }
    type User @key(fields: "id") { id: ID! reviews: [Review!]! @rateLimit(limit: 2, duration: 60) }`,
  resolvers: { Query: { latest: () => [{ id: 'r1', body: 'Good.', author: { id: 'u1' } }] } },
  entities: {
    User: ({ id }) => ({ id, reviews: [{ id: 'r1', body: 'Good.' }] }),
    Review: ({ id }) => ({ id, body: 'Good.' }),
  },
};

interface Served<Name extends string> {
  url: string;
  subgraphs: Record<Name, ServedSubgraph>;
}

async function serve<Name extends string>(
  services: Record<Name, FederatedService>,
  config: Partial<GatewayConfig> = {},
): Promise<Served<Name>> {
  const subgraphs = await serveSubgraphs(services);
  const folder = temporaryFolder(
    Object.fromEntries(Object.entries<FederatedService>(services).map(([name, { sdl }]) => [`${name}.graphql`, sdl])),
  );
  const gateway = createGateway(
    {
      port: 0,
      log: { level: 'silent' },
      ...config,
      limits: { introspection: true, ...config.limits },
      subgraphs: Object.fromEntries(
        Object.entries<ServedSubgraph>(subgraphs).map(([name, { url }]) => [name, { url, schema: `${name}.graphql` }]),
      ),
    },
    folder,
  );
  onTestFinished(async () => void (await gateway.stop()));
  return { url: `${await gateway.start()}/graphql`, subgraphs };
}

/** A service of the stitching kind, with fields of its own for the Federation subgraphs' users. */
const points: FederatedService = {
  sdl: `
    type Query { _members(ids: [ID!]!): [User]! @merge(keyField: "id") top: [User!]! shop: Shop @cacheControl(maxAge: 9) }
    type User { id: ID! points: Int }
    type Shop { open: Boolean }`,
  resolvers: {
    Query: {
      _members: (_root, { ids }) => ids.map((id: string) => ({ id, points: Number(id.slice(1)) * 100 })).reverse(),
      top: () => ['u7', 'u3'].map((id) => ({ id, points: Number(id.slice(1)) * 100 })),
      shop: () => ({ open: true }),
    },
  },
};

async function reasons(services: Record<string, FederatedService>): Promise<readonly string[]> {
  try {
    await serve(services);
  } catch (error) {
    if (error instanceof ComposeError) return error.reasons;
    throw error;
  }
  return [];
}

describe('subgraphs with Federation 2 SDL', () => {
  test('are one graph, whose entities are fetched from every subgraph', async () => {
    const { url, subgraphs } = await serve({ users, reviews });
    expect(await send(url, '{ me { name reviews { body } } latest { author { name } } }')).toEqual({
      data: { me: { name: 'Ada', reviews: [{ body: 'Good.' }] }, latest: [{ author: { name: 'user u1' } }] },
    });
    expect(subgraphs.users?.requests.length).toBe(2);
    expect(subgraphs.reviews?.requests.length).toBe(2);
  });

  test("the gateway's directives guard, limit and cache, without @composeDirective", async () => {
    const { url } = await serve({ users, reviews });
    const guarded = await send(url, '{ me { name email } }');
    expect(guarded).toMatchObject({
      data: { me: { name: 'Ada', email: null } },
      errors: [{ path: ['me', 'email'], extensions: { code: 'UNAUTHENTICATED' } }],
    });
    const names = async () =>
      (
        await send<{ __schema: { types: { name: string }[]; directives: { name: string }[] } }>(
          url,
          '{ __schema { types { name } directives { name } } }',
        )
      ).data?.__schema;
    const visible = [...((await names())?.types ?? []), ...((await names())?.directives ?? [])].map(({ name }) => name);
    expect(visible).toContain('Review');
    expect(visible.filter((name) => /cacheControl|rateLimit|join|link|^_(?!_)/i.test(name))).toEqual([]);
    const response = await fetch(`${url}?query=${encodeURIComponent('{ latest { body } }')}`, {
      headers: { 'apollo-require-preflight': '1' },
    });
    expect(response.headers.get('cache-control')).toBe('public, max-age=30');
    const codes: unknown[] = [];
    for (const alias of ['a', 'b', 'c']) {
      const { errors } = await send(url, `{ ${alias}: me { reviews { id } } }`);
      codes.push(errors?.[0]?.extensions?.code);
    }
    expect(codes).toEqual([undefined, undefined, 'RATE_LIMIT_EXCEEDED']);
  });
});

describe('guards in Federation SDL', () => {
  const federation = 'https://specs.apollo.dev/federation/v2.5';
  const guarded = (head: string, name: string): FederatedService => ({
    sdl: `extend schema ${head}
      type Query { secret: String @${name} open: Item }
      type Item @key(fields: "id") { id: ID! }`,
    resolvers: { Query: { secret: () => 'SECRET', open: () => ({ id: '1' }) } },
    entities: { Item: ({ id }) => ({ id }) },
  });
  const keyed = '@link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"])';

  test.each([
    ['imported', `@link(url: "${federation}", import: ["@key", "@authenticated"])`, 'authenticated'],
    [
      'imported under another name',
      `@link(url: "${federation}", import: ["@key", { name: "@authenticated", as: "@signedIn" }])`,
      'signedIn',
    ],
    ['with the prefix', `@link(url: "${federation}", import: ["@key"])`, 'federation__authenticated'],
    ['not linked at all', keyed, 'authenticated'],
    [
      'of a specification of its own',
      `${keyed} @link(url: "https://specs.apollo.dev/authenticated/v0.1", import: ["@authenticated"])`,
      'authenticated',
    ],
    [
      'of an address with http',
      `${keyed} @link(url: "http://specs.apollo.dev/authenticated/v0.1", import: [{ name: "@authenticated", as: "@signedIn" }])`,
      'signedIn',
    ],
    [
      "of somebody else's address",
      `${keyed} @link(url: "https://example.com/guards/v1.0", import: ["@authenticated"])`,
      'authenticated',
    ],
  ])('%s', async (_what, head, name) => {
    const other = reviews;
    const { url } = await serve({ items: guarded(head, name), other });
    expect(await send(url, '{ secret open { id } }')).toMatchObject({
      data: { secret: null, open: { id: '1' } },
      errors: [{ path: ['secret'], extensions: { code: 'UNAUTHENTICATED' } }],
    });
  });

  test('whose meaning is configured have the configured one', async () => {
    const head = `@link(url: "${federation}", import: ["@key", { name: "@authenticated", as: "@signedIn" }])`;
    const items = guarded(head, 'signedIn');
    const { items: served } = await serveSubgraphs({ items });
    const folder = temporaryFolder({ 'items.graphql': items.sdl });
    for (const [authenticated, secret] of [
      ['ignore', 'SECRET'],
      [{ is: 'signedIn' }, null],
    ] as const) {
      const gateway = createGateway(
        {
          ...{ port: 0, log: { level: 'silent' } },
          subgraphs: { items: { url: served.url, schema: 'items.graphql', directives: { authenticated } } },
        },
        folder,
      );
      onTestFinished(async () => void (await gateway.stop()));
      expect((await send(`${await gateway.start()}/graphql`, '{ secret }')).data).toEqual({ secret });
    }
  });
});

describe('concierge compose', () => {
  test('fetches the SDL of running subgraphs and writes the supergraph, which serves the same graph', async () => {
    const subgraphs = await serveSubgraphs({ users, reviews });
    const folder = temporaryFolder({
      'gateway.config.mjs': `export default ${JSON.stringify({
        graph: 'graph.graphql',
        subgraphs: {
          users: { url: subgraphs.users.url, schema: 'users.graphql' },
          reviews: { url: subgraphs.reviews.url, schema: 'reviews.graphql' },
        },
      })};`,
    });
    const process = concierge(['compose', '--config', `${folder}/gateway.config.mjs`]);
    expect(await process.exit, process.output()).toBe(0);
    expect(process.output()).toContain('The supergraph of the Federation subgraphs is in');
    expect(readFileSync(`${folder}/users.graphql`, 'utf8')).toBe(users.sdl);
    const graph = readFileSync(`${folder}/graph.graphql`, 'utf8');
    const supergraph = readFileSync(`${folder}/supergraph.graphql`, 'utf8');
    expect(supergraph).toContain('email: String @join__field(graph: USERS) @authenticated');

    const gateway = createGateway({ port: 0, log: { level: 'silent' }, supergraph: 'supergraph.graphql' }, folder);
    onTestFinished(async () => void (await gateway.stop()));
    expect(gateway.graph.sdl).toBe(graph);
    const url = `${await gateway.start()}/graphql`;
    expect(await send(url, '{ me { email reviews { body } } }')).toMatchObject({
      data: { me: { email: null, reviews: [{ body: 'Good.' }] } },
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });

    const changed = `${folder}/changed.graphql`;
    writeFileSync(changed, users.sdl.replace('name: String', ''));
    const check = concierge([
      'check',
      '--config',
      `${folder}/gateway.config.mjs`,
      '--subgraph',
      'users',
      '--schema',
      changed,
    ]);
    await check.exit;
    expect(check.output()).toContain('User.name');
  });
});

describe('a mixed graph', () => {
  const fields: Pick<GatewayConfig, 'fields'> = {
    fields: {
      schema: 'fields.graphql',
      resolvers: {
        Query: {
          first: () => ({ id: 'u5' }),
          _greeted: (_root: unknown, { ids }: { ids: string[] }) => ids.map((id) => ({ id })),
        },
        User: { greeting: ({ id }: { id: string }) => `Hello, ${id}` },
      },
    },
  };
  const ownSdl = `
    type Query { first: User _greeted(ids: [ID!]!): [User]! @merge(keyField: "id") }
    type User { id: ID! greeting: String }`;

  test('joins entities of Federation subgraphs and of stitched services, in both directions', async () => {
    const { url, subgraphs } = await serve({ users, reviews, points });
    expect(await send(url, '{ me { name points } top { points name reviews { body } } shop { open } }')).toEqual({
      data: {
        me: { name: 'Ada', points: 100 },
        top: [
          { points: 700, name: 'user u7', reviews: [{ body: 'Good.' }] },
          { points: 300, name: 'user u3', reviews: [{ body: 'Good.' }] },
        ],
        shop: { open: true },
      },
    });
    expect(subgraphs.reviews.requests.length).toBe(1);
    const { data } = await send<{ __schema: { types: { name: string }[] } }>(url, '{ __schema { types { name } } }');
    const names = data?.__schema.types.map(({ name }) => name).filter((name) => !name.startsWith('__')) ?? [];
    expect(names.sort()).toEqual(['Boolean', 'ID', 'Int', 'Query', 'Review', 'Shop', 'String', 'User']);
  });

  test('rules hold from the SDL of every service', async () => {
    const { url } = await serve({ users, reviews, points });
    expect(await send(url, '{ top { points email } }')).toMatchObject({
      data: {
        top: [
          { points: 700, email: null },
          { points: 300, email: null },
        ],
      },
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }, { extensions: { code: 'UNAUTHENTICATED' } }],
    });
    const response = await fetch(`${url}?query=${encodeURIComponent('{ latest { body } shop { open } }')}`, {
      headers: { 'apollo-require-preflight': '1' },
    });
    expect(response.headers.get('cache-control')).toBe('public, max-age=9');
  });

  test("has the gateway's own fields, over Federation SDL and over a supergraph", async () => {
    const subgraphs = await serveSubgraphs({ users, reviews });
    const addresses = Object.fromEntries(Object.entries(subgraphs).map(([name, { url }]) => [name, { url }]));
    const sdls = { 'users.graphql': users.sdl, 'reviews.graphql': reviews.sdl, 'fields.graphql': ownSdl };
    const folder = temporaryFolder(sdls);
    const composed = createGateway(
      {
        ...{ port: 0, log: { level: 'silent' }, ...fields },
        subgraphs: {
          users: { url: subgraphs.users.url, schema: 'users.graphql' },
          reviews: { url: subgraphs.reviews.url, schema: 'reviews.graphql' },
        },
      },
      folder,
    );
    const ownFolder = temporaryFolder({ ...sdls, 'supergraph.graphql': composed.graph.supergraph ?? '' });
    const served = createGateway(
      { port: 0, log: { level: 'silent' }, ...fields, supergraph: 'supergraph.graphql', subgraphs: addresses },
      ownFolder,
    );
    for (const gateway of [composed, served]) {
      onTestFinished(async () => void (await gateway.stop()));
      const url = `${await gateway.start()}/graphql`;
      expect(await send(url, '{ first { name } me { greeting } latest { author { greeting name } } }')).toEqual({
        data: {
          first: { name: 'user u5' },
          me: { greeting: 'Hello, u1' },
          latest: [{ author: { greeting: 'Hello, u1', name: 'user u1' } }],
        },
      });
    }
    expect(served.graph.sdl).toBe(composed.graph.sdl);
  });

  test('a type that differs between the two kinds is a conflict', async () => {
    const other = { sdl: points.sdl.replace('id: ID! points', 'id: ID! name: Int points') };
    expect(await reasons({ users, reviews, other })).toEqual([expect.stringMatching(/User\.name .*reviews, users/)]);
  });
});

describe('what cannot be composed', () => {
  test('a field that no path reaches is reported with an operation', async () => {
    const orphan: FederatedService = {
      sdl: `${link} type Query { latest: [Review!]! } type Review { id: ID! body: String author: User }
        type User @key(fields: "id", resolvable: false) { id: ID! }`,
    };
    const keyless: FederatedService = {
      sdl: `${link} type Query { me: User } type User { id: ID! @shareable name: String }`,
    };
    expect(await reasons({ users: keyless, reviews: orphan })).toEqual([expect.stringContaining('latest')]);
  });

  test('types that differ are reported with the code and the subgraphs', async () => {
    const other: FederatedService = {
      sdl: `${link} type Query { me: User } type User @key(fields: "id") { id: ID! name: Int }`,
    };
    const found = await reasons({ users, other });
    expect(found.join('\n')).toContain('User.name');
    expect(found.join('\n')).toMatch(/\([A-Z_]+\)/);
  });

  test('names of Federation subgraphs cannot be changed', async () => {
    const folder = temporaryFolder({ 'users.graphql': users.sdl });
    const transforms = { prefix: { types: 'U_' } };
    const config = { subgraphs: { users: { url: closedUrl, schema: 'users.graphql', transforms } } };
    expect(() => createGateway(config as GatewayConfig, folder)).toThrow('Federation subgraphs keep their names');
  });
});
