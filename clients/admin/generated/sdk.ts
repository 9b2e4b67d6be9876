// Made by `npm run codegen` of what stands in operations/. Do not change it here.
import type {
  SearchQuery,
  SearchQueryVariables,
  SetStockMutation,
  SetStockMutationVariables,
  UsersQuery,
  UsersQueryVariables,
} from './operations.ts';

export const SearchDocument: TypedDocument<SearchQuery, SearchQueryVariables> = {
  id: '5fb9e82d0e1a57bcc26e9501c88fb5e6b955488ceb1f7e444393e150715130a8',
  name: 'Search',
  type: 'query',
  text: `query Search($text: String!) {
  search(text: $text, first: 20) {
    __typename
    ... on User {
      id
      name
      email
    }
    ... on Product {
      id
      name
      inStock
    }
    ... on Order {
      ...DeskOrder
    }
  }
}

fragment DeskOrder on Order {
  id
  status
  placedAt
  customer {
    id
    name
  }
  total {
    amount
    currency
  }
}`,
};

export const SetStockDocument: TypedDocument<SetStockMutation, SetStockMutationVariables> = {
  id: 'b951065f5fc9de38430df27bf28af81a363b27b0f935719e0897ee53b92a0fb5',
  name: 'SetStock',
  type: 'mutation',
  text: `mutation SetStock($productId: ID!, $quantity: Int!) {
  setStock(productId: $productId, quantity: $quantity) {
    id
    name
    inStock
  }
}`,
};

export const UsersDocument: TypedDocument<UsersQuery, UsersQueryVariables> = {
  id: '81fa50f01664ecc2c91dd8a5918cee4e1ddd82eaf6afccc6253395ff8fd84c8a',
  name: 'Users',
  type: 'query',
  text: `query Users($after: String) {
  users(first: 50, after: $after) {
    totalCount
    nodes {
      id
      name
      email
      tier
      createdAt
      orders(first: 3) {
        totalCount
        nodes {
          ...DeskOrder
        }
      }
    }
    pageInfo {
      endCursor
      hasNextPage
    }
  }
}

fragment DeskOrder on Order {
  id
  status
  placedAt
  customer {
    id
    name
  }
  total {
    amount
    currency
  }
}`,
};

/** The client: a function for each operation, and `request` for documents. */
export function createClient(options: ClientOptions) {
  const request = createRequest({ name: 'admin', version: '1', ...options });
  return {
    request,
    search: (variables: SearchQueryVariables, options?: RequestOptions) =>
      request(SearchDocument, variables, options),
    setStock: (variables: SetStockMutationVariables, options?: RequestOptions) =>
      request(SetStockDocument, variables, options),
    users: (variables: UsersQueryVariables = {}, options?: RequestOptions) =>
      request(UsersDocument, variables, options),
  };
}

/** A document as it was generated: known by its id, and typed by what it takes and gives. */
export interface TypedDocument<Data, Variables> {
  /** Lower-case hexadecimal SHA-256 of the text: how a gateway knows a trusted document. */
  readonly id: string;
  readonly name: string;
  readonly type: 'query' | 'mutation' | 'subscription';
  readonly text: string;
  /** Never there: it carries the types, as `@graphql-typed-document-node/core` does it. */
  readonly __apiType?: (variables: Variables) => Data;
}

/** One error of an answer. */
export interface GraphQLFailure {
  message: string;
  /** `extensions.code`, such as "SUBGRAPH_UNAVAILABLE"; null where the error has none. */
  code: string | null;
  /** Where in the data something is missing; empty where the error is of the whole request. */
  path: readonly (string | number)[];
  extensions: Readonly<Record<string, unknown>>;
}

/** What came back. Data may be partial: where a field failed there is null, and an error with its path. */
export interface Answer<Data> {
  data: Data | null;
  /** Empty when nothing failed. */
  errors: readonly GraphQLFailure[];
}

export interface ClientOptions {
  /** Of the endpoint: `/graphql/web` in a page, with its origin elsewhere. */
  url: string;
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** Asked before each request; what it gives is sent as `Authorization: Bearer …`, null sends nothing. */
  token?: () => string | null | Promise<string | null>;
  /** Sent with each request. */
  headers?: Readonly<Record<string, string>>;
  /** Whether only the ids of documents are sent, as a gateway that trusts them knows them; true unless given. */
  trusted?: boolean;
  /** Sends queries by GET, which caches on the way may keep. Mutations are posted all the same. */
  useGet?: boolean;
  /** `graphql-client-name` and `graphql-client-version`; the client's own unless given. */
  name?: string;
  version?: string;
}

