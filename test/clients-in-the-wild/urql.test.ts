// urql before the demo. `@urql/core` is the client that its bindings for React, Vue and Svelte share.
import {
  type AnyVariables,
  Client,
  type ClientOptions,
  type Exchange,
  fetchExchange,
  gql,
  type OperationResult,
  subscriptionExchange,
} from '@urql/core';
import { authExchange } from '@urql/exchange-auth';
import { persistedExchange } from '@urql/exchange-persisted';
import { createClient } from 'graphql-ws';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { pipe, subscribe, tap, toPromise } from 'wonka';
import { type Demo, expiredToken, recordingFetch, type SentRequest, startDemo, stopsAtEnd, tokenOf } from './demo.ts';

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
const stockSubscription = gql`
  subscription Stock($id: ID!) {
    stockChanged(productId: $id) {
      id
      name
    }
  }
`;

let demo: Demo;
const atEnd = stopsAtEnd();

beforeAll(async () => {
  demo = await startDemo(atEnd, {
    files: { 'clients/plain/client.ts': 'export default { automaticPersistedQueries: false };' },
    config: { documents: { automaticPersistedQueries: true } },
  });
});

function clientOf(exchanges: Exchange[], options: Partial<ClientOptions> = {}) {
  const { fetch, requests } = recordingFetch();
  return { client: new Client({ url: demo.url, fetch, preferGetMethod: false, exchanges, ...options }), requests };
}

const sent = (requests: SentRequest[]) => requests.splice(0).map(({ method, status }) => `${method} ${status}`);
const codes = ({ error }: OperationResult<unknown, AnyVariables>) =>
  error?.graphQLErrors.map(({ path, extensions }) => [path?.join('.'), extensions.code]);

test('queries by POST and GET, mutations, partial data with codes, and documents that are not valid', async () => {
  const authorization = `Bearer ${await tokenOf('u2', [])}`;
  const { client, requests } = clientOf([fetchExchange], { fetchOptions: { headers: { authorization } } });
  const read = await client.query(productsQuery, { first: 2 }, { preferGetMethod: true }).toPromise();
  expect([read.data.products.nodes.length, read.error]).toEqual([2, undefined]);
  const profile = await client.query(profileQuery, {}).toPromise();
  expect(profile.data).toMatchObject({ profile: { id: 'u2', orders: null }, products: { nodes: [{}] } });
  expect(codes(profile)).toEqual([['profile.orders', 'FORBIDDEN']]);
  const rename = gql`mutation Rename($input: UpdateProfileInput!) { updateProfile(input: $input) { name } }`;
  const renamed = await client.mutation(rename, { input: { id: 'u2', name: 'Grace' } }).toPromise();
  expect(renamed.data).toEqual({ updateProfile: { name: 'Grace' } });
  const invalid = await client.query(gql`{ profil { id } }`, {}).toPromise();
  expect(codes(invalid)).toEqual([[undefined, 'GRAPHQL_VALIDATION_FAILED']]);
  expect(sent(requests)).toEqual(['GET 200', 'POST 200', 'POST 200', 'POST 400']);
});

test('automatic persisted queries: the hash by GET, the text once, then the hash; the text where they are off', async () => {
  // A GET without credentials needs a header that pages of other origins cannot set.
  const fetchOptions = { headers: { 'graphql-require-preflight': '1' } };
  const { client, requests } = clientOf([persistedExchange(), fetchExchange], { fetchOptions });
  const length = async (from: Client, first: number) =>
    (await from.query(productsQuery, { first }).toPromise()).data?.products.nodes.length;
  expect([await length(client, 3), await length(client, 4)]).toEqual([3, 4]);
  expect(sent(requests)).toEqual(['GET 404', 'GET 200', 'GET 200']);
  const without = clientOf([persistedExchange(), fetchExchange], { fetchOptions, url: `${demo.url}/plain` });
  expect([await length(without.client, 3), await length(without.client, 4)]).toEqual([3, 4]);
  expect(sent(without.requests)).toEqual(['GET 400', 'GET 200', 'POST 200']);
  const bare = await clientOf([persistedExchange(), fetchExchange])
    .client.query(productsQuery, { first: 1 })
    .toPromise();
  expect(codes(bare)).toEqual([[undefined, 'CSRF_PREVENTION_FAILED']]);
  expect(bare.error?.message).toContain('or one of these headers with any value: graphql-require-preflight,');
});

