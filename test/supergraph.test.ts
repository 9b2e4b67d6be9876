// Supergraph in place of the services' own schemas: the benchmark's graph, and a small one for what a service mentions but
// does not serve.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { makeExecutableSchema } from '@graphql-tools/schema';
import type { IResolvers } from '@graphql-tools/utils';
import { createHandler } from 'graphql-http/lib/use/http';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { subgraphs as benchSubgraphs } from '../bench/subgraphs/graph.ts';
import { type Listener, listen } from '../bench/subgraphs/listener.ts';
import { wholeSchema } from '../bench/subgraphs/single-schema.ts';
import { ComposeError } from '../gateway/compose/compose-error.ts';
import { ConfigError } from '../gateway/config/config-error.ts';
import { createGateway, type Gateway, type GatewayConfig } from '../gateway/index.ts';
import { temporaryFolder } from './harness/folder.ts';
import { concierge, root } from './harness/gateway.ts';
import { listen as listenOn } from './harness/listen.ts';
import { reasonUnplanned } from './harness/planned.ts';
import { closedUrl } from './harness/servers.ts';
import { send } from './harness/subgraphs.ts';

const benchFile = `${root}bench/supergraph.graphql`;

interface RunningGateway {
  gateway: Gateway;
  url: string;
}

async function startOver(config: GatewayConfig, later: (stop: () => Promise<void>) => void): Promise<RunningGateway> {
  const limits = { introspection: true, ...config.limits };
  const gateway = createGateway({ port: 0, log: { level: 'silent' }, ...config, limits }, root);
  const origin = await gateway.start();
  later(async () => {
    await gateway.stop();
  });
  return { gateway, url: `${origin}/graphql` };
}

