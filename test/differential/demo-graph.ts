// The demo: the three services in process, each side with databases of its own, and the gateway's own fields.
import { copyFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execute, parse } from 'graphql';
import { composeGraph } from '../../gateway/compose/graph.ts';
import orders from '../../subgraphs/orders/service.ts';
import products from '../../subgraphs/products/service.ts';
import type { OpenService } from '../../subgraphs/service.ts';
import users from '../../subgraphs/users/service.ts';
import { GraphUnderTest, type UpstreamSchema } from './graph-under-test.ts';

const services = [users, orders, products];

/** The demo's graph; `close` removes its databases. */
export function demoGraph(): { graph: GraphUnderTest; close(): void } {
  const folder = mkdtempSync(join(tmpdir(), 'concierge-differential-'));
  const seeded = (name: string) => join(folder, `${name}.seeded`);
  for (const service of services) service.open(seeded(service.name)).close();
  let open = new Map<string, OpenService>();
  let copies = 0;
  const reopen = () => {
    for (const service of open.values()) service.close();
    copies += 1;
    open = new Map(
      services.map((service) => {
        const file = join(folder, `${service.name}.${copies}`);
        copyFileSync(seeded(service.name), file);
        return [service.name, service.open(file)];
      }),
    );
  };
  reopen();
  let mutated = false;
  // The callers that may change shared data.
  const desk = { userId: 'u3', roles: ['order-desk'] };
  const upstream = services.map(({ name }): UpstreamSchema => {
    const { schema } = open.get(name) as OpenService;
    return {
      name,
      schema,
      response({ text, variables }) {
        mutated ||= text.startsWith('mutation');
        const service = open.get(name) as OpenService;
        const contextValue = service.createContext(service.session(), desk);
        return execute({ schema: service.schema, document: parse(text), variableValues: variables, contextValue });
      },
    };
  });
  const sdl = (name: string) => readFileSync(new URL(`../../schema/${name}.graphql`, import.meta.url), 'utf8');
  const clock = Date.now;
  const now = clock();
  const graph = new GraphUnderTest({
    name: 'demo',
    subgraphs: upstream,
    compose: () =>
      composeGraph([
        ...services.map(({ name }) => ({ name, sdl: sdl(`subgraphs/${name}`) })),
        { name: 'gateway', sdl: sdl('gateway'), resolvers: { Query: { profile: () => ({ id: 'u1' }) } } },
      ]),
    knownValues: (name, type, random) => {
      if (name === 'id') return random.pick(['u1', 'o1', 'o17', 'p1', 'p3', 'nobody']);
      if (name === 'userId') return random.pick(['u1', 'u2', 'nobody']);
      if (name === 'productId') return random.pick(['p1', 'p2', 'p3', 'nothing']);
      if (name === 'text') return random.pick(['o1', 'a', 'lamp', '']);
      if (name === 'first') return random.between(-1, 4);
      if (name === 'quantity') return random.between(0, 5);
      return type === 'DateTime' ? '2026-01-01T00:00:00Z' : undefined;
    },
    mutations: 0.15,
    reset() {
      // Services store when something happened: both sides run in the same second.
      Date.now = () => now;
      if (mutated) reopen();
      mutated = false;
    },
  });
  return {
    graph,
    close() {
      Date.now = clock;
      for (const service of open.values()) service.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
