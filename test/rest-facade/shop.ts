// A shop of two services behind a gateway, with trusted documents of a client, for tests of what serves those.
import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { loadClients } from '../../gateway/client-views/load-clients.ts';
import type { Gateway, GatewayConfig } from '../../gateway/index.ts';
import { type Service, type ServiceDefinition, startCachingGateway, startService } from '../caching/services.ts';
import { temporaryFolder } from '../harness/folder.ts';
import type { ParsedJson } from '../harness/parsed-json.ts';

const directives = `
  directive @merge(keyField: String) on FIELD_DEFINITION
  directive @cacheControl(maxAge: Int, scope: CacheControlScope) on FIELD_DEFINITION | OBJECT
  enum CacheControlScope { PUBLIC PRIVATE }
  directive @authenticated on FIELD_DEFINITION | OBJECT
`;

const products: ServiceDefinition = {
  name: 'products',
  sdl: `${directives}
    scalar Long
    scalar JSON
    enum Category { BOOK GAME }
    input Range { min: Float max: Float! = 1000 inner: Range }
    input ProductInput { "Shown to customers." name: String! tags: [String!] = ["new"] sku: Long }
    interface Item { id: ID! name: String! }
    type Product implements Item {
      id: ID! name: String! price: Float category: Category! tags: [String!]! sku: Long!
      "What only members see." secret: String @authenticated
    }
    type Voucher implements Item { id: ID! name: String! value: Int! }
    union Found = Product | Voucher
    type Query {
      product(id: ID!): Product @cacheControl(maxAge: 60) @merge(keyField: "id")
      productsByIds(ids: [ID!]!): [Product]! @merge(keyField: "id")
      products(first: Int, categories: [Category!], prices: Range, isNew: Boolean, above: Float, skus: [Long!], filter: JSON): [Product!]!
      echo(text: String, id: ID, int: Int, float: Float, yes: Boolean, long: Long, json: JSON, range: Range, ranges: [Range!], ids: [ID!], matrix: [[Int!]!]): String! @cacheControl(maxAge: 60)
      find(text: String!): [Found!]!
      items: [Item!]!
      mine(user: ID!): String! @cacheControl(maxAge: 60)
      old: Int @deprecated(reason: "Use product.")
      fails: String
    }
    type Mutation {
      addProduct(input: ProductInput!): Product!
      renameProduct(id: ID!, name: String!): Product!
      deleteProduct(id: ID!): Boolean!
    }
  `,
  resolvers: {
    Query: {
      product: (_root, { id }) => productOf(id),
      productsByIds: (_root, { ids }) => ids.map(productOf),
      products: (_root, given) => [{ ...productOf('p1'), name: JSON.stringify(given) }],
      echo: (_root, given) => JSON.stringify(given),
      find: () => [{ __typename: 'Product', ...productOf('p1') }, voucher],
      items: () => [{ __typename: 'Product', ...productOf('p1') }, voucher],
      mine: (_root, { user }) => `of ${user}`,
      old: () => 1,
      fails: () => {
        throw new Error('broken');
      },
    },
    Mutation: {
      addProduct: (_root, { input }) => ({ ...productOf('p9'), ...input }),
      renameProduct: (_root, { id, name }) => ({ ...productOf(id), name }),
      deleteProduct: (_root, { id }) => id === 'p1',
    },
  },
};

const voucher = { __typename: 'Voucher', id: 'v1', name: 'Ten', value: 10 };

function productOf(id: string) {
  if (!/^p\d+$/.test(id)) return null;
  return { id, name: `Product ${id}`, price: 12.5, category: 'BOOK', tags: ['a', 'b'], sku: 42, secret: 'hush' };
}

const reviews: ServiceDefinition = {
  name: 'reviews',
  sdl: `${directives}
    type Product { id: ID! rating: Float stars: Int }
    type Query { ratedProducts(ids: [ID!]!): [Product]! @merge(keyField: "id") }
  `,
  resolvers: { Query: { ratedProducts: (_root, { ids }) => ids.map((id: string) => ({ id, rating: 4.5, stars: 4 })) } },
};

export interface Shop {
  gateway: Gateway;
  origin: string;
  products: Service;
  reviews: Service;
  /** Sends a request to a path of the gateway. */
  send(method: string, path: string, options?: SendOptions): Promise<Sent>;
}

export interface SendOptions {
  headers?: Record<string, string>;
  /** As JSON, unless it is text. */
  body?: unknown;
}

export interface Sent {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  json: ParsedJson;
}

/**
 * @param files of the client's folder, `clients/web`, besides an empty definition.
 * @param later takes what stops it.
 */
export async function openShop(
  files: Record<string, string>,
  later: (stop: () => Promise<unknown>) => void,
  config: Partial<GatewayConfig> = {},
): Promise<Shop> {
  const client = { 'web/client.ts': 'export default {};', ...prefixed('web', files) };
  const folder = temporaryFolder(client, (remove) => later(async () => remove()));
  const clients = [...(await loadClients(folder)).values()];
  const services = await Promise.all([products, reviews].map(startService));
  for (const service of services) later(() => service.stop());
  const started = await startCachingGateway(services, config, (undo) => later(async () => undo()), clients);
  later(() => started.stop());
  const [first, second] = services as [Service, Service];
  return {
    ...{ gateway: started.gateway, origin: started.origin, products: first, reviews: second },
    send: (method, path, options) => send(started.origin, method, path, options),
  };
}

/** Files of other clients begin with `../`. */
function prefixed(name: string, files: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(files).map(([path, text]) => [join(name, path), text]));
}

/** Not `fetch` and not `undici`, which change paths such as "/..". */
export async function send(
  origin: string,
  method: string,
  path: string,
  { headers = {}, body }: SendOptions = {},
): Promise<Sent> {
  const sent = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const about = { 'content-type': 'application/json', 'content-length': String(Buffer.byteLength(sent ?? '')) };
  const fields = { ...(sent !== undefined && about), ...headers };
  const { hostname, port } = new URL(origin);
  const outgoing = request({ hostname, port, method, path, headers: fields, agent: false });
  outgoing.end(sent);
  const [response] = (await once(outgoing, 'response')) as [IncomingMessage];
  const received = await text(response);
  const { 'content-type': type = '', 'content-encoding': coding } = response.headers;
  const isJson = type.includes('json') && received !== '' && coding === undefined;
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    text: received,
    json: isJson ? JSON.parse(received) : undefined,
  };
}
