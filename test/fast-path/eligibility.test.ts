// Fast path eligibility: plain requests are handled without Yoga, all others by it.
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createCache } from '../../gateway/cache/cache.ts';
import { ClientDirectory } from '../../gateway/client-views/client-directory.ts';
import { openComposition } from '../../gateway/composition.ts';
import { type CorsConfig, corsSection } from '../../gateway/config/cors.ts';
import { defaultAutomaticBounds } from '../../gateway/config/documents.ts';
import { checkConfig } from '../../gateway/config/load.ts';
import { logSection } from '../../gateway/config/log.ts';
import { MemoryDocuments } from '../../gateway/persisted-documents/automatic-documents.ts';
import { Cors } from '../../gateway/pipeline/cors.ts';
import type { GraphqlHandler } from '../../gateway/pipeline/endpoints.ts';
import { Endpoints } from '../../gateway/pipeline/endpoints.ts';
import { NestedExecution } from '../../gateway/pipeline/nested-execution.ts';
import { RequestLog } from '../../gateway/pipeline/request-log.ts';
import { createCounters, createRequestLimits } from '../../gateway/policy/rate-limits/index.ts';
import { createPipeline } from '../../gateway/served-graph.ts';
import { type RequestWithBody, readingBodies } from '../../gateway/server/body-reader.ts';
import { BodySender } from '../../gateway/server/compression/body-sender.ts';
import { createFastPath } from '../../gateway/server/http-handler.ts';
import { HttpServer } from '../../gateway/server/http-server.ts';
import { RequestHandler } from '../../gateway/server/request-handler.ts';
import { createLog } from '../../gateway/telemetry/log.ts';
import { customer } from '../harness/demo-users.ts';
import { demoConfig, root } from '../harness/gateway.ts';
import { httpOptions } from '../harness/http-options.ts';
import { profileQuery } from '../harness/profile-query.ts';
import { posting, type RawRequest, sendRaw } from './both-paths.ts';

const cors = corsSection.parse({ origin: 'https://shop.example' }) as CorsConfig;
const maxBodyBytes = 10_000;
let origin: string;
let stop: () => Promise<void>;
beforeAll(async () => {
  const config = checkConfig(demoConfig({}, { limits: { introspection: true } }));
  const log = createLog({ level: 'silent' });
  const composition = openComposition(config, root);
  const counters = createCounters({ config: config.rateLimits, redis: null, log });
  const bodies = new BodySender(false, console);
  const pipeline = createPipeline(composition.compose(), null, {
    config,
    bodies,
    usage: null,
    inFlight: null,
    automatic: new MemoryDocuments(defaultAutomaticBounds),
    log,
    clients: composition.clients,
    cache: createCache(config.cache, null, log),
    counters,
    requestLimits: createRequestLimits(config.rateLimits, counters),
  });
  const fallback: GraphqlHandler = (request, response) => {
    const { body } = request as RequestWithBody;
    response.end(`not ordinary${body ? `, already read: ${body.bytes}` : ''}`);
  };
  const fastPath = createFastPath({ pipeline, fallback, bodies, httpStatus: 'classic' });
  const handle = readingBodies(maxBodyBytes, fastPath, fallback);
  const handler = new RequestHandler({
    log,
    requestLog: new RequestLog(log, logSection.parse({})),
    admission: { admit: () => null },
    endpoints: new Endpoints(
      {
        pipeline,
        nested: new NestedExecution(pipeline, () => ({ load: async () => [] })),
        handle,
        client: null,
        ratePlan: null,
        priority: null,
        checkAccess: null,
        isPageOpen: true,
        cors: new Cors(cors, []),
      },
      { path: '/graphql', clients: new ClientDirectory([]), clientsOnly: false, listsClients: false },
    ),
    routes: new Map(),
  });
  const server = new HttpServer({ handler, log, ...httpOptions(log) });
  origin = await server.listen();
  stop = async () => {
    await server.close();
    await composition.close();
  };
});
afterAll(() => stop());

const query = '{ __typename }';

