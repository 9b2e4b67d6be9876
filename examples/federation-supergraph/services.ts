// Two subgraphs of an Apollo Federation supergraph: products, and the stock of them. A query over both:
//   { products { name inStock } }
// `supergraph.graphql` is what `rover supergraph compose` makes of their schemas.
import { createServer } from 'node:http';
import { createSchema, createYoga } from 'graphql-yoga';

interface Representation {
  __typename: string;
  sku: string;
}

interface Representations {
  representations: Representation[];
}

const products = [
  { sku: 'kettle', name: 'Kettle', inStock: 3 },
  { sku: 'lamp', name: 'Lamp', inStock: 0 },
];
const productOf = ({ sku }: Representation) => products.find((product) => product.sku === sku) ?? null;

/** What Federation asks of a subgraph's root. */
const entities = `
  scalar _Any
  union _Entity = Product
  type Query { _entities(representations: [_Any!]!): [_Entity]! }
`;
const resolvers = {
  Query: { _entities: (_root: unknown, { representations }: Representations) => representations.map(productOf) },
  _Entity: { __resolveType: () => 'Product' },
};

serve('products', 4121, 'extend type Query { products: [Product!]! } type Product { sku: ID! name: String }', {
  ...resolvers,
  Query: { ...resolvers.Query, products: () => products },
});
serve('stock', 4122, 'type Product { sku: ID! inStock: Int }', resolvers);

type Resolvers = Parameters<typeof createSchema<object>>[0]['resolvers'];

function serve(name: string, port: number, types: string, resolvers: Resolvers): void {
  const schema = createSchema<object>({ typeDefs: [entities, types], resolvers });
  const yoga = createYoga({ schema, logging: false });
  const server = createServer((request, response) => void yoga(request, response));
  server.listen(port, '127.0.0.1', () => console.log(`${name}: ${JSON.stringify(server.address())}`));
}