export interface RequestOptions {
  /** When it aborts, the request is given up, and its promise rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Sent with this request, over those of the client. */
  headers?: Readonly<Record<string, string>>;
}

/** No answer came, or one that says nothing about the data: the network, a proxy, a request that was refused as a whole. */
export class RequestError extends Error {
  override name = 'RequestError';
  /** Of the operation. */
  readonly operation: string;
  /** Of HTTP; null when no complete answer came. */
  readonly status: number | null;
  /** What the server said, where it said it in GraphQL's form. */
  readonly errors: readonly GraphQLFailure[];
  /** Seconds to wait before another attempt, where the server says so. */
  readonly retryAfter: number | null;

  constructor(operation: string, message: string, found: Partial<RequestError> = {}) {
    super(`${operation}: ${message}`, { cause: found.cause });
    this.operation = operation;
    this.status = found.status ?? null;
    this.errors = found.errors ?? [];
    this.retryAfter = found.retryAfter ?? null;
  }
}

export type Request = <Data, Variables extends object>(
  document: TypedDocument<Data, Variables>,
  variables: Variables,
  options?: RequestOptions,
) => Promise<Answer<Data>>;

/**
 * Makes the function that sends a document. It rejects with `RequestError` where there is no answer to read; what failed
 * inside of an answer stands in its `errors`.
 */
export function createRequest(client: ClientOptions): Request {
  const { url, token, trusted = true, useGet = false } = client;
  const send = client.fetch ?? ((address: string, init: RequestInit) => fetch(address, init));
  return async (document, variables, { signal, headers } = {}) => {
    const parameters = { ...(trusted ? { documentId: document.id } : { query: document.text }), variables };
    const byGet = useGet && document.type === 'query';
    const bearer = await token?.();
    const init: RequestInit = {
      method: byGet ? 'GET' : 'POST',
      headers: {
        accept: 'application/graphql-response+json, application/json;q=0.9',
        ...(!byGet && { 'content-type': 'application/json' }),
        ...(client.name && { 'graphql-client-name': client.name }),
        ...(client.version && { 'graphql-client-version': client.version }),
        ...(bearer && { authorization: `Bearer ${bearer}` }),
        ...client.headers,
        ...headers,
      },
      ...(!byGet && { body: JSON.stringify(parameters) }),
      ...(signal && { signal }),
    };
    let response: Response;
    let text: string;
    try {
      response = await send(byGet ? withParameters(url, parameters) : url, init);
      text = await response.text();
    } catch (cause) {
      // Whoever gave it up knows why.
      signal?.throwIfAborted();
      throw new RequestError(document.name, 'the server could not be reached, or broke off', { cause });
    }
    return readAnswer(document.name, response, text);
  };
}

/** GraphQL over HTTP, section 6.1: variables are JSON. */
function withParameters(url: string, { variables, ...parameters }: { variables: object }): string {
  const search = new URLSearchParams(parameters);
  if (Object.keys(variables).length > 0) search.set('variables', JSON.stringify(variables));
  return `${url}${url.includes('?') ? '&' : '?'}${search}`;
}

function readAnswer<Data>(operation: string, response: Response, text: string): Answer<Data> {
  const { status, headers } = response;
  const answer = parseObject(text);
  const errors = Array.isArray(answer?.errors) ? answer.errors.map(readFailure) : [];
  // Data is an answer whatever the status says; errors alone are one where the request as such was fine.
  if (answer && ('data' in answer || (response.ok && errors.length > 0))) {
    return { data: (answer.data ?? null) as Data | null, errors };
  }
  const reason = errors[0]?.message ?? (response.ok ? 'the answer is not one of GraphQL' : 'the server refused it');
  const wait = Number(headers.get('retry-after') ?? Number.NaN);
  throw new RequestError(operation, `${reason} (HTTP ${status})`, {
    status,
    errors,
    retryAfter: Number.isNaN(wait) ? null : wait,
  });
}

function parseObject(text: string): Record<string, unknown> | null {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    // Some page of a proxy: what it says is not for programs.
    return null;
  }
}

function readFailure(error: { message?: unknown; path?: unknown; extensions?: unknown } | null): GraphQLFailure {
  const extensions = (error?.extensions ?? {}) as Record<string, unknown>;
  return {
    message: String(error?.message ?? 'Something failed.'),
    code: typeof extensions.code === 'string' ? extensions.code : null,
    path: Array.isArray(error?.path) ? error.path : [],
    extensions,
  };
}
