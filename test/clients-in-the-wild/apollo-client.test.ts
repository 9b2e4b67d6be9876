// Apollo Client before the demo, with the links that its users combine.
import { createHash } from 'node:crypto';
import {
  ApolloClient,
  type ApolloLink,
  CombinedGraphQLErrors,
  CombinedProtocolErrors,
  gql,
  HttpLink,
  InMemoryCache,
  type OperationVariables,
  ServerError,
} from '@apollo/client';
import { Defer20220824Handler, GraphQL17Alpha9Handler } from '@apollo/client/incremental';
import { BatchHttpLink } from '@apollo/client/link/batch-http';
import { SetContextLink } from '@apollo/client/link/context';
import { ErrorLink } from '@apollo/client/link/error';
import { createPersistedQueryLink } from '@apollo/client/link/persisted-queries';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { print } from 'graphql';
import { createClient } from 'graphql-ws';
import { firstValueFrom, from, switchMap } from 'rxjs';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { type Demo, expiredToken, recordingFetch, type SentRequest, startDemo, stopsAtEnd, tokenOf } from './demo.ts';

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

const productsQuery = gql`
  query Products($first: Int!) {
    products(first: $first) {
      nodes {
        id
        name
      }
    }
  }
`;
const profileQuery = gql`
  query Profile {
    profile {
      id
      name
      orders(first: 1) {
        totalCount
      }
    }
    products(first: 1) {
      nodes {
        id
      }
    }
  }
`;
/** As Apollo's manifest tool writes it: with the `__typename` that the client adds. */
const trustedText = print(new InMemoryCache().transformDocument(productsQuery));

interface Total {
  products: { totalCount: number };
}

let demo: Demo;
const atEnd = stopsAtEnd();

beforeAll(async () => {
  demo = await startDemo(atEnd, {
    files: {
      'clients/shop/client.ts': "export default { trustedDocuments: 'only' };",
      'clients/shop/documents/1.0.json': JSON.stringify({
        format: 'apollo-persisted-query-manifest',
        version: 1,
        operations: [{ id: sha256(trustedText), name: 'Products', type: 'query', body: trustedText }],
      }),
      'clients/plain/client.ts': 'export default { automaticPersistedQueries: false };',
    },
    config: { documents: { automaticPersistedQueries: true }, limits: { batch: 2 } },
  });
});

const clientOf = (link: ApolloLink) =>
  new ApolloClient({ link, cache: new InMemoryCache(), incrementalHandler: new Defer20220824Handler() });

/** A client that sends one POST for each operation; what it sends is recorded. */
function plainClient(options: HttpLink.Options = {}) {
  const { fetch, requests } = recordingFetch();
  return { client: clientOf(new HttpLink({ uri: demo.url, fetch, ...options })), requests };
}

async function errorsOf(result: Promise<{ error?: unknown }>): Promise<CombinedGraphQLErrors> {
  const error = await result.then(
    ({ error }) => error,
    (error) => error,
  );
  if (!CombinedGraphQLErrors.is(error)) throw new Error(`no GraphQL errors: ${error}`);
  return error;
}

const sent = (requests: SentRequest[]) => requests.splice(0).map(({ method, status }) => `${method} ${status}`);

test('queries with variables; a mutation updates the normalized objects that a query has cached', async () => {
  const { client } = plainClient({ headers: { authorization: `Bearer ${await tokenOf('u1')}` } });
  const products = await client.query({ query: productsQuery, variables: { first: 2 } });
  expect(products).toEqual({
    data: {
      products: {
        __typename: 'ProductConnection',
        nodes: [
          { __typename: 'Product', id: expect.any(String), name: expect.any(String) },
          { __typename: 'Product', id: expect.any(String), name: expect.any(String) },
        ],
      },
    },
  });
  await client.query({ query: profileQuery });
  const update = gql`
    mutation Rename($input: UpdateProfileInput!) {
      updateProfile(input: $input) {
        id
        name
      }
    }
  `;
  const variables: OperationVariables = { input: { id: 'u1', name: 'Ada' } };
  expect(await client.mutate({ mutation: update, variables })).toMatchObject({ data: { updateProfile: { id: 'u1' } } });
  expect(client.readQuery({ query: profileQuery })).toMatchObject({
    profile: { id: 'u1', name: 'Ada', orders: { totalCount: 84 } },
  });
});

