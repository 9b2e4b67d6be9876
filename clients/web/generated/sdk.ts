// Generated from operations/ by `concierge codegen`. Do not edit.
import type {
  CancelOrderMutation,
  CancelOrderMutationVariables,
  OrderHistoryQuery,
  OrderHistoryQueryVariables,
  OrderQuery,
  OrderQueryVariables,
  OrderStatusSubscription,
  OrderStatusSubscriptionVariables,
  PlaceOrderMutation,
  PlaceOrderMutationVariables,
  ProductQuery,
  ProductQueryVariables,
  ProductsQuery,
  ProductsQueryVariables,
  ProfileQuery,
  ProfileQueryVariables,
  UpdateProfileMutation,
  UpdateProfileMutationVariables,
} from './operations.ts';

export const CancelOrderDocument: TypedDocument<CancelOrderMutation, CancelOrderMutationVariables> = {
  id: '3cecc84cb9aa908b2f78b27de25efdac19693c66e2371b61b51d5293fbe624d5',
  name: 'CancelOrder',
  type: 'mutation',
  text: `mutation CancelOrder($id: ID!) {
  cancelOrder(id: $id) {
    id
    status
  }
}`,
};

export const OrderDocument: TypedDocument<OrderQuery, OrderQueryVariables> = {
  id: 'f74b752040fcc944f23e582d43b1fd71b510972ea089526b24aad6809c77a759',
  name: 'Order',
  type: 'query',
  text: `query Order($id: ID!) {
  order(id: $id) {
    ...OrderSummary
    weight
    shippingEstimate {
      ...Price
    }
    lines {
      quantity
      unitPrice {
        ...Price
      }
      product {
        ...ProductCard
      }
    }
  }
}

fragment OrderSummary on Order {
  id
  status
  placedAt
  total {
    ...Price
  }
}

fragment Price on Money {
  amount
  currency
}

fragment ProductCard on Product {
  id
  name
  rating
  price {
    ...Price
  }
}`,
};

export const OrderHistoryDocument: TypedDocument<OrderHistoryQuery, OrderHistoryQueryVariables> = {
  id: '698c9c130eb7c9badfede0670422c01f053f14e4ff222e36db198337073646d3',
  name: 'OrderHistory',
  type: 'query',
  text: `query OrderHistory($after: String, $status: OrderStatus) {
  profile {
    id
    orders(first: 20, after: $after, status: $status) {
      nodes {
        ...OrderSummary
      }
      pageInfo {
        endCursor
        hasNextPage
      }
    }
  }
}

fragment OrderSummary on Order {
  id
  status
  placedAt
  total {
    ...Price
  }
}

fragment Price on Money {
  amount
  currency
}`,
};

export const OrderStatusDocument: TypedDocument<OrderStatusSubscription, OrderStatusSubscriptionVariables> = {
  id: '01073b5b261b3abfd9dbee209a4cf18966be629741d53bd58afca97500af8889',
  name: 'OrderStatus',
  type: 'subscription',
  text: `subscription OrderStatus {
  orderStatus {
    id
    status
  }
}`,
};

export const PlaceOrderDocument: TypedDocument<PlaceOrderMutation, PlaceOrderMutationVariables> = {
  id: '63293b381bdfa882f17c1ed44f14938863ac57aecd98eb92afdebdf1ad42604d',
  name: 'PlaceOrder',
  type: 'mutation',
  text: `mutation PlaceOrder($input: PlaceOrderInput!) {
  placeOrder(input: $input) {
    ...OrderSummary
  }
}

fragment OrderSummary on Order {
  id
  status
  placedAt
  total {
    ...Price
  }
}

fragment Price on Money {
  amount
  currency
}`,
};

export const ProductDocument: TypedDocument<ProductQuery, ProductQueryVariables> = {
  id: '19f80bd0a71aa03cc0278356c311361f19b769ed88b5d19fb705227d527bea98',
  name: 'Product',
  type: 'query',
  text: `query Product($id: ID!) {
  product(id: $id) {
    ...ProductCard
    description
    category
    weight
    inStock
  }
}

fragment Price on Money {
  amount
  currency
}

fragment ProductCard on Product {
  id
  name
  rating
  price {
    ...Price
  }
}`,
};

