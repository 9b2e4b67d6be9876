// Graph of the caching tests: products, public reviews of them, and private notes. Its data changes
// by mutations, or bypassing the gateway.
import { onTestFinished } from 'vitest';
import type { GatewayConfig } from '../../gateway/index.ts';
import {
  type CachingGateway,
  type Service,
  type ServiceDefinition,
  startCachingGateway,
  startService,
} from './services.ts';

export interface Fixtures {
  /** Names, by id. */
  products: Map<string, string>;
  /** Stars, by product. */
  stars: Map<string, number>;
}

function makeFixtures(): Fixtures {
  const ids = Array.from({ length: 20 }, (_, index) => String(index + 1));
  return {
    products: new Map(ids.map((id) => [id, `Product ${id}`])),
    stars: new Map(ids.map((id) => [id, Number(id) % 5])),
  };
}

const catalogSdl = `
  type Query {
    products: [Product!]! @cacheControl(maxAge: 60)
    product(id: ID!): Product @cacheControl(maxAge: 60)
    greeting: String @cacheControl(maxAge: 60)
    caller: String @cacheControl(maxAge: 60)
    now: Int
    _products(ids: [ID!]!): [Product]! @merge(keyField: "id")
  }
  type Mutation {
    rename(id: ID!, name: String!): Product
    renameSilently(input: RenameInput!): Boolean @invalidates(type: "Product", id: "input.product.id")
    renameAll(name: String!): Boolean @invalidates(type: "Product")
    forbidden: Boolean @authenticated @invalidates(type: "Product")
    unrelated: Boolean
  }
  input RenameInput { product: RenameProduct! name: String! }
  input RenameProduct { id: ID! }
  type Product @key(selectionSet: "{ id }") @cacheControl(maxAge: 60) {
    id: ID!
    name: String!
    label(language: String = "en", shout: Boolean): String!
    maker: Maker @cacheControl(maxAge: 60)
    secret: String @authenticated
    volatile: Int @cacheControl(maxAge: 0)
    faulty: String
  }
  type Maker { id: ID! name: String! }
`;

const reviewsSdl = `
  type Query {
    featured(ids: [ID!]!): [Product!]! @cacheControl(maxAge: 60)
    _reviewed(ids: [ID!]!): [Product]! @merge(keyField: "id")
  }
  type Product @key(selectionSet: "{ id }") @cacheControl(maxAge: 60) {
    id: ID!
    stars: Int
    mine: String @cacheControl(scope: PRIVATE, maxAge: 60)
  }
`;

const peopleSdl = `
  type Query {
    me: Person @cacheControl(maxAge: 60, scope: PRIVATE)
    _people(ids: [ID!]!): [Person]! @merge(keyField: "id")
  }
  type Person @key(selectionSet: "{ id }") @cacheControl(maxAge: 60, scope: PRIVATE) {
    id: ID!
    email: String
    favourite: Product @cacheControl(maxAge: 60)
  }
  type Product @key(selectionSet: "{ id }") { id: ID! }
`;

function definitions(fixtures: Fixtures): ServiceDefinition[] {
  const product = (id: string) => (fixtures.products.has(id) ? { id } : null);
  const caller = ({ headers }: { headers: Record<string, unknown> }) => String(headers['x-who'] ?? 'anonymous');
  return [
    {
      name: 'catalog',
      sdl: catalogSdl,
      resolvers: {
        Query: {
          products: () => [...fixtures.products.keys()].map(product),
          product: (_: unknown, { id }: { id: string }) => product(id),
          greeting: (_: unknown, __: unknown, { headers }) => (headers['accept-language'] === 'de' ? 'Hallo' : 'Hello'),
          caller: (_: unknown, __: unknown, context) => caller(context),
          now: () => 1,
          _products: (_: unknown, { ids }: { ids: string[] }) => ids.map(product),
        },
        Mutation: {
          rename: (_: unknown, { id, name }: { id: string; name: string }) => {
            fixtures.products.set(id, name);
            return product(id);
          },
          renameSilently: (_: unknown, { input }: { input: { product: { id: string }; name: string } }) => {
            fixtures.products.set(input.product.id, input.name);
            return true;
          },
          renameAll: (_: unknown, { name }: { name: string }) => {
            for (const id of fixtures.products.keys()) fixtures.products.set(id, name);
            return true;
          },
          forbidden: () => true,
          unrelated: () => true,
        },
        Product: {
          name: ({ id }: { id: string }) => fixtures.products.get(id),
          label: ({ id }: { id: string }, { language, shout }: { language: string | null; shout?: boolean }) => {
            const label = `${language}:${fixtures.products.get(id)}`;
            return shout ? label.toUpperCase() : label;
          },
          maker: () => ({ id: 'm1', name: 'Maker' }),
          secret: ({ id }: { id: string }) => `secret of ${id}`,
          volatile: () => 1,
          faulty: () => {
            throw new Error('faulty');
          },
        },
      },
    },
    {
      name: 'reviews',
      sdl: reviewsSdl,
      resolvers: {
        Query: {
          featured: (_: unknown, { ids }: { ids: string[] }) => ids.map((id) => ({ id })),
          _reviewed: (_: unknown, { ids }: { ids: string[] }) => ids.map((id) => ({ id })),
        },
        Product: {
          stars: ({ id }: { id: string }) => fixtures.stars.get(id) ?? null,
          mine: ({ id }: { id: string }, _: unknown, context) => `${caller(context)} on ${id}`,
        },
      },
    },
    {
      name: 'people',
      sdl: peopleSdl,
      resolvers: {
        Query: {
          me: (_: unknown, __: unknown, context) => ({ id: caller(context) }),
          _people: (_: unknown, { ids }: { ids: string[] }) => ids.map((id) => ({ id })),
        },
        Person: {
          email: ({ id }: { id: string }) => `${id}@example.org`,
          favourite: () => ({ id: '1' }),
        },
      },
    },
  ];
}

export interface Shop {
  fixtures: Fixtures;
  catalog: Service;
  reviews: Service;
  people: Service;
  /** A gateway over these services; ends with the test. */
  open(options?: Partial<GatewayConfig>): Promise<CachingGateway>;
  /** Requests to each service since the last time. */
  calls(): Record<string, number>;
}

export interface OpenShop extends Shop, CachingGateway {}

/** The services alone, for one test. */
export async function startShop(): Promise<Shop> {
  const fixtures = makeFixtures();
  const services = await Promise.all(definitions(fixtures).map(startService));
  onTestFinished(async () => {
    await Promise.all(services.map((service) => service.stop()));
  });
  const [catalog, reviews, people] = services as [Service, Service, Service];
  let counted = new Map<Service, number>();
  return {
    fixtures,
    catalog,
    reviews,
    people,
    async open(options) {
      // The headers that services get of the caller, where a test does not set others.
      const gateway = await startCachingGateway(services, { forward: { claims: {} }, ...options });
      onTestFinished(async () => {
        for (const service of services) service.release();
        await gateway.stop();
      });
      return gateway;
    },
    calls() {
      const calls = Object.fromEntries(
        services.map((service) => [service.name, service.requested.length - (counted.get(service) ?? 0)]),
      );
      counted = new Map(services.map((service) => [service, service.requested.length]));
      return calls;
    },
  };
}

/** The services with one gateway over them. */
export async function openShop(options?: Partial<GatewayConfig>): Promise<OpenShop> {
  const shop = await startShop();
  return { ...shop, ...(await shop.open(options)) };
}

/** Services receive the caller as `x-who`, which clients cannot send. */
export const sendsIdentity = { claims: { 'x-who': 'sub' } };