test('partial data comes with the codes and paths of its errors; a document that is not valid has errors and no data', async () => {
  const { client } = plainClient({ headers: { authorization: `Bearer ${await tokenOf('u2', [])}` } });
  const { data, error } = await client.query({ query: profileQuery, errorPolicy: 'all' });
  expect(data).toMatchObject({ profile: { id: 'u2', orders: null }, products: { nodes: [{}] } });
  expect((await errorsOf(Promise.resolve({ error }))).errors).toMatchObject([
    { path: ['profile', 'orders'], extensions: { code: 'FORBIDDEN' } },
  ]);
  const invalid = await errorsOf(client.query({ query: gql`{ profil { id } }` }));
  expect(invalid.errors).toMatchObject([
    { message: expect.stringContaining('Did you mean "profile"?'), extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } },
  ]);
});

test('a token that has expired is renewed by an error link, and the operation is sent again', async () => {
  const { fetch, requests } = recordingFetch();
  let token = await expiredToken('u1');
  const authorize = new SetContextLink(({ headers }) => ({
    headers: { ...headers, authorization: `Bearer ${token}` },
  }));
  const renew = new ErrorLink(({ error, operation, forward }) => {
    const expired = CombinedGraphQLErrors.is(error) && !error.data;
    if (!expired || error.errors[0]?.extensions?.code !== 'UNAUTHENTICATED') return;
    return from(tokenOf('u1')).pipe(
      switchMap((fresh) => {
        token = fresh;
        return forward(operation);
      }),
    );
  });
  const client = clientOf(renew.concat(authorize).concat(new HttpLink({ uri: demo.url, fetch })));
  expect(await client.query({ query: profileQuery })).toMatchObject({ data: { profile: { id: 'u1' } } });
  expect(sent(requests)).toEqual(['POST 401', 'POST 200']);
});

test('automatic persisted queries: the hash by GET, the text once, then the hash; the text for ever where they are off', async () => {
  const { fetch, requests } = recordingFetch();
  const clientAt = (uri: string) =>
    clientOf(createPersistedQueryLink({ sha256, useGETForHashedQueries: true }).concat(new HttpLink({ uri, fetch })));
  const client = clientAt(demo.url);
  for (const first of [3, 4]) {
    const { data } = await client.query({ query: productsQuery, variables: { first } });
    expect(data).toMatchObject({ products: { nodes: { length: first } } });
  }
  expect(requests[0]?.url.searchParams.get('query')).toBe(null);
  expect(requests[0]?.type).toBe('application/graphql-response+json; charset=utf-8');
  expect(sent(requests)).toEqual(['GET 404', 'POST 200', 'GET 200']);

  const without = clientAt(`${demo.url}/plain`);
  for (const first of [3, 4]) await without.query({ query: productsQuery, variables: { first } });
  expect(sent(requests)).toEqual(['GET 400', 'POST 200', 'POST 200']);
});

test('automatic persisted queries in a batch and over WebSocket: the hashes, then the texts', async () => {
  const { fetch, requests } = recordingFetch();
  const socket = createClient({ url: demo.webSocketUrl });
  onTestFinished(async () => {
    await socket.dispose();
  });
  const totalOf = async (link: ApolloLink, name: string) => {
    const query = gql`query ${name} { products(first: 1) { totalCount } }`;
    const { data } = await clientOf(createPersistedQueryLink({ sha256 }).concat(link)).query<Total>({ query });
    return data?.products.totalCount;
  };
  const batches = new BatchHttpLink({ uri: demo.url, fetch });
  expect(await Promise.all(['First', 'Second'].map((name) => totalOf(batches, name)))).toEqual([500, 500]);
  // One batch or two, as their hashes are ready.
  expect(new Set(sent(requests))).toEqual(new Set(['POST 200']));
  expect(await totalOf(new GraphQLWsLink(socket), 'Third')).toBe(500);
});