export const ProductsDocument: TypedDocument<ProductsQuery, ProductsQueryVariables> = {
  id: '6d82365be183aed609080c9753b3a860459e63792647402a47f2ea44d4242b73',
  name: 'Products',
  type: 'query',
  text: `query Products($search: String, $category: Category, $after: String) {
  products(search: $search, category: $category, first: 24, after: $after) {
    totalCount
    nodes {
      ...ProductCard
    }
    pageInfo {
      endCursor
      hasNextPage
    }
  }
}

fragment Price on Money {
  amount
  currency
}

fragment ProductCard on Product {
  id
  name
  rating
  price {
    ...Price
  }
}`,
};

export const ProfileDocument: TypedDocument<ProfileQuery, ProfileQueryVariables> = {
  id: 'b5e8474554d8827c2e725231bd378214130d35ccff3f1897c3e31aad7708a937',
  name: 'Profile',
  type: 'query',
  text: `query Profile($orders: Int! = 5, $recommendations: Int! = 4, $delay: Int! = 0) {
  profile {
    id
    name
    avatarUrl
    tier
    orders(first: $orders) {
      totalCount
      nodes {
        ...OrderSummary
        shippingEstimate {
          ...Price
        }
      }
    }
    recommendations(first: $recommendations, delay: $delay) {
      ...ProductCard
    }
  }
}

fragment OrderSummary on Order {
  id
  status
  placedAt
  total {
    ...Price
  }
}

fragment Price on Money {
  amount
  currency
}

fragment ProductCard on Product {
  id
  name
  rating
  price {
    ...Price
  }
}`,
};

export const UpdateProfileDocument: TypedDocument<UpdateProfileMutation, UpdateProfileMutationVariables> = {
  id: '85361232f883e2c81d6aa83d32f88514c730064e0ece77bad55354a68791a713',
  name: 'UpdateProfile',
  type: 'mutation',
  text: `mutation UpdateProfile($input: UpdateProfileInput!) {
  updateProfile(input: $input) {
    id
    name
    email
    address {
      street
      postalCode
      city
      country
    }
  }
}`,
};

/** The client: a function for each operation, and `request` for documents. */
export function createClient(options: ClientOptions) {
  const request = createRequest({ name: 'web', version: '1', ...options });
  return {
    request,
    cancelOrder: (variables: CancelOrderMutationVariables, options?: RequestOptions) =>
      request(CancelOrderDocument, variables, options),
    order: (variables: OrderQueryVariables, options?: RequestOptions) =>
      request(OrderDocument, variables, options),
    orderHistory: (variables: OrderHistoryQueryVariables = {}, options?: RequestOptions) =>
      request(OrderHistoryDocument, variables, options),
    placeOrder: (variables: PlaceOrderMutationVariables, options?: RequestOptions) =>
      request(PlaceOrderDocument, variables, options),
    product: (variables: ProductQueryVariables, options?: RequestOptions) =>
      request(ProductDocument, variables, options),
    products: (variables: ProductsQueryVariables = {}, options?: RequestOptions) =>
      request(ProductsDocument, variables, options),
    profile: (variables: ProfileQueryVariables = {}, options?: RequestOptions) =>
      request(ProfileDocument, variables, options),
    updateProfile: (variables: UpdateProfileMutationVariables, options?: RequestOptions) =>
      request(UpdateProfileDocument, variables, options),
  };
}

/** A generated document: its id, its text, and the types of its variables and its data. */
export interface TypedDocument<Data, Variables> {
  /** Lower-case hexadecimal SHA-256 of the text: the id of a trusted document. */
  readonly id: string;
  readonly name: string;
  readonly type: 'query' | 'mutation' | 'subscription';
  readonly text: string;
  /** Never set: it has the types, as in `@graphql-typed-document-node/core`. */
  readonly __apiType?: (variables: Variables) => Data;
}

/** One error of a response. */
export interface GraphQLFailure {
  message: string;
  /** `extensions.code`, such as "SUBGRAPH_UNAVAILABLE"; null where the error has none. */
  code: string | null;
  /** Path of the missing data; empty where the error is of the whole request. */
  path: readonly (string | number)[];
  extensions: Readonly<Record<string, unknown>>;
}

