// A GraphQL service as others run them: introspection, and whatever its schema has.
import { createServer, type IncomingHttpHeaders, type RequestListener } from 'node:http';
import { createSchema, createYoga } from 'graphql-yoga';
import { onTestFinished } from 'vitest';
import { listen } from '../harness/listen.ts';

export interface RunningService {
  url: string;
  /** Header fields of each request. */
  requests: IncomingHttpHeaders[];
  /** Takes the place of the service from now on. */
  behave(listener: RequestListener): void;
  stop(): Promise<void>;
}

type Resolvers = Parameters<typeof createSchema<object>>[0]['resolvers'];

/** Starts a service that ends with the test. */
export async function runService(typeDefs: string, resolvers: Resolvers = {}): Promise<RunningService> {
  const yoga = createYoga({ schema: createSchema<object>({ typeDefs, resolvers }), logging: false });
  let listener: RequestListener = (request, response) => void yoga(request, response);
  const requests: IncomingHttpHeaders[] = [];
  const server = createServer((request, response) => {
    requests.push(request.headers);
    listener(request, response);
  });
  const { origin, stop } = await listen(server);
  let isStopped = false;
  const stopOnce = async () => {
    if (!isStopped) await stop();
    isStopped = true;
  };
  onTestFinished(stopOnce);
  return {
    url: `${origin}/graphql`,
    requests,
    behave: (next) => {
      listener = next;
    },
    stop: stopOnce,
  };
}