describe("the benchmark's graph", () => {
  const services = new Map<string, Listener>();
  let whole: Listener;
  let bench: RunningGateway;
  const ends: (() => Promise<void>)[] = [];
  beforeAll(async () => {
    for (const { name, schema } of benchSubgraphs)
      services.set(name, await listen(name, schema, { port: 0, latency: 0 }));
    whole = await listen('whole', wholeSchema, { port: 0, latency: 0 });
    const subgraphs = Object.fromEntries([...services].map(([name, { port }]) => [name, { url: addressOf(port) }]));
    bench = await startOver({ supergraph: 'bench/supergraph.graphql', subgraphs }, (stop) => ends.push(stop));
  });
  afterAll(async () => {
    for (const end of ends) await end();
    for (const { server } of [...services.values(), whole]) await new Promise((closed) => server.close(closed));
  });

  const addressOf = (port: number) => `http://127.0.0.1:${port}/graphql`;

  /** Requests to each service for a query. */
  async function counted(run: () => Promise<unknown>): Promise<Record<string, number>> {
    const before = new Map([...services].map(([name, { requests }]) => [name, requests]));
    await run();
    const counts = [...services].map(([name, { requests }]) => [name, requests - (before.get(name) ?? 0)] as const);
    return Object.fromEntries(counts.filter(([, count]) => count > 0));
  }

  test.each([
    ['large', { accounts: 2, products: 2, reviews: 1, inventory: 1 }],
    ['small-one', { products: 1 }],
    ['small-three', { products: 1, reviews: 1, inventory: 1 }],
  ])('%s.graphql has the response of a single schema, with few requests', async (name, requests) => {
    const query = readFileSync(`${root}bench/queries/${name}.graphql`, 'utf8');
    const right = await send(addressOf(whole.port), query);
    expect(right.errors).toBeUndefined();
    expect(await counted(async () => expect(await send(bench.url, query)).toEqual(right))).toEqual(requests);
    expect(reasonUnplanned(bench.gateway.engine, query)).toBeNull();
  });

  test.each([
    [
      'a user by a variable',
      'query ($id: ID!) { user(id: $id) { name reviews { id product { name } } } }',
      { id: '2' },
    ],
    ['a user who is not there', 'query ($id: ID!) { user(id: $id) { name reviews { id } } }', { id: 'missing' }],
    ['a field that needs two of another service', '{ topProducts(first: 9) { shippingEstimate } }', {}],
    [
      'the same, with what it needs under other names',
      '{ topProducts { shippingEstimate price: weight weight: price } }',
      {},
    ],
    [
      'a way there and back',
      '{ me { reviews { product { reviews { author { reviews { author { name } } } } } } } }',
      {},
    ],
    ['the names of types', '{ __typename me { __typename reviews { __typename product { __typename upc } } } }', {}],
  ])('%s has the response of a single schema', async (_what, query, variables) => {
    expect(await send(bench.url, query, { variables })).toEqual(
      await send(addressOf(whole.port), query, { variables }),
    );
    expect(reasonUnplanned(bench.gateway.engine, query, variables)).toBeNull();
  });

  test('clients see nothing of what holds the services together', async () => {
    const { data } = await send<{ __schema: { types: { name: string }[]; queryType: { fields: { name: string }[] } } }>(
      bench.url,
      '{ __schema { types { name } queryType { fields { name } } } }',
    );
    expect(data?.__schema.queryType.fields.map(({ name }) => name).sort()).toEqual([
      'me',
      'topProducts',
      'user',
      'users',
    ]);
    expect(data?.__schema.types.filter(({ name }) => /^(join|link|_)_/.test(name) && !name.startsWith('__'))).toEqual(
      [],
    );
  });

  test('a service that is down loses only its own fields', async () => {
    const { port } = services.get('products') as Listener;
    const lame = await startOver(
      { supergraph: benchFile, subgraphs: { products: { url: addressOf(port) }, inventory: { url: closedUrl } } },
      onTestFinished,
    );
    const { data, errors } = await send(lame.url, '{ topProducts(first: 2) { name inStock } }');
    expect(data).toEqual({
      topProducts: [
        { name: 'Table', inStock: null },
        { name: 'Couch', inStock: null },
      ],
    });
    expect(errors?.map(({ path, extensions }) => [path?.join('.'), extensions?.code])).toEqual([
      ['topProducts.0.inStock', 'SUBGRAPH_UNAVAILABLE'],
      ['topProducts.1.inStock', 'SUBGRAPH_UNAVAILABLE'],
    ]);
  });

  test('start serves a supergraph without a configuration file', async () => {
    let sdl = readFileSync(benchFile, 'utf8');
    for (const { name, url } of benchSubgraphs) sdl = sdl.replace(url, addressOf(services.get(name)?.port as number));
    const folder = temporaryFolder({ 'supergraph.graphql': sdl });
    const process = concierge(['start', '--no-config', '--supergraph', `${folder}/supergraph.graphql`, '--port', '0']);
    const { url } = await process.line(({ msg }) => msg === 'listening');
    const query = readFileSync(`${root}bench/queries/large.graphql`, 'utf8');
    expect(await send(String(url), query)).toEqual(await send(addressOf(whole.port), query));
    expect(await process.stop()).toBe(0);
    expect(process.output()).toBe('');
  });

  test('start --supergraph changes one option of the configuration file, and drops none', async () => {
    const folder = temporaryFolder({
      'supergraph.graphql': readFileSync(benchFile, 'utf8'),
      'gateway.config.mjs': 'export default { supergraph: "gone.graphql", port: 0, limits: { depth: 1 } };',
    });
    const process = concierge([
      'start',
      '--config',
      `${folder}/gateway.config.mjs`,
      '--supergraph',
      `${folder}/supergraph.graphql`,
    ]);
    const { url } = await process.line(({ msg }) => msg === 'listening');
    const { errors } = await send(String(url), '{ me { name } }');
    expect(errors?.map(({ extensions }) => extensions?.code)).toEqual(['MAX_DEPTH_EXCEEDED']);
    expect(await process.stop()).toBe(0);
  });
});

