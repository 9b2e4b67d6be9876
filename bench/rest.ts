// Cost of a fetch from a REST service: processor time of a client that makes HTTP requests of a GraphQL text and maps their
// responses, beside that of the client of a GraphQL service with the same data, in turns. `npm run bench:rest` takes about a
// minute, prints a table and writes nothing. Exit code 1 where a fetch takes more than 1.3 times as much.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { readRestService } from '../gateway/compose/connect/rest-service.ts';
import { Cancellation } from '../gateway/transport/cancellation.ts';
import { FetchProfile } from '../gateway/transport/fetch-profile.ts';
import { RestClient } from '../gateway/transport/rest/rest-client.ts';
import { SubgraphClient } from '../gateway/transport/subgraph-client.ts';
import { compareInTurns } from './run/in-turns.ts';

const bar = 1.3;

const { values } = parseArgs({
  options: {
    /** Seconds of one round, for each of the two clients. */
    duration: { type: 'string', default: '1' },
    rounds: { type: 'string', default: '11' },
    concurrency: { type: 'string', default: '16' },
  },
});

const service = fork(new URL('./rest/service.ts', import.meta.url));
const [port] = await once(service, 'message');
const origin = `http://127.0.0.1:${port}`;

const sdl = `
  extend schema @source(name: "api", http: { baseURL: "${origin}/v1" })
  type Query {
    product(id: ID!): Product
      @connect(http: { GET: "/products/{$args.id}" }, entity: true, selection: "id name price inStock maker { id name }")
    products(first: Int): [Product!]
      @connect(http: { GET: "/products?first={$args.first}" }, selection: "$.items { id name price inStock maker { id name } }")
  }
  type Product { id: ID! name: String price: Int inStock: Boolean maker: Maker }
  type Maker { id: ID! name: String }
`;

const options = {
  timeout: 5_000,
  maxResponseBytes: 1e7,
  subscriptions: { max: 1, end: 'close', startTimeout: 1 },
} as const;
const settings = { config: {}, forwarded: new Set<string>(), fixedHeaders: new Set<string>() };
const { service: connectors } = readRestService('api', sdl, settings);

const selection = '{ id name price inStock maker { id name } }';
const fetches = [
  {
    name: 'one object',
    path: 'one',
    query: `query ($id: ID!) { product(id: $id) ${selection} }`,
    variables: { id: 'p0' },
  },
  {
    name: '50 objects',
    path: 'many',
    query: `query ($n: Int) { products(first: $n) ${selection} }`,
    variables: { n: 50 },
  },
];

let isBeyond = false;
for (const { name, path, query, variables } of fetches) {
  const graphql = new SubgraphClient({ ...options, name: 'graphql', urls: [`${origin}/graphql/${path}`] });
  const rest = new RestClient({ ...options, name: 'rest', urls: [`${origin}/v1`], service: () => connectors });
  const body = JSON.stringify({ query, variables });
  const profile = new FetchProfile(true, false, query);
  const send = (client: SubgraphClient) =>
    client.send(body, { requestId: 'bench', cancellation: new Cancellation(), calls: [] }, profile);
  const [one, other] = [await send(rest), await send(graphql)];
  if (one.errors || !one.data || !isDeepStrictEqual(plain(one.data), plain(other.data))) {
    throw new Error(`The two services do not return the same: ${JSON.stringify(one)}, ${JSON.stringify(other)}`);
  }
  const many = (client: SubgraphClient) => () =>
    Promise.all(Array.from({ length: Number(values.concurrency) }, () => send(client)));
  const { ratio, times } = await compareInTurns(many(rest), many(graphql), {
    rounds: Number(values.rounds),
    duration: Number(values.duration),
  });
  const [restTime, graphqlTime] = times.map((time) => (time / Number(values.concurrency)).toFixed(1));
  console.log(
    `${name}: REST ${restTime} µs, GraphQL ${graphqlTime} µs, ${ratio.toFixed(3)} times as much; the bar is ${bar}`,
  );
  // Not a number where one of the two was not measured.
  if (!(ratio <= bar)) isBeyond = true;
  await Promise.all([graphql.close(), rest.close()]);
}
service.disconnect();
if (isBeyond) process.exitCode = 1;

function plain(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