/** Result of an operation. Data may be partial: a field that failed is null, with an error at its path. */
export interface Result<Data> {
  data: Data | null;
  /** Empty when nothing failed. */
  errors: readonly GraphQLFailure[];
  /** Paths of fields that have a fallback, since a service is down (`extensions.degraded`); empty where none has. */
  degraded: readonly (readonly (string | number)[])[];
}

export interface ClientOptions {
  /** URL of the endpoint: `/graphql/web` in a page, with its origin elsewhere. */
  url: string;
  fetch?: (url: string, init: RequestInit) => Promise<Response>;
  /** Called before each request; its value is sent as `Authorization: Bearer …`, null sends nothing. */
  token?: () => string | null | Promise<string | null>;
  /** Sent with each request. */
  headers?: Readonly<Record<string, string>>;
  /** Whether only the ids of documents are sent, to a gateway that has them as trusted documents; true unless given. */
  trusted?: boolean;
  /**
   * Sends queries by GET, which downstream caches can store. Mutations, and URLs beyond 2,048 characters, are posted.
   */
  useGet?: boolean;
  /** `graphql-client-name` and `graphql-client-version`; the client's own unless given. */
  name?: string;
  version?: string;
}

export interface RequestOptions {
  /** When it aborts, the request is cancelled, and its promise rejects with the signal's reason. */
  signal?: AbortSignal;
  /** Sent with this request, in place of those of the client. */
  headers?: Readonly<Record<string, string>>;
}

/**
 * A request without a GraphQL result: the network failed, a proxy responded, or the request was rejected as a whole.
 */
export class RequestError extends Error {
  override name = 'RequestError';
  /** Name of the operation. */
  readonly operation: string;
  /** HTTP status; null when no complete response arrived. */
  readonly status: number | null;
  /** The errors of the response, where it has any. */
  readonly errors: readonly GraphQLFailure[];
  /** Seconds to wait before another attempt, where the response has it. */
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
) => Promise<Result<Data>>;

/**
 * Makes the function that sends a document. It rejects with `RequestError` where there is no GraphQL result; errors of
 * fields are in the `errors` of the result.
 */
export function createRequest(client: ClientOptions): Request {
  const { url, token, trusted = true, useGet = false } = client;
  const send = client.fetch ?? ((address: string, init: RequestInit) => fetch(address, init));
  return async (document, variables, { signal, headers } = {}) => {
    const parameters = { ...(trusted ? { documentId: document.id } : { query: document.text }), variables };
    const address = useGet && document.type === 'query' ? withParameters(url, parameters) : url;
    const byGet = address !== url && address.length <= MAX_URL_LENGTH;
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
      response = await send(byGet ? address : url, init);
      text = await response.text();
    } catch (cause) {
      // Cancelled by the caller: its own reason.
      signal?.throwIfAborted();
      throw new RequestError(document.name, 'the server could not be reached, or broke off', { cause });
    }
    return readResult(document.name, response, text);
  };
}

/** Characters that servers and proxies take in a URL, whatever they are. */
const MAX_URL_LENGTH = 2048;

/** GraphQL over HTTP, section 6.1: variables are JSON. */
function withParameters(url: string, { variables, ...parameters }: { variables: object }): string {
  const search = new URLSearchParams(parameters);
  if (Object.keys(variables).length > 0) search.set('variables', JSON.stringify(variables));
  return `${url}${url.includes('?') ? '&' : '?'}${search}`;
}

function readResult<Data>(operation: string, response: Response, text: string): Result<Data> {
  const { status, headers } = response;
  const body = parseObject(text);
  const errors = Array.isArray(body?.errors) ? body.errors.map(readFailure) : [];
  // Data is a result whatever the status; errors alone are one where the status is 2xx.
  if (body && ('data' in body || (response.ok && errors.length > 0))) {
    const { degraded } = (body.extensions ?? {}) as { degraded?: Result<Data>['degraded'] };
    return { data: (body.data ?? null) as Data | null, errors, degraded: Array.isArray(degraded) ? degraded : [] };
  }
  const reason =
    errors[0]?.message ?? (response.ok ? 'the response is not a GraphQL response' : 'the server rejected the request');
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
    // A page of a proxy.
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
