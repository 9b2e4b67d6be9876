// "Write a service": the services of the page, as they stand there, behind a gateway with the page's configuration.
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, join } from 'node:path';
import { buildSchema, type GraphQLObjectType, type GraphQLSchema } from 'graphql';
import { createSchema, createYoga } from 'graphql-yoga';
import { expect, onTestFinished, test } from 'vitest';
import { credentialsOf } from './harness/demo-users.ts';
import { temporaryFolder } from './harness/folder.ts';
import { concierge, root, startGatewayProcess } from './harness/gateway.ts';
import { listen } from './harness/listen.ts';
import { startProcess } from './harness/process.ts';
import { send } from './harness/subgraphs.ts';

const page = readFileSync(`${root}docs/writing-a-service.md`, 'utf8');

/** The page's files, by the names in their first lines. */
const files = new Map(
  [...page.matchAll(/^```\w+\n(?:\/\/|#) (\S+?):?(?: .*)?\n([\s\S]*?)^```$/gm)].map(([, name, text]) => [
    name as string,
    text as string,
  ]),
);

/** What `concierge print --directives` prints. */
const directives = readFileSync(`${root}schema/directives.graphql`, 'utf8');

/** A folder with the page's files, and with the packages that they import. */
function folderOf(changed: Record<string, string> = {}): string {
  const folder = temporaryFolder({
    ...Object.fromEntries(files),
    'package.json': '{"type":"module"}',
    'reviews/directives.graphql': directives,
    ...changed,
  });
  for (const name of ['graphql', 'graphql-yoga', '@apollo/server', 'concierge-gateway']) {
    const link = join(folder, 'node_modules', name);
    mkdirSync(dirname(link), { recursive: true });
    symlinkSync(name === 'concierge-gateway' ? root : `${root}node_modules/${name}`, link);
  }
  return folder;
}

async function startProducts(): Promise<string> {
  const names: Record<string, string> = { p1: 'Kettle', p2: 'Lamp' };
  const product = (id: string) => ({ id, name: names[id] });
  const resolvers = {
    Query: {
      products: () => Object.keys(names).map(product),
      _products: (_root: unknown, { ids }: { ids: string[] }) => ids.map(product),
    },
  };
  const schema = createSchema({ typeDefs: [directives, files.get('products.graphql') ?? ''], resolvers });
  const yoga = createYoga({ schema, logging: false });
  const { origin, stop } = await listen(createServer(yoga));
  onTestFinished(stop);
  return `${origin}/graphql`;
}

/** Starts a service of the page and a gateway before it; returns the gateway's URL. */
async function startGraph(script: string): Promise<string> {
  const folder = folderOf();
  const service = startProcess({ script: join(folder, script), env: { PORT: '0' } });
  onTestFinished(async () => {
    await service.stop();
  });
  const port = () => /^reviews: port (\d+)$/m.exec(service.output())?.[1];
  const [products] = await Promise.all([startProducts(), service.until(() => port() !== undefined)]);
  const config = (files.get('gateway.config.ts') ?? '')
    .replace('http://127.0.0.1:4101/graphql', products)
    .replace('http://127.0.0.1:4102/', `http://127.0.0.1:${port()}/`);
  writeFileSync(join(folder, 'gateway.config.ts'), config.replace('defineConfig({', 'defineConfig({ port: 0,'));
  const gateway = await startGatewayProcess(join(folder, 'gateway.config.ts'), { development: true });
  onTestFinished(async () => {
    await gateway.process.stop();
  });
  return gateway.url;
}

/** The first event for a product's reviews, while reviews of two products are added. */
async function firstReview(url: string, headers: Record<string, string>): Promise<unknown> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'text/event-stream' },
    body: JSON.stringify({ query: 'subscription { reviewAdded(productId: "p2") { stars product { name rating } } }' }),
  });
  await send(url, 'mutation { addReview(productId: "p1", stars: 1) { id } }', { headers });
  await send(url, 'mutation { addReview(productId: "p2", stars: 4) { id } }', { headers });
  let text = '';
  for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    const [, event] = /^event: next\ndata: (.*)\n/m.exec(text) ?? [];
    if (event !== undefined) return JSON.parse(event);
  }
  return text;
}