test("trusted documents of Apollo's manifest are requested by their hash, and nothing else is executed", async () => {
  const { fetch, requests } = recordingFetch();
  const link = createPersistedQueryLink({ sha256 }).concat(new HttpLink({ uri: `${demo.url}/shop`, fetch }));
  const client = clientOf(link);
  expect(await client.query({ query: productsQuery, variables: { first: 1 } })).toMatchObject({
    data: { products: { nodes: [{}] } },
  });
  expect(requests[0]?.body).not.toHaveProperty('query');
  expect(sent(requests)).toEqual(['POST 200']);
  const { errors } = await errorsOf(client.query({ query: profileQuery }));
  expect(errors).toMatchObject([{ extensions: { code: 'PERSISTED_QUERY_NOT_IN_LIST' } }]);
  expect(sent(requests)).toEqual(['POST 400']);
});

test('queries by GET, which browsers may cache', async () => {
  const { client, requests } = plainClient({ useGETForQueries: true });
  expect(await client.query({ query: productsQuery, variables: { first: 2 } })).toMatchObject({
    data: { products: { nodes: { length: 2 } } },
  });
  expect(sent(requests)).toEqual(['GET 200']);
});

test('operations are batched; too many for one request are an error with the limit', async () => {
  const { fetch, requests } = recordingFetch();
  const query = (client: ApolloClient, first: number) => client.query({ query: productsQuery, variables: { first } });
  const batching = () => clientOf(new BatchHttpLink({ uri: demo.url, fetch, batchMax: 5, batchInterval: 0 }));
  const client = batching();
  const results = await Promise.all([query(client, 1), query(client, 2)]);
  expect(results).toMatchObject([
    { data: { products: { nodes: { length: 1 } } } },
    { data: { products: { nodes: { length: 2 } } } },
  ]);
  expect(sent(requests)).toEqual(['POST 200']);

  const other = batching();
  const outcomes = await Promise.all([1, 2, 3].map((first) => query(other, first).catch((error) => error)));
  for (const error of outcomes) {
    if (!ServerError.is(error)) throw error;
    expect(JSON.parse(error.bodyText)).toMatchObject({
      errors: [{ extensions: { code: 'BATCH_LIMIT_EXCEEDED', limit: 2, value: 3 } }],
    });
  }
  expect(sent(requests)).toEqual(['POST 413']);
});

test('unsubscribing cancels the request, and the one to the service', async () => {
  const { client } = plainClient();
  const subscription = client.watchQuery({ query: gql`{ endless }` }).subscribe({});
  await demo.events.endlessArrived;
  subscription.unsubscribe();
  client.stop();
  await demo.events.endlessCancelled;
});

const stockSubscription = gql`
  subscription Stock($id: ID!) {
    stockChanged(productId: $id) {
      id
      name
    }
  }
`;

test('subscriptions over WebSocket, with the token in the connection parameters', async () => {
  const socket = createClient({
    url: demo.webSocketUrl,
    connectionParams: async () => ({ authorization: `Bearer ${await tokenOf('u1')}` }),
  });
  onTestFinished(async () => {
    await socket.dispose();
  });
  const client = clientOf(new GraphQLWsLink(socket));
  const event = firstValueFrom(client.subscribe({ query: stockSubscription, variables: { id: 'p1' } }));
  await demo.events.subscribed(1);
  demo.events.publish('stockChanged', 'p1');
  expect(await event).toMatchObject({ data: { stockChanged: { id: 'p1', name: expect.any(String) } } });
  expect(await client.query({ query: profileQuery })).toMatchObject({ data: { profile: { id: 'u1' } } });
  await demo.events.subscribed(0);
});

test('subscriptions in parts: events of several services, the regular end, and errors of what is not valid', async () => {
  const { client, requests } = plainClient();
  const received: unknown[] = [];
  const ended = Promise.withResolvers<string>();
  const both = Promise.withResolvers<void>();
  client.subscribe({ query: stockSubscription, variables: { id: 'p1' } }).subscribe({
    next: (result) => {
      if (received.push(result) === 2) both.resolve();
    },
    complete: () => ended.resolve('complete'),
    error: (error) => ended.resolve(String(error)),
  });
  await demo.events.subscribed(1);
  demo.events.publish('stockChanged', 'p1');
  demo.events.publish('stockChanged', 'p2');
  await both.promise;
  demo.events.end();
  expect(await ended.promise).toBe('complete');
  expect(received).toMatchObject(
    ['p1', 'p2'].map((id) => ({ data: { stockChanged: { id, name: expect.any(String) } } })),
  );
  expect(requests[0]?.type).toBe('multipart/mixed;boundary="graphql";subscriptionSpec="1.0"');
  const notValid = client.subscribe({ query: gql`subscription { stockChanged(productId: "p1") { nothing } }` });
  expect(await errorsOf(firstValueFrom(notValid))).toMatchObject({
    errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
  });
});