test('@defer: the first part, then what is deferred', async () => {
  const authorization = `Bearer ${await tokenOf('u1')}`;
  const { client, requests } = clientOf([fetchExchange], { fetchOptions: { headers: { authorization } } });
  const query = gql`
    query Profile {
      profile {
        id
        ... @defer {
          orders(first: 1) {
            totalCount
          }
        }
      }
    }
  `;
  const results: OperationResult[] = [];
  const done = Promise.withResolvers<OperationResult>();
  const collect = (result: OperationResult) => {
    results.push(result);
    if (!result.hasNext) done.resolve(result);
  };
  pipe(client.query(query, {}), subscribe(collect));
  const last = await done.promise;
  expect(results[0]).toMatchObject({ hasNext: true, error: undefined, data: { profile: { id: 'u1' } } });
  expect(results[0]?.data.profile.orders).toBeUndefined();
  expect(last).toMatchObject({ hasNext: false, error: undefined });
  expect(last.data.profile).toMatchObject({ id: 'u1', orders: { totalCount: 84 } });
  expect(requests[0]?.type).toBe('text/event-stream');
});

test('a token that has expired is renewed by the exchange for authentication', async () => {
  let token = await expiredToken('u1');
  const authentication = authExchange(async ({ appendHeaders }) => ({
    addAuthToOperation: (operation) => appendHeaders(operation, { authorization: `Bearer ${token}` }),
    didAuthError: ({ response }) => response?.status === 401,
    refreshAuth: async () => {
      token = await tokenOf('u1');
    },
  }));
  const { client, requests } = clientOf([authentication, fetchExchange]);
  const { data } = await client.query(profileQuery, {}).toPromise();
  expect(data).toMatchObject({ profile: { id: 'u1', orders: { totalCount: 84 } } });
  expect(sent(requests)).toEqual(['POST 401', 'POST 200']);
});

test('unsubscribing cancels the request, and the one to the service', async () => {
  const { client } = clientOf([fetchExchange]);
  const { unsubscribe } = pipe(
    client.query(gql`{ endless }`, {}),
    subscribe(() => {}),
  );
  await demo.events.endlessArrived;
  unsubscribe();
  await demo.events.endlessCancelled;
});

test.each(['server-sent events', 'WebSocket'])('subscriptions over %s', async (transport) => {
  const socket = createClient({ url: demo.webSocketUrl });
  onTestFinished(async () => {
    await socket.dispose();
  });
  const overSocket = subscriptionExchange({
    forwardSubscription: ({ query = '', variables }) => ({
      subscribe: (sink) => ({
        unsubscribe: socket.subscribe({ query, variables: variables as Record<string, unknown> }, sink),
      }),
    }),
  });
  const { client } = clientOf(
    transport === 'WebSocket' ? [overSocket, fetchExchange] : [fetchExchange],
    transport === 'WebSocket' ? {} : { fetchSubscriptions: true },
  );
  const first = Promise.withResolvers<OperationResult>();
  const last = pipe(client.subscription(stockSubscription, { id: 'p1' }), tap(first.resolve), toPromise);
  await demo.events.subscribed(1);
  demo.events.publish('stockChanged', 'p1');
  const { data } = await first.promise;
  expect(data).toEqual({ stockChanged: { id: 'p1', name: expect.any(String) } });
  demo.events.end();
  expect((await last).data).toEqual(data);
});
