// graphql-request before the demo, and the cache of a browser.
import { ClientError, GraphQLClient, gql } from 'graphql-request';
import { Agent, interceptors, fetch as undiciFetch } from 'undici';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
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
const profileQuery = '{ profile { id orders(first: 1) { totalCount } } products(first: 1) { nodes { id } } }';

interface Products {
  products: { nodes: { id: string }[] };
}

let demo: Demo;
const atEnd = stopsAtEnd();

beforeAll(async () => {
  demo = await startDemo(atEnd, { config: { limits: { batch: 2 } } });
});

function clientOf(options: NonNullable<ConstructorParameters<typeof GraphQLClient>[1]> = {}) {
  const { fetch, requests } = recordingFetch();
  return { client: new GraphQLClient(demo.url, { fetch, ...options }), requests };
}

const sent = (requests: SentRequest[]) => requests.splice(0).map(({ method, status }) => `${method} ${status}`);

async function failure(result: Promise<unknown>): Promise<ClientError> {
  const error = await result.then(
    () => null,
    (error) => error,
  );
  if (!(error instanceof ClientError)) throw new Error(`no error of the client: ${error}`);
  return error;
}

const codes = ({ response }: ClientError) =>
  response.errors?.map(({ path, extensions }) => [path?.join('.'), extensions.code]);

test('graphql-request: queries by POST and by GET, mutations, partial data with codes', async () => {
  const { client, requests } = clientOf({ headers: { authorization: `Bearer ${await tokenOf('u2', [])}` } });
  const { products } = await client.request<Products>(productsQuery, { first: 2 });
  expect(products.nodes).toHaveLength(2);
  const rename = 'mutation ($input: UpdateProfileInput!) { updateProfile(input: $input) { name } }';
  expect(await client.request(rename, { input: { id: 'u2', name: 'Grace' } })).toEqual({
    updateProfile: { name: 'Grace' },
  });
  const error = await failure(client.request(profileQuery));
  expect(codes(error)).toEqual([['profile.orders', 'FORBIDDEN']]);
  expect(error.response.data).toMatchObject({ profile: { id: 'u2', orders: null }, products: { nodes: [{}] } });
  expect(codes(await failure(client.request('{ profil { id } }')))).toEqual([[undefined, 'GRAPHQL_VALIDATION_FAILED']]);
  expect(sent(requests)).toEqual(['POST 200', 'POST 200', 'POST 200', 'POST 400']);

  const reader = clientOf({ method: 'GET', headers: { 'content-type': 'application/json' } });
  expect((await reader.client.request<Products>(productsQuery, { first: 3 })).products.nodes).toHaveLength(3);
  expect(sent(reader.requests)).toEqual(['GET 200']);
});

test('graphql-request: a batch; one with too many operations is an error with the limit', async () => {
  const { client, requests } = clientOf();
  const document = { document: productsQuery, variables: { first: 1 } };
  const results = await client.batchRequests<[{ data: Products }, { data: Products }]>([document, document]);
  expect(results).toMatchObject([{ data: { products: { nodes: [{}] } } }, { data: { products: { nodes: [{}] } } }]);
  const error = await failure(client.batchRequests([document, document, document]));
  expect(error.response).toMatchObject({
    status: 413,
    errors: [{ extensions: { code: 'BATCH_LIMIT_EXCEEDED', limit: 2, value: 3 } }],
  });
  expect(sent(requests)).toEqual(['POST 200', 'POST 413']);
});

test('graphql-request: a token that has expired is told by its code, and renewed', async () => {
  const { client } = clientOf({ headers: { authorization: `Bearer ${await expiredToken('u1')}` } });
  const error = await failure(client.request(profileQuery));
  expect(error.response.status).toBe(401);
  expect(codes(error)).toEqual([[undefined, 'UNAUTHENTICATED']]);
  client.setHeader('authorization', `Bearer ${await tokenOf('u1')}`);
  expect(await client.request(profileQuery)).toMatchObject({ profile: { id: 'u1' } });
});

test('graphql-request: aborting cancels the request, and the one to the service', async () => {
  const controller = new AbortController();
  const { client } = clientOf();
  const request = client.request({ document: '{ endless }', signal: controller.signal });
  const rejected = expect(request).rejects.toThrow(/abort/);
  await demo.events.endlessArrived;
  controller.abort();
  await rejected;
  await demo.events.endlessCancelled;
});

test('a browser caches public queries by GET, checks what is stale by its ETag, and nothing that is private to others', async () => {
  const agent = new Agent();
  onTestFinished(() => agent.close());
  const seen: string[] = [];
  const recorded = agent.compose((dispatch) => (options, handler) => {
    seen.push(`${options.method} ${JSON.stringify(options.headers).includes('if-none-match') ? 'if-none-match' : ''}`);
    return dispatch(options, handler);
  });
  // A private cache, as RFC 9111 describes it.
  const browser = recorded.compose(interceptors.cache({ type: 'private' }));
  const get = async (query: string, headers: Record<string, string> = {}) => {
    const url = `${demo.url}?${new URLSearchParams({ query })}`;
    const response = await undiciFetch(url, {
      dispatcher: browser,
      headers: { accept: 'application/graphql-response+json', 'graphql-require-preflight': '1', ...headers },
    });
    return { ...((await response.json()) as object), control: response.headers.get('cache-control') };
  };
  const products = '{ products(first: 1) { nodes { id name } } }';
  const first = await get(products);
  expect(first).toMatchObject({ control: expect.stringMatching(/^public, max-age=\d+/) });
  expect(await get(products)).toMatchObject({ data: (first as unknown as { data: object }).data });
  expect(seen).toHaveLength(1);
  expect(await get(products, { 'cache-control': 'no-cache' })).toMatchObject({
    data: (first as unknown as { data: object }).data,
  });
  expect(seen[1]).toBe('GET if-none-match');

  const profile = '{ profile { id } }';
  const as = async (subject: string) => get(profile, { authorization: `Bearer ${await tokenOf(subject)}` });
  expect(await as('u1')).toMatchObject({ data: { profile: { id: 'u1' } }, control: expect.stringMatching(/^private/) });
  expect(await as('u2')).toMatchObject({ data: { profile: { id: 'u2' } } });
  expect(await get(profile)).toMatchObject({ data: { profile: null }, control: 'no-store' });
});