test.each(['reviews/yoga.js', 'reviews/apollo-server.js'])('%s: lookups, errors, callers, events', async (script) => {
  const url = await startGraph(script);
  const query = '{ products { name rating reviews { stars author product { name } } } }';
  const kettle = [
    { stars: 5, author: 'ada', product: { name: 'Kettle' } },
    { stars: 3, author: 'grace', product: { name: 'Kettle' } },
  ];
  const lamp = { name: 'Lamp', rating: null, reviews: [] };
  expect(await send(url, query)).toEqual({
    data: { products: [{ name: 'Kettle', rating: 4, reviews: kettle }, lamp] },
  });

  const latest = async () => {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"query":"{ latestReviews(first: 1) { id } }"}',
    });
    // The service gets the caller.
    expect(response.headers.get('cache-control')).toBe('private, max-age=30');
    return response.json();
  };
  expect(await latest()).toEqual({ data: { latestReviews: [{ id: 'r2' }] } });

  const add = 'mutation ($stars: Int!) { addReview(productId: "p1", stars: $stars) { id author } }';
  expect(await send(url, add, { variables: { stars: 1 } })).toMatchObject({
    data: { addReview: null },
    errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
  });
  const headers = await credentialsOf('u1');
  expect(await send(url, add, { variables: { stars: 9 }, headers })).toEqual({
    data: { addReview: null },
    errors: [
      {
        message: 'A review has 1 to 5 stars.',
        path: ['addReview'],
        extensions: { code: 'BAD_USER_INPUT', subgraph: 'reviews' },
      },
    ],
  });
  expect(await send(url, add, { variables: { stars: 1 }, headers })).toEqual({
    data: { addReview: { id: 'r3', author: 'u1' } },
  });
  expect(await latest()).toEqual({ data: { latestReviews: [{ id: 'r3' }] } });
  expect(await send(url, query)).toMatchObject({ data: { products: [{ rating: 3 }, lamp] } });
  const event = { data: { reviewAdded: { stars: 4, product: { name: 'Lamp', rating: 4 } } } };
  const found = await firstReview(url, headers);
  if (script === 'reviews/yoga.js') expect(found).toEqual(event);
  else
    expect(found).toMatchObject({ errors: [{ extensions: { code: 'SUBGRAPH_BAD_RESPONSE', subgraph: 'reviews' } }] });
  expect(await send(url, '{ _sdl }')).toMatchObject({
    errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
  });
});

test('the SDL of Strawberry composes with the products: the same graph, without events', async () => {
  const config = (files.get('gateway.config.ts') ?? '').replace(
    'reviews/reviews.graphql',
    'reviews/federation.graphql',
  );
  const folder = folderOf({ 'gateway.config.ts': config });
  const composing = concierge(['compose', '--offline', '--config', join(folder, 'gateway.config.ts')]);
  expect([await composing.exit, composing.output()]).toMatchObject([0, expect.anything()]);
  const graph = buildSchema(readFileSync(join(folder, 'schema/graph.graphql'), 'utf8'));
  const typesIn = (schema: GraphQLSchema, name: string) =>
    Object.values((schema.getType(name) as GraphQLObjectType).getFields())
      .map((field) => `${field.name}: ${field.type}`)
      .sort();
  const own = buildSchema(`${directives}\n${files.get('reviews/reviews.graphql')}`);
  expect(typesIn(graph, 'Product')).toEqual([...typesIn(own, 'Product'), 'name: String'].sort());
  expect(typesIn(graph, 'Review')).toEqual(typesIn(own, 'Review'));
  expect(typesIn(graph, 'Mutation')).toEqual(typesIn(own, 'Mutation'));
  const supergraph = readFileSync(join(folder, 'schema/supergraph.graphql'), 'utf8');
  expect(supergraph).toMatch(/^ {2}addReview\(.*\): Review .*@authenticated$/m);
  expect(supergraph).toMatch(/^ {2}rating: Float @cacheControl\(maxAge: 30\)$/m);
});

test('the SDL for Java is valid with the definitions that `concierge print --directives` prints', () => {
  const schema = buildSchema(`${directives}\n${files.get('reviews/reviews.graphql')}`);
  expect(schema.getSubscriptionType()?.getFields()).toHaveProperty('reviewAdded');
  // Its controller has every field of the root types.
  const controller = files.get('ReviewController.java') ?? '';
  const roots = [schema.getQueryType(), schema.getMutationType(), schema.getSubscriptionType()];
  for (const field of roots.flatMap((type) => Object.keys(type?.getFields() ?? {}))) {
    expect(controller).toMatch(new RegExp(`Mapping\\("${field}"\\)|\\b${field}\\(`));
  }
});
