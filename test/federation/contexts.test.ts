// Arguments from contexts (`@context`, `@fromContext`) beside the other features of the gateway: views, trusted
// documents, caches, access rules, subscriptions, and supergraphs of other composers.
import { expect, onTestFinished, test } from 'vitest';
import { loadClients } from '../../gateway/client-views/load-clients.ts';
import { composeSupergraph, readSupergraph } from '../../gateway/compose/supergraph.ts';
import { createGateway, type GatewayConfig } from '../../gateway/index.ts';
import { readTrustedDocuments } from '../../gateway/persisted-documents/trusted-documents.ts';
import { unplannableWarnings } from '../../gateway/planner/unplannable-messages.ts';
import { explain } from '../../gateway/query-plan/explain.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { concierge } from '../harness/gateway.ts';
import { send } from '../harness/subgraphs.ts';
import { federatedService } from './conformance/table-service.ts';
import { serveSubgraphs } from './federated-services.ts';
import { serveFederation } from './served-federation.ts';

const currencies = ['EUR', 'USD', 'EUR'];

const services = {
  shops: federatedService({
    sdl: `type Query { shops(first: Int): [Shop!]! any: Item } type Shop @key(fields: "id") { id: ID! currency: String items: [Item!]! } type Item @key(fields: "id") { id: ID! }`,
    roots: {
      shops: ({ first = 3 }: { first?: number }) =>
        Array.from({ length: first }, (_, index) => ({
          id: String(index),
          currency: currencies[index] ?? `C${index}`,
          items: [{ id: 'a' }],
        })),
      any: { id: 'a' },
    },
  }),
  prices: federatedService({
    sdl: `directive @cacheControl(maxAge: Int) on OBJECT
      type Shop @key(fields: "id") @context(name: "shop") { id: ID! currency: String @external }
      type Item @key(fields: "id") @cacheControl(maxAge: 60) { id: ID! name: String price(in: String @fromContext(field: "$shop { currency }")): String }`,
    rows: { Item: [{ id: 'a', name: 'A' }] },
    fields: { Item: { price: ({ id }: { id: string }, args: { in: string }) => `${id} in ${args.in}` } },
  }),
};

const shopsQuery = '{ shops { items { price } } }';
const shopsData = { shops: currencies.map((currency) => ({ items: [{ price: `a in ${currency}` }] })) };

/** Of the graph that both subgraphs make. */
async function serve(config: Partial<GatewayConfig> = {}, files: Record<string, string> = {}) {
  const subgraphs = await serveSubgraphs(services);
  const folder = temporaryFolder({
    'shops.graphql': services.shops.sdl,
    'prices.graphql': services.prices.sdl,
    'clients/web/client.mjs': `export default { exclude: ['Shop.currency', 'Shop.id'], rename: { types: { Item: 'Good' }, fields: { 'Item.price': 'cost' } }, trustedDocuments: 'allowed' };`,
    'clients/web/operations/home.graphql': 'query Home { shops { items { __typename cost } } }',
    ...files,
  });
  const options = {
    port: 0,
    csrf: false,
    log: { level: 'silent' },
    unreachable: 'warn',
    ...config,
    subgraphs: Object.fromEntries(
      Object.entries(subgraphs).map(([name, { url }]) => [name, { url, schema: `${name}.graphql` }]),
    ),
  } satisfies GatewayConfig;
  const documents = { code: 0 };
  if (Object.keys(files).length > 0) {
    const at = `${folder}/gateway.config.mjs`;
    documents.code = (await concierge(['documents', '--config', at]).exit) ?? 1;
  }
  const gateway = createGateway(options, { folder, clients: [...(await loadClients(`${folder}/clients`)).values()] });
  onTestFinished(async () => void (await gateway.stop()));
  const origin = await gateway.start();
  const requests = () => {
    const counts = Object.values(subgraphs).map((subgraph) => subgraph.requests.splice(0).length);
    return { shops: counts[0], prices: counts[1] };
  };
  return { origin, gateway, folder, subgraphs, requests };
}

test('clients see neither the argument nor the directives, and cannot give it', async () => {
  const { origin, gateway } = await serve({ limits: { introspection: true } });
  const url = `${origin}/graphql`;
  expect(gateway.graph.sdl).toContain('price: String');
  expect(gateway.graph.sdl).not.toMatch(/context/i);
  const { data } = await send(url, '{ __schema { types { name } directives { name } } }');
  expect(JSON.stringify(data)).not.toMatch(/context/i);
  const { errors } = await send(url, '{ shops { items { price(in: "CHF") } } }');
  expect(errors?.map(({ extensions }) => extensions?.code)).toEqual(['GRAPHQL_VALIDATION_FAILED']);
});