describe('external fields of a service that another one serves', () => {
  const books = [
    { id: 'b1', title: 'Almanac', weight: 300, author: { id: 'a1', name: 'Ada' } },
    { id: 'b2', title: 'Bestiary', weight: 900, author: { id: 'a2', name: 'Ben' } },
  ];
  const people = new Map([
    ['a1', { id: 'a1', name: 'Ada', born: 1815 }],
    ['a2', { id: 'a2', name: 'Ben', born: 1706 }],
  ]);
  const federated = (types: string, entities: string) => `
    scalar _Any
    union _Entity = ${entities}
    extend type Query { _entities(representations: [_Any!]!): [_Entity]! }
    ${types}`;
  type Representation = { __typename: string; id: string; weight?: number };
  const lookUp = (find: (representation: Representation) => object | null) => ({
    Query: {
      _entities: (_: unknown, { representations }: { representations: Representation[] }) =>
        representations.map((key) => {
          const found = find(key);
          return found && { ...found, __typename: key.__typename };
        }),
    },
    _Entity: { __resolveType: ({ __typename }: { __typename: string }) => __typename },
  });

  const library = federated(
    `type Query { books: [Book] featured: [Book] }
     type Book { id: ID! title: String weight: Int author: Author }
     type Author { id: ID! name: String }`,
    'Book',
  );
  const registry = federated(
    'type Query { people: [Author] } type Author { id: ID! name: String born: Int }',
    'Author',
  );
  const shop = federated('type Query { open: Boolean } type Book { id: ID! weight: Int shipping: Int }', 'Book');

  const supergraph = (version: string, definitions: string) => `
    schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/${version}", for: EXECUTION) {
      query: Query
    }
    ${definitions}
    directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE
    directive @join__graph(name: String!, url: String!) on ENUM_VALUE
    directive @join__implements(graph: join__Graph!, interface: String!) repeatable on OBJECT | INTERFACE
    directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
    directive @join__unionMember(graph: join__Graph!, member: String!) repeatable on UNION
    directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
    scalar join__FieldSet
    scalar link__Import
    enum link__Purpose { SECURITY EXECUTION }
    enum join__Graph {
      LIBRARY_SERVICE @join__graph(name: "library-service", url: "http://127.0.0.1:9/library")
      REGISTRY @join__graph(name: "registry", url: "http://127.0.0.1:9/registry")
      SHOP @join__graph(name: "Shop", url: "")
    }
    type Query @join__type(graph: LIBRARY_SERVICE) @join__type(graph: REGISTRY) @join__type(graph: SHOP) {
      books: [Book] @join__field(graph: LIBRARY_SERVICE)
      featured: [Book] @join__field(graph: LIBRARY_SERVICE, provides: "author { name }")
      people: [Author] @join__field(graph: REGISTRY)
      open: Boolean @join__field(graph: SHOP)
    }
    type Book @join__type(graph: LIBRARY_SERVICE, key: "id") @join__type(graph: SHOP, key: "id") {
      id: ID!
      title: String @join__field(graph: LIBRARY_SERVICE)
      weight: Int @join__field(graph: LIBRARY_SERVICE) @join__field(graph: SHOP, external: true)
      author: Author @join__field(graph: LIBRARY_SERVICE)
      shipping: Int @join__field(graph: SHOP, requires: "weight")
    }
    type Author @join__type(graph: LIBRARY_SERVICE, key: "id") @join__type(graph: REGISTRY, key: "id") {
      id: ID!
      name: String @join__field(graph: LIBRARY_SERVICE, external: true) @join__field(graph: REGISTRY)
      born: Int @join__field(graph: REGISTRY)
    }`;
  const versions = {
    'v0.3': `directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION`,
    'v0.5': `directive @join__directive(graphs: [join__Graph!], name: String!, args: join__DirectiveArguments) repeatable on SCHEMA | OBJECT | INTERFACE | FIELD_DEFINITION
      directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean, overrideLabel: String, contextArguments: [join__ContextArgument!]) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
      scalar join__DirectiveArguments
      scalar join__FieldValue
      input join__ContextArgument { name: String! type: String! context: String! selection: join__FieldValue! }`,
  };

  const services: { name: string; url: string; requested: string[]; stop(): Promise<void> }[] = [];
  beforeAll(async () => {
    services.push(
      await serve('library-service', library, {
        ...lookUp(({ id }) => books.find((book) => book.id === id) ?? null),
        // An author's name is available here only where the directive provides it.
        Query: {
          ...lookUp(() => null).Query,
          featured: () => books,
          books: () => books.map((book) => ({ ...book, author: { id: book.author.id } })),
        },
      }),
      await serve(
        'registry',
        registry,
        lookUp(({ id }) => people.get(id) ?? null),
      ),
      await serve(
        'Shop',
        shop,
        lookUp(({ id, weight }) => ({ id, shipping: weight === undefined ? null : weight / 100 })),
      ),
    );
  });
  afterAll(async () => {
    for (const { stop } of services) await stop();
  });

  async function serve(name: string, typeDefs: string, resolvers: IResolvers): Promise<(typeof services)[number]> {
    const requested: string[] = [];
    const handler = createHandler({
      schema: makeExecutableSchema({ typeDefs, resolvers }),
      onSubscribe: (_request, { query }) => {
        requested.push(query);
      },
    });
    const server = createServer(handler);
    const { origin, stop } = await listenOn(server);
    return { name, url: `${origin}/graphql`, requested, stop };
  }

  async function response(query: string, version: keyof typeof versions = 'v0.3') {
    const folder = temporaryFolder({ 'supergraph.graphql': supergraph(version, versions[version]) });
    const subgraphs = Object.fromEntries(services.map(({ name, url }) => [name, { url }]));
    const running = await startOver({ supergraph: `${folder}/supergraph.graphql`, subgraphs }, onTestFinished);
    for (const { requested } of services) requested.length = 0;
    const result = await send(running.url, query);
    expect(reasonUnplanned(running.gateway.engine, query)).toBeNull();
    return { ...result, requested: services.filter(({ requested }) => requested.length > 0).map(({ name }) => name) };
  }

  test.each(Object.keys(versions) as (keyof typeof versions)[])(
    'join %s: what a field provides is there, whichever service is selected',
    async (version) => {
      const { data, errors } = await response('{ featured { title author { id name } } }', version);
      expect(errors).toBeUndefined();
      expect(data).toEqual({ featured: books.map(({ title, author }) => ({ title, author })) });
    },
  );

  test('a field that is not provided is fetched from its own service', async () => {
    expect(await response('{ books { author { name } } }')).toEqual({
      data: { books: [{ author: { name: 'Ada' } }, { author: { name: 'Ben' } }] },
      requested: ['library-service', 'registry'],
    });
  });

  test('provided fields and others are distinguished in one object', async () => {
    expect(await response('{ featured { author { name born } } }')).toEqual({
      data: {
        featured: [{ author: { name: 'Ada', born: 1815 } }, { author: { name: 'Ben', born: 1706 } }],
      },
      requested: ['library-service', 'registry'],
    });
  });

  test.each(Object.keys(versions) as (keyof typeof versions)[])(
    'join %s: what a field requires is brought along, and does not show',
    async (version) => {
      expect(await response('{ books { title shipping } }', version)).toEqual({
        data: {
          books: [
            { title: 'Almanac', shipping: 3 },
            { title: 'Bestiary', shipping: 9 },
          ],
        },
        requested: ['library-service', 'Shop'],
      });
    },
  );

  test('an external field is not fetched from the service that mentions it', async () => {
    expect(await response('{ books { weight } }')).toEqual({
      data: { books: [{ weight: 300 }, { weight: 900 }] },
      requested: ['library-service'],
    });
  });

  test('a service without a URL requires one', () => {
    const folder = temporaryFolder({ 'supergraph.graphql': supergraph('v0.3', versions['v0.3']) });
    expect(() => createGateway({ supergraph: `${folder}/supergraph.graphql` })).toThrow(
      'Shop: the supergraph has no usable address for it; give subgraphs.Shop.url',
    );
  });
});