test('subscriptions in parts: leaving ends the one at the service; one that is interrupted has an error', async () => {
  const { client } = plainClient();
  const left = client.subscribe({ query: stockSubscription, variables: { id: 'p1' } }).subscribe({});
  await demo.events.subscribed(1);
  left.unsubscribe();
  await demo.events.subscribed(0);
  // Of another client: this one may still take the request that it has left for an equal one.
  const { client: other } = plainClient();
  const interrupted = firstValueFrom(other.subscribe({ query: stockSubscription, variables: { id: 'p1' } }));
  await demo.events.subscribed(1);
  await demo.restart();
  const { error } = await interrupted;
  if (!CombinedProtocolErrors.is(error)) throw new Error(`not of the protocol: ${error}`);
  expect(error.errors).toMatchObject([{ extensions: { code: 'SHUTTING_DOWN' } }]);
});

test.each([
  ['deferSpec=20220824', new Defer20220824Handler()],
  ['incrementalSpec=v0.2', new GraphQL17Alpha9Handler()],
])(
  '@defer in the format %s: the first part, then what is deferred, errors included',
  async (spec, incrementalHandler) => {
    const { fetch, requests } = recordingFetch();
    const authorization = `Bearer ${await tokenOf('u2', [])}`;
    const link = new HttpLink({ uri: demo.url, fetch, headers: { authorization } });
    const client = new ApolloClient({ link, cache: new InMemoryCache(), incrementalHandler });
    const query = gql`
      query Profile {
        profile {
          id
          ...Recommended @defer(label: "recommended")
        }
      }
      fragment Recommended on User {
        recommendations(first: 2) {
          id
          name
        }
        orders(first: 1) {
          totalCount
        }
      }
    `;
    const results: ApolloClient.QueryResult<Record<string, unknown>>[] = [];
    const done = Promise.withResolvers<void>();
    client.watchQuery<Record<string, unknown>>({ query, errorPolicy: 'all' }).subscribe((result) => {
      results.push(result as (typeof results)[number]);
      if (!result.loading && !result.partial) done.resolve();
    });
    await done.promise;
    expect(requests[0]?.type).toContain(`multipart/mixed;boundary="graphql";${spec}`);
    expect(results.map(({ data }) => data)).toContainEqual({ profile: { __typename: 'User', id: 'u2' } });
    const { data, error } = results.at(-1) ?? {};
    const product = { __typename: 'Product', id: expect.any(String), name: expect.any(String) };
    expect(data).toMatchObject({ profile: { id: 'u2', recommendations: [product, product], orders: null } });
    if (!CombinedGraphQLErrors.is(error)) throw new Error(`no GraphQL errors: ${error}`);
    expect(error.errors).toMatchObject([{ path: ['profile', 'orders'], extensions: { code: 'FORBIDDEN' } }]);
  },
);

test('what is not supported is an error that says so: @stream, file uploads', async () => {
  const { client } = plainClient();
  const streamed = client.query({ query: gql`{ products(first: 1) { nodes @stream { id } } }` });
  expect(await errorsOf(streamed)).toMatchObject({
    message: 'The directive "@stream" is not supported. Remove it: lists are sent whole.',
    errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
  });
  const form = new FormData();
  form.set('operations', JSON.stringify({ query: '{ products { totalCount } }' }));
  form.set('map', '{}');
  const accept = 'application/graphql-response+json';
  const upload = await fetch(demo.url, {
    method: 'POST',
    body: form,
    headers: { accept, 'apollo-require-preflight': '1' },
  });
  expect([upload.status, await upload.json()]).toEqual([
    415,
    {
      errors: [
        {
          message: 'Forms in parts (file uploads) are not accepted here: send "application/json".',
          extensions: { code: 'BAD_REQUEST' },
        },
      ],
    },
  ]);
});