test('a view has the value of a field that it hides, in its own names; also for a trusted document', async () => {
  const { origin, folder, requests } = await serve(
    {},
    {
      'gateway.config.mjs': `export default { subgraphs: { shops: { url: 'http://127.0.0.1:9', schema: 'shops.graphql' }, prices: { url: 'http://127.0.0.1:9', schema: 'prices.graphql' } }, unreachable: 'warn' };`,
    },
  );
  const cost = { shops: currencies.map((currency) => ({ items: [{ __typename: 'Good', cost: `a in ${currency}` }] })) };
  expect(await send(`${origin}/graphql/web`, '{ shops { items { __typename cost } } }')).toEqual({ data: cost });
  const [document] = readTrustedDocuments(`${folder}/clients/web`).documents;
  const response = await fetch(`${origin}/graphql/web`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ documentId: document?.id }),
  });
  expect(await response.json()).toEqual({ data: cost });
  expect(requests()).toEqual({ shops: 2, prices: 2 });
  const { errors } = await send(`${origin}/graphql/web`, '{ shops { currency } }');
  expect(errors?.map(({ extensions }) => extensions?.code)).toEqual(['GRAPHQL_VALIDATION_FAILED']);
});

test('where no enclosing object sets the context, the operation is rejected, and explain says where values come from', async () => {
  const { origin, gateway, requests } = await serve();
  const { data, errors } = await send(`${origin}/graphql`, '{ any { name price } }');
  expect(data).toBeUndefined();
  expect(errors?.map(({ extensions }) => extensions?.code)).toEqual(['OPERATION_NOT_PLANNABLE']);
  expect(await send(`${origin}/graphql`, '{ any { name } }')).toEqual({ data: { any: { name: 'A' } } });
  expect(requests()).toEqual({ shops: 1, prices: 1 });
  const planned = gateway.engine.documents.get(shopsQuery).operation(undefined)?.planFor({});
  const text = planned && 'plan' in planned ? explain(planned.plan) : '';
  expect(text).toContain('entity fetch of Item at #0 shops.items by id\n');
  expect(text).toMatch(/\$c0_… is currency of each object at #0 shops\n/);
});

test('cached entities are those of the same value, and values are never mixed between requests', async () => {
  const { origin, requests } = await serve({ cache: { responses: false, entities: true } });
  const url = `${origin}/graphql`;
  expect(await send(url, shopsQuery)).toEqual({ data: shopsData });
  expect(requests()).toEqual({ shops: 1, prices: 1 });
  expect(await send(url, '{ shops(first: 2) { items { price } } }')).toEqual({
    data: { shops: shopsData.shops.slice(0, 2) },
  });
  expect(requests()).toEqual({ shops: 1, prices: 0 });
  const more = await send(url, '{ shops(first: 4) { items { price } } }');
  expect(more).toEqual({ data: { shops: [...shopsData.shops, { items: [{ price: 'a in C3' }] }] } });
  expect(requests()).toEqual({ shops: 1, prices: 1 });
  const both = await Promise.all([send(url, shopsQuery), send(url, '{ shops { id items { price } } }')]);
  expect(both.map(({ data }) => JSON.stringify(data).match(/a in \w+/g))).toEqual([
    ['a in EUR', 'a in USD', 'a in EUR'],
    ['a in EUR', 'a in USD', 'a in EUR'],
  ]);
});

test('many different values are several requests of at most 50', async () => {
  const { origin, subgraphs, requests } = await serve();
  const { data } = await send(`${origin}/graphql`, '{ shops(first: 120) { currency items { price name } } }');
  const received = data as { shops: { currency: string; items: { price: string; name: string }[] }[] };
  expect(received.shops).toHaveLength(120);
  for (const { currency, items } of received.shops) expect(items).toEqual([{ price: `a in ${currency}`, name: 'A' }]);
  const sizes = subgraphs.prices.requests.map(({ query }) => query.match(/_entities/g)?.length);
  expect(Math.max(...sizes.map(Number))).toBeLessThanOrEqual(51);
  expect(requests()).toEqual({ shops: 1, prices: 3 });
});

/** As Apollo's composition writes it, with an argument of a non-null type. */
const supergraph = `schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)
    @link(url: "https://specs.apollo.dev/context/v0.1", for: SECURITY) { query: Query }
  directive @context(name: String!) repeatable on INTERFACE | OBJECT | UNION
  directive @context__fromContext(field: context__ContextFieldValue) on ARGUMENT_DEFINITION
  directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet, type: String, external: Boolean, override: String, usedOverridden: Boolean, overrideLabel: String, contextArguments: [join__ContextArgument!]) repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
  directive @join__graph(name: String!, url: String!) on ENUM_VALUE
  directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false, resolvable: Boolean! = true, isInterfaceObject: Boolean! = false) repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
  directive @link(url: String, as: String, for: link__Purpose, import: [link__Import]) repeatable on SCHEMA
  scalar context__ContextFieldValue
  input join__ContextArgument { name: String! type: String! context: String! selection: join__FieldValue }
  scalar join__FieldSet scalar join__FieldValue scalar link__Import
  enum link__Purpose { SECURITY EXECUTION }
  enum join__Graph { S1 @join__graph(name: "s1", url: "s1_URL") S2 @join__graph(name: "s2", url: "s2_URL") }
  type Query @join__type(graph: S1) @join__type(graph: S2) { ts: [T!]! @join__field(graph: S1) }
  type T @join__type(graph: S1, key: "id") @context(name: "s1__context") { id: ID! u: U prop: Prop }
  type Prop @join__type(graph: S1) { text: String }
  type U @join__type(graph: S1, key: "id") @join__type(graph: S2, key: "id") {
    id: ID! field: String @join__field(graph: S1, contextArguments: [{context: "s1__context", name: "a", type: "String!", selection: "{ prop { text } }"}]) other: Int @join__field(graph: S2)
  }`;

const apollo = {
  s1: federatedService({
    sdl: `type Query { ts: [T!]! } type T @key(fields: "id") { id: ID! u: U prop: Prop } type Prop { text: String } type U @key(fields: "id") { id: ID! field(a: String!): String }`,
    rows: {
      T: [
        { id: '1', u: { id: 'u' }, prop: { text: 'one' } },
        { id: '2', u: { id: 'u' }, prop: { text: null } },
        { id: '3', u: { id: 'u' }, prop: null },
        { id: '4', u: null, prop: { text: 'four' } },
      ],
    },
    roots: { ts: ['1', '2', '3', '4'].map((id) => ({ id })) },
    fields: { U: { field: ({ id }: { id: string }, { a }: { a: string }) => `${id} ${a}` } },
  }),
  s2: federatedService({
    sdl: 'type U @key(fields: "id") { id: ID! other: Int }',
    rows: { U: [{ id: 'u', other: 1 }] },
  }),
};

test('a null for an argument of a non-null type is an error of the field, also where no error explains it', async () => {
  const { receive } = await serveFederation(apollo, { supergraph });
  const failed = expect.stringContaining('s1');
  expect(await receive('{ ts { u { field other } } }')).toEqual({
    data: {
      ts: [
        { u: { field: 'u one', other: 1 } },
        { u: { field: null, other: 1 } },
        { u: { field: null, other: 1 } },
        { u: null },
      ],
    },
    errors: { 'ts.1.u.field': failed, 'ts.2.u.field': failed },
    requests: { s1: 2, s2: 1 },
  });
});

test('a context that the root of the operation sets is named as not supported', () => {
  const ofRoot = supergraph
    .replace('@context(name: "s1__context") { id', '{ id')
    .replace('type Query @join', 'type Query @context(name: "s1__context") @join');
  expect(unplannableWarnings(composeSupergraph(readSupergraph(ofRoot, 'supergraph')))).toEqual([
    expect.stringContaining('the context s1__context is set by Query, and values of the root are not supported'),
  ]);
});

test('a field is guarded by what its value is made of', async () => {
  const guarded = supergraph
    .replace(
      ' { query: Query }',
      ' @link(url: "https://specs.apollo.dev/authenticated/v0.1", for: SECURITY) { query: Query } directive @authenticated on FIELD_DEFINITION',
    )
    .replace('{ text: String }', '{ text: String @authenticated }');
  const { receive } = await serveFederation(apollo, { supergraph: guarded });
  const denied = expect.stringContaining('Authentication required');
  expect(await receive('{ ts { id u { field other } } }')).toEqual({
    data: {
      ts: [
        { id: '1', u: { field: null, other: 1 } },
        { id: '2', u: { field: null, other: 1 } },
        { id: '3', u: { field: null, other: 1 } },
        { id: '4', u: null },
      ],
    },
    errors: { 'ts.0.u.field': denied, 'ts.1.u.field': denied, 'ts.2.u.field': denied },
    requests: { s1: 1, s2: 1 },
  });
  const sdl = { shops: services.shops.sdl, prices: services.prices.sdl };
  sdl.shops = sdl.shops
    .replace('"@tag"]', '"@tag", "@authenticated"]')
    .replace('y: String', 'y: String @authenticated');
  const urls = Object.keys(sdl).map((name) => [name, { url: 'http://127.0.0.1:9', schema: `${name}.graphql` }]);
  const folder = temporaryFolder({ 'shops.graphql': sdl.shops, 'prices.graphql': sdl.prices });
  expect(() => createGateway({ log: { level: 'silent' }, subgraphs: Object.fromEntries(urls) }, folder)).toThrow(
    'MISSING_TRANSITIVE_AUTH_REQUIREMENTS',
  );
});