describe('an error is named', () => {
  const rejection = (config: GatewayConfig): Error => {
    try {
      createGateway({ log: { level: 'silent' }, ...config }, root);
    } catch (error) {
      return error as Error;
    }
    throw new Error('It was not rejected.');
  };

  test.each([
    ['a file that is not there', null, 'supergraph: FILE does not exist'],
    ['a file that is no GraphQL', '{ "data": 1 }', 'FILE:1:3: Syntax Error: Expected Name, found String "data".'],
    ['an empty file', '', 'FILE:1:1: Syntax Error: Unexpected <EOF>.'],
    [
      "a service's schema",
      'type Query { a: Int }',
      'FILE names no subgraphs (enum join__Graph); give a composed supergraph',
    ],
    [
      'an enum without addresses',
      'enum join__Graph { A } type Query { a: Int }',
      'FILE names no subgraphs (enum join__Graph); give a composed supergraph',
    ],
  ])('%s', (_what, text, message) => {
    const folder = temporaryFolder(text === null ? {} : { 'supergraph.graphql': text });
    const file = `${folder}/supergraph.graphql`;
    const error = rejection({ supergraph: file });
    expect(error).toBeInstanceOf(ComposeError);
    expect(error.message).toBe(`The graph cannot be composed: 1 conflict\n  ${message.replace('FILE', file)}`);
  });

  test('a service that the supergraph does not have', () => {
    const error = rejection({ supergraph: benchFile, subgraphs: { acounts: { url: closedUrl } } });
    expect(error).toBeInstanceOf(ComposeError);
    expect(error.message).toContain(
      'subgraphs.acounts: the supergraph has no subgraph of this name; did you mean accounts?',
    );
  });

  test('a schema beside a supergraph', () => {
    const error = rejection({ supergraph: benchFile, subgraphs: { accounts: { schema: 'x.graphql' } } });
    expect(error).toBeInstanceOf(ConfigError);
    expect(error.message).toContain(
      'subgraphs.accounts.schema is "x.graphql": the supergraph has the schema: remove this',
    );
  });

  test('start ends with exit code 1 with one message', async () => {
    const process = concierge(['start', '--no-config', '--supergraph', 'nowhere.graphql', '--port', '0']);
    expect(await process.exit).toBe(1);
    expect(process.output()).toBe(
      `The graph cannot be composed: 1 conflict\n  supergraph: ${root}nowhere.graphql does not exist\n`,
    );
  });
});
