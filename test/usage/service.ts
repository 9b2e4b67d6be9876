// A service with one fixed response, over real HTTP.
import { createServer } from 'node:http';
import { createSchema, createYoga } from 'graphql-yoga';
import { listen } from '../harness/listen.ts';

export async function startGraphqlServer(
  typeDefs: string,
  rootValue: Record<string, unknown>,
): Promise<{ url: string; stop(): Promise<void> }> {
  const yoga = createYoga({ schema: createSchema({ typeDefs, resolvers: { Query: resolversOf(rootValue) } }) });
  const server = createServer(yoga);
  const { origin, stop } = await listen(server);
  return { url: `${origin}/graphql`, stop };
}

function resolversOf(rootValue: Record<string, unknown>): Record<string, () => unknown> {
  return Object.fromEntries(Object.entries(rootValue).map(([name, value]) => [name, () => value]));
}
