// Clients of other projects before a gateway with the statuses of GraphQL over HTTP, and with files.
import { ApolloClient, CombinedGraphQLErrors, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { Client, type CombinedError, cacheExchange, fetchExchange } from '@urql/core';
import { ClientError, GraphQLClient } from 'graphql-request';
import { describe, expect, test } from 'vitest';
import { serveShop } from '../http/served.ts';
import { serveFiles } from '../uploads/service.ts';

const partial = '{ hello failing }';
const notValid = '{ nothing }';

/** What a client shows of a result: its data, and the codes of its errors. */
interface Shown {
  data: unknown;
  codes: unknown[];
}

type Errors = readonly { extensions?: Record<string, unknown> | undefined }[] | undefined;
const codesOf = (errors: Errors) => (errors ?? []).map(({ extensions }) => extensions?.code);

const clients: Record<string, (url: string, query: string) => Promise<Shown>> = {
  async 'Apollo Client'(url, query) {
    const client = new ApolloClient({ link: new HttpLink({ uri: url }), cache: new InMemoryCache() });
    const { data, error } = await client.query({ query: gql(query), errorPolicy: 'all' });
    if (error && !CombinedGraphQLErrors.is(error)) throw error;
    return { data: data ?? null, codes: codesOf(error?.errors) };
  },
  async urql(url, query) {
    const client = new Client({ url, preferGetMethod: false, exchanges: [cacheExchange, fetchExchange] });
    const { data, error } = await client.query(query, {}).toPromise();
    const { networkError, graphQLErrors } = (error ?? {}) as Partial<CombinedError>;
    if (networkError) throw networkError;
    return { data: data ?? null, codes: codesOf(graphQLErrors) };
  },
  async 'graphql-request'(url, query) {
    const client = new GraphQLClient(url, { errorPolicy: 'all' });
    try {
      const { data, errors } = await client.rawRequest(query);
      return { data: data ?? null, codes: codesOf(errors) };
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      return { data: error.response.data ?? null, codes: codesOf(error.response.errors) };
    }
  },
};

describe('with `httpStatus: "spec"`', () => {
  test.each(Object.entries(clients))('%s shows partial data of 294, and the errors of 422', async (_name, show) => {
    const { httpPaths } = await serveShop({ httpStatus: 'spec' });
    for (const { url } of [httpPaths.short, httpPaths.yoga]) {
      const shown = await show(url, partial);
      expect(shown).toEqual({ data: { hello: 'hi', failing: null }, codes: ['SUBGRAPH_ERROR'] });
      expect(await show(url, notValid)).toEqual({ data: null, codes: ['GRAPHQL_VALIDATION_FAILED'] });
    }
  });
});

test('urql sends files by itself, where a variable has one', async () => {
  const { urls, files } = await serveFiles();
  for (const url of Object.values(urls)) {
    const client = new Client({
      ...{ url, exchanges: [fetchExchange], fetchOptions: { headers: { 'apollo-require-preflight': '1' } } },
    });
    const variables = { documents: { title: 'T', pages: [new File(['one'], '1.txt'), new File(['three'], '3.txt')] } };
    const query = 'mutation ($documents: Documents!) { submit(documents: $documents) }';
    const { data, error } = await client.mutation(query, variables).toPromise();
    expect([error, data]).toEqual([undefined, { submit: 'done' }]);
    expect(files.forms.at(-1)?.files).toMatchObject([
      { filename: '1.txt', bytes: 3 },
      { filename: '3.txt', bytes: 5 },
    ]);
  }
});
