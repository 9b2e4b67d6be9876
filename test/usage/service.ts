// A service with one fixed response, over real HTTP.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createSchema, createYoga } from 'graphql-yoga';

export async function startGraphqlServer(
  typeDefs: string,
  rootValue: Record<string, unknown>,
): Promise<{ url: string; stop(): Promise<void> }> {
  const yoga = createYoga({ schema: createSchema({ typeDefs, resolvers: { Query: resolversOf(rootValue) } }) });
  const server = createServer(yoga);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/graphql`,
    stop: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function resolversOf(rootValue: Record<string, unknown>): Record<string, () => unknown> {
  return Object.fromEntries(Object.entries(rootValue).map(([name, value]) => [name, () => value]));
}