test.each<[string, RawRequest]>([
  ['a query', posting({ query })],
  ['a query with a charset', posting({ query }, { 'content-type': 'application/json; charset=utf-8' })],
  ['a query for the GraphQL media type', posting({ query }, { accept: 'application/graphql-response+json' })],
  ['a body of unknown length', { ...posting({ query }), chunks: 5 }],
  ['a query of a browser', posting({ query }, { accept: '*/*', 'accept-encoding': 'gzip, br', 'user-agent': 'x' })],
  ['a page of another origin that may', posting({ query }, { origin: 'https://shop.example' })],
  ['a page of another origin that may not', posting({ query }, { origin: 'https://evil.example' })],
  ['a profile, while all services are down', posting({ query: profileQuery }, customer)],
  ['a profile of an anonymous caller', posting({ query: profileQuery })],
  ['a mutation', posting({ query: 'mutation { setStock(productId: "p1", quantity: 1) { id } }' })],
  ['variables', posting({ query: 'query ($id: ID!) { product(id: $id) { id } }', variables: { id: 'p1' } })],
  ['a name', posting({ query: 'query A { __typename } query B { a: __typename }', operationName: 'B' })],
  ['introspection', posting({ query: '{ __schema { queryType { name } } }' })],
  ['nulls', posting({ query, variables: null, operationName: null })],
  ['GET', { method: 'GET', path: `/graphql?query=${query}&variables={}` }],
])('the fast path serves %s', async (_what, request) => {
  const { body, headers } = await sendRaw(origin, request);
  expect(body).toMatch(/^\{"data":/);
  expect(headers['content-type']).toMatch(/^application\/(json|graphql-response\+json); charset=utf-8$/);
});

test.each<[string, RawRequest]>([
  ['GET of a mutation', { method: 'GET', path: '/graphql?query=mutation{setStock(productId:"p1",quantity:1){id}}' }],
  ['GET without a query', { method: 'GET' }],
  [
    'GET of a browser',
    {
      method: 'GET',
      path: `/graphql?query=${query}`,
      headers: { accept: 'text/html,application/xml;q=0.9,*/*;q=0.8' },
    },
  ],
  ['GET with variables that are no JSON', { method: 'GET', path: `/graphql?query=${query}&variables={` }],
  ['GET with a parameter twice', { method: 'GET', path: `/graphql?query=${query}&query=${query}` }],
  ['PUT', { ...posting({ query }), method: 'PUT' }],
  ['a form', { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: `query=${query}` }],
  ['another charset', posting({ query }, { 'content-type': 'application/json; charset=latin1' })],
  ['no content type', { body: JSON.stringify({ query }) }],
  ['a compressed body', posting({ query }, { 'content-encoding': 'gzip' })],
  ['a stream of events', posting({ query }, { accept: 'text/event-stream' })],
  ['an image', posting({ query }, { accept: 'image/png' })],
  ['a body that is too long', posting({ query: ' '.repeat(maxBodyBytes) })],
])('%s is handled by Yoga', async (_what, request) => {
  expect((await sendRaw(origin, request)).body).toMatch(/^not ordinary/);
});

test.each<[string, unknown]>([
  ['a batch', [{ query }]],
  ['null', null],
  ['text', 'text'],
  ['no JSON', undefined],
  ['no query', { variables: {} }],
  ['extensions', { query, extensions: { persistedQuery: { version: 1, sha256Hash: 'x' } } }],
  ['a parameter that is unknown', { query, id: 'x' }],
  ['variables that are a list', { query, variables: [] }],
  ['a name that is a number', { query, operationName: 1 }],
  ['a syntax error', { query: '{' }],
  ['a field that does not exist', { query: '{ nothing }' }],
  ['a name that no operation has', { query, operationName: 'A' }],
  ['two operations and no name', { query: 'query A { __typename } query B { __typename }' }],
])('a body of %s is handled by Yoga, with the bytes that were read', async (_what, value) => {
  const text = JSON.stringify(value) ?? '{"query":';
  expect((await sendRaw(origin, posting(text))).body).toBe(`not ordinary, already read: ${text}`);
});
