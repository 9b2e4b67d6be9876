// A graph of two services: one with subscriptions over WebSockets or event streams, which can be restarted, and one that
// adds fields to the objects in their events.
import { buildSchema, graphql } from 'graphql';
import { onTestFinished } from 'vitest';
import { clientSchema } from '../../gateway/client-views/definition.ts';
import { createGateway, type Gateway, type GatewayConfig } from '../../gateway/index.ts';
import { temporaryFolder } from '../harness/folder.ts';
import { startService } from '../values/served-graph.ts';

const directives = `
  directive @merge(keyField: String) on FIELD_DEFINITION
`;

const stitched = {
  stock: `
    type Query { stock: Int _products(ids: [ID!]!): [Product]! @merge(keyField: "id") }
    type Subscription { stockChanged(id: ID): Product }
    type Product { id: ID! inStock: Int }
    ${directives}
  `,
  names: `
    type Query { _products(ids: [ID!]!): [Product]! @merge(keyField: "id") }
    type Product { id: ID! name: String }
    ${directives}
  `,
};

const federated = {
  stock: `
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])
    type Query { stock: Int }
    type Subscription { stockChanged(id: ID): Product }
    type Product @key(fields: "id") { id: ID! inStock: Int }
  `,
  names: `
    extend schema @link(url: "https://specs.apollo.dev/federation/v2.5", import: ["@key"])
    type Query { names: Int }
    type Product @key(fields: "id") { id: ID! name: String }
  `,
};

/** What both kinds of gateways request of the service with the names. */
const namesSchema = buildSchema(`
  scalar _Any
  union _Entity = Product
  type Query { _products(ids: [ID!]!): [Product]! _entities(representations: [_Any!]!): [_Entity]! }
  type Product { id: ID! name: String }
`);
const named = (id: string) => ({ __typename: 'Product', id, name: `Product ${id}` });
const namesRoot = {
  _products: ({ ids }: { ids: string[] }) => ids.map(named),
  _entities: ({ representations }: { representations: { id: string }[] }) => representations.map(({ id }) => named(id)),
};

export interface StockGraph {
  gateway: Gateway;
  origin: string;
}

/** @param subscriptions of the service at `url`. */
export async function startStockGraph(
  url: string,
  subscriptions: NonNullable<NonNullable<GatewayConfig['subgraphs']>[string]['subscriptions']>,
  config: Partial<GatewayConfig> = {},
  isFederated = false,
  fields: string | null = null,
): Promise<StockGraph> {
  const names = await startService(({ query, variables }) =>
    graphql({ schema: namesSchema, source: query, variableValues: variables, rootValue: namesRoot }),
  );
  const sdls = isFederated ? federated : stitched;
  const folder = temporaryFolder({
    'stock.graphql': sdls.stock,
    'names.graphql': sdls.names,
    ...(fields !== null && { 'fields.graphql': fields }),
  });
  const definition = clientSchema.parse({ include: ['*'] });
  const gateway = createGateway(
    {
      port: 0,
      log: { level: 'silent' },
      csrf: false,
      unreachable: 'warn',
      overload: false,
      connections: { perAddress: false },
      ...(fields !== null && { fields: { schema: 'fields.graphql' } }),
      ...config,
      subgraphs: {
        stock: { ...config.subgraphs?.stock, url, schema: 'stock.graphql', subscriptions },
        names: { url: names.url, schema: 'names.graphql' },
      },
    },
    { folder, clients: [{ reference: 'web', name: 'web', version: null, folder, definition }] },
  );
  onTestFinished(async () => {
    await gateway.stop();
  });
  return { gateway, origin: await gateway.start() };
}
