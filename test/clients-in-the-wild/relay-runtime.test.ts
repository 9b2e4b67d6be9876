// Relay before the demo: its compiler's documents are trusted documents of a view, requested by their ids.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parse, print } from 'graphql';
import { createClient } from 'graphql-ws';
import {
  commitMutation,
  Environment,
  fetchQuery,
  type GraphQLResponse,
  getSingularSelector,
  Network,
  Observable,
  RecordSource,
  requestSubscription,
  Store,
} from 'relay-runtime';
import { beforeAll, expect, onTestFinished, test } from 'vitest';
import { type Demo, recordingFetch, type SentRequest, startDemo, stopsAtEnd, tokenOf } from './demo.ts';
import productName from './relay/generated/shopProductName.graphql.ts';
import productsQuery, { type shopProductsQuery } from './relay/generated/shopProductsQuery.graphql.ts';
import renameMutation, { type shopRenameMutation } from './relay/generated/shopRenameMutation.graphql.ts';
import stockSubscription, { type shopStockSubscription } from './relay/generated/shopStockSubscription.graphql.ts';

const folder = new URL('relay/', import.meta.url);
const read = (file: string) => readFileSync(new URL(file, folder), 'utf8');
const documents = read('documents/relay.json');

let demo: Demo;
const atEnd = stopsAtEnd();

beforeAll(async () => {
  demo = await startDemo(atEnd, {
    files: { 'clients/app/client.ts': read('client.ts'), 'clients/app/documents/relay.json': documents },
  });
});

/** An environment as Relay's documentation has it, with ids in place of texts. */
function environmentOf(token?: string): { environment: Environment; requests: SentRequest[] } {
  const { fetch, requests } = recordingFetch();
  const authorization = token ? { authorization: `Bearer ${token}` } : undefined;
  const socket = createClient({
    url: `${demo.webSocketUrl}/app`,
    ...(authorization && { connectionParams: authorization }),
  });
  onTestFinished(async () => {
    await socket.dispose();
  });
  const network = Network.create(
    async ({ id }, variables) => {
      const response = await fetch(`${demo.url}/app`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/graphql-response+json', ...authorization },
        body: JSON.stringify({ doc_id: id, variables }),
      });
      return response.json() as Promise<GraphQLResponse>;
    },
    ({ id, name }, variables) =>
      Observable.create((sink) =>
        socket.subscribe(
          { operationName: name, query: '', variables, extensions: { persistedQuery: { version: 1, sha256Hash: id } } },
          {
            next: (result) => sink.next(result as GraphQLResponse),
            error: sink.error,
            complete: () => sink.complete(),
          },
        ),
      ),
  );
  return { environment: new Environment({ network, store: new Store(new RecordSource()) }), requests };
}

test('the artifacts are those of the operations', () => {
  const texts = [...read('shop.ts').matchAll(/graphql`([^`]*)`/g)].map(([, text]) => text as string);
  const hashes = texts.map((text) =>
    createHash('md5')
      .update(print(parse(text)))
      .digest('hex'),
  );
  const artifacts = [productName, productsQuery, renameMutation, stockSubscription];
  expect(artifacts.map((artifact) => (artifact as unknown as { hash: string }).hash)).toEqual(hashes);
});

test('a query by its id, with a fragment; the next page; partial data', async () => {
  const { environment, requests } = environmentOf(await tokenOf('u1'));
  const page = (after?: string) =>
    fetchQuery<shopProductsQuery>(environment, productsQuery, { first: 2, after }).toPromise();
  const first = await page();
  expect(first).toMatchObject({ profile: { id: 'u1' }, products: { pageInfo: { hasNextPage: true } } });
  const names = first?.products.edges.map(({ node }) => {
    const selector = getSingularSelector(productName, node);
    return selector && environment.lookup(selector).data;
  });
  expect(names).toEqual([{ name: expect.any(String) }, { name: expect.any(String) }]);
  const next = await page(first?.products.pageInfo.endCursor ?? undefined);
  expect(next?.products.edges).toHaveLength(2);
  expect(next?.products.edges[0]?.node.id).not.toBe(first?.products.edges[0]?.node.id);
  expect(requests[0]?.body).toEqual({
    doc_id: expect.stringMatching(/^[\da-f]{64}$/),
    variables: { first: 2, after: null },
  });

  const anonymous = environmentOf().environment;
  const data = await fetchQuery<shopProductsQuery>(anonymous, productsQuery, { first: 1 }).toPromise();
  expect(data).toMatchObject({ profile: null, products: { edges: [{}] } });
});

test('a mutation updates the store', async () => {
  const { environment } = environmentOf(await tokenOf('u1'));
  await fetchQuery<shopProductsQuery>(environment, productsQuery, { first: 1 }).toPromise();
  await new Promise((resolve, reject) => {
    const variables = { input: { id: 'u1', name: 'Ada' } };
    const settled = { onCompleted: resolve, onError: reject };
    commitMutation<shopRenameMutation>(environment, { mutation: renameMutation, variables, ...settled });
  });
  expect(environment.getStore().getSource().get('u1')).toMatchObject({ name: 'Ada' });
});

test('a subscription by its id, over WebSocket', async () => {
  const { environment } = environmentOf(await tokenOf('u1'));
  const received = Promise.withResolvers<unknown>();
  const { dispose } = requestSubscription<shopStockSubscription>(environment, {
    subscription: stockSubscription,
    variables: { productId: 'p1' },
    onNext: received.resolve,
    onError: received.reject,
  });
  await demo.events.subscribed(1);
  demo.events.publish('stockChanged', 'p1');
  expect(await received.promise).toEqual({ stockChanged: { id: 'p1', name: expect.any(String) } });
  dispose();
  await demo.events.subscribed(0);
});

test('an id that is not in the list, and a text, have an error that says so', async () => {
  const codeOf = async (body: object) => {
    const headers = { 'content-type': 'application/json', accept: 'application/graphql-response+json' };
    const response = await fetch(`${demo.url}/app`, { method: 'POST', headers, body: JSON.stringify(body) });
    const { errors } = (await response.json()) as { errors: { extensions: { code: string } }[] };
    return [response.status, errors[0]?.extensions.code];
  };
  expect(await codeOf({ doc_id: 'f'.repeat(64) })).toEqual([400, 'PERSISTED_QUERY_NOT_IN_LIST']);
  expect(await codeOf({ query: '{ profile { id } }' })).toEqual([400, 'PERSISTED_QUERY_ID_REQUIRED']);
});
