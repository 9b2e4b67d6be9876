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
  ReadNotificationsMutation,
  ReadNotificationsMutationVariables,
  UpdateProfileMutation,
  UpdateProfileMutationVariables,
} from './operations.ts';

export const CancelOrderDocument: TypedDocument<CancelOrderMutation, CancelOrderMutationVariables> = {
  id: '3cecc84cb9aa908b2f78b27de25efdac19693c66e2371b61b51d5293fbe624d5',
  name: 'CancelOrder',
  type: 'mutation',
};

export const OrderDocument: TypedDocument<OrderQuery, OrderQueryVariables> = {
  id: 'c506ad33fb05d955da272d8f691ef07d055c4a7437ac3e5535047536d3edb9ae',
  name: 'Order',
  type: 'query',
};

export const OrderHistoryDocument: TypedDocument<OrderHistoryQuery, OrderHistoryQueryVariables> = {
  id: '698c9c130eb7c9badfede0670422c01f053f14e4ff222e36db198337073646d3',
  name: 'OrderHistory',
  type: 'query',
};

export const OrderStatusDocument: TypedDocument<OrderStatusSubscription, OrderStatusSubscriptionVariables> = {
  id: '01073b5b261b3abfd9dbee209a4cf18966be629741d53bd58afca97500af8889',
  name: 'OrderStatus',
  type: 'subscription',
};

export const PlaceOrderDocument: TypedDocument<PlaceOrderMutation, PlaceOrderMutationVariables> = {
  id: '63293b381bdfa882f17c1ed44f14938863ac57aecd98eb92afdebdf1ad42604d',
  name: 'PlaceOrder',
  type: 'mutation',
};

export const ProductDocument: TypedDocument<ProductQuery, ProductQueryVariables> = {
  id: '19f80bd0a71aa03cc0278356c311361f19b769ed88b5d19fb705227d527bea98',
  name: 'Product',
  type: 'query',
};

export const ProductsDocument: TypedDocument<ProductsQuery, ProductsQueryVariables> = {
  id: '6d82365be183aed609080c9753b3a860459e63792647402a47f2ea44d4242b73',
  name: 'Products',
  type: 'query',
};

export const ProfileDocument: TypedDocument<ProfileQuery, ProfileQueryVariables> = {
  id: 'dd27fcd73c377405512ce740b6fef21284f6c6bf7ad5a07dec0fef9aee99da3b',
  name: 'Profile',
  type: 'query',
};

export const ReadNotificationsDocument: TypedDocument<ReadNotificationsMutation, ReadNotificationsMutationVariables> = {
  id: '925183e2421b50db4593a5c80447eecfb45460f22a49c9b91873eff5230cad35',
  name: 'ReadNotifications',
  type: 'mutation',
};

export const UpdateProfileDocument: TypedDocument<UpdateProfileMutation, UpdateProfileMutationVariables> = {
  id: '85361232f883e2c81d6aa83d32f88514c730064e0ece77bad55354a68791a713',
  name: 'UpdateProfile',
  type: 'mutation',
};

export function sendCancelOrder(request: Request, variables: CancelOrderMutationVariables, options?: RequestOptions) {
  return request(CancelOrderDocument, variables, options);
}

export function sendOrder(request: Request, variables: OrderQueryVariables, options?: RequestOptions) {
  return request(OrderDocument, variables, options);
}

export function sendOrderHistory(request: Request, variables: OrderHistoryQueryVariables = {}, options?: RequestOptions) {
  return request(OrderHistoryDocument, variables, options);
}

export function sendPlaceOrder(request: Request, variables: PlaceOrderMutationVariables, options?: RequestOptions) {
  return request(PlaceOrderDocument, variables, options);
}

export function sendProduct(request: Request, variables: ProductQueryVariables, options?: RequestOptions) {
  return request(ProductDocument, variables, options);
}

export function sendProducts(request: Request, variables: ProductsQueryVariables = {}, options?: RequestOptions) {
  return request(ProductsDocument, variables, options);
}

export function sendProfile(request: Request, variables: ProfileQueryVariables = {}, options?: RequestOptions) {
  return request(ProfileDocument, variables, options);
}

export function sendReadNotifications(request: Request, variables: ReadNotificationsMutationVariables, options?: RequestOptions) {
  return request(ReadNotificationsDocument, variables, options);
}

export function sendUpdateProfile(request: Request, variables: UpdateProfileMutationVariables, options?: RequestOptions) {
  return request(UpdateProfileDocument, variables, options);
}

/** Sends documents: it is given to the functions above, of which a bundle has those that are used. */
export function createRequest(options: ClientOptions): Request {
  return requestWith({ name: 'web', version: '1', ...options });
}

/** The client: a function for each operation, and `request` for documents. A bundle has all of them. */
export function createClient(options: ClientOptions) {
  const request = createRequest(options);
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
    readNotifications: (variables: ReadNotificationsMutationVariables, options?: RequestOptions) =>
      request(ReadNotificationsDocument, variables, options),
    updateProfile: (variables: UpdateProfileMutationVariables, options?: RequestOptions) =>
      request(UpdateProfileDocument, variables, options),
  };
}

/**
 * A generated document: its id, and the types of its variables and its data. Its text is in `texts.ts`, so that a page
 * that sends ids alone does not load it.
 */
export interface TypedDocument<Data, Variables> {
  /** Lower-case hexadecimal SHA-256 of the text: the id of a trusted document. */
  readonly id: string;
  readonly name: string;
  readonly type: 'query' | 'mutation' | 'subscription';
  /** Where it has scalars with codecs; undefined where it has none. */
  readonly scalars?: { readonly variables: Shape; readonly data: Shape };
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
  /**
   * `texts` of `texts.ts`: documents' texts by id, which are sent in place of ids. Without it, only ids are sent, to a
   * gateway that has them as trusted documents.
   */
  texts?: Readonly<Record<string, string>>;
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
 * Makes the function that sends a document. It rejects with `RequestError` where there is no GraphQL result, and with
 * `TypeError` where a variable cannot be written as JSON or a codec fails; errors of fields are in the `errors` of the
 * result.
 */
export function requestWith(client: ClientOptions, codecs: Codecs = {}): Request {
  const { url, token, texts, useGet = false } = client;
  const send = client.fetch ?? ((address: string, init: RequestInit) => fetch(address, init));
  return async (document, variables, { signal, headers } = {}) => {
    const { id, name, type, scalars } = document;
    const written = writeVariables(name, encoded(name, variables, scalars?.variables, codecs));
    const sent: Record<string, string> = texts ? { query: textOf(id, name, texts) } : { documentId: id };
    const address = useGet && type === 'query' ? withParameters(url, sent, written) : url;
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
      ...(!byGet && { body: `${JSON.stringify(sent).slice(0, -1)},"variables":${written}}` }),
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
      throw new RequestError(name, 'the server could not be reached, or broke off', { cause });
    }
    return readResult(name, response, text, (data) => decoded(name, data, scalars?.data, codecs));
  };
}

/** Characters that servers and proxies take in a URL, whatever they are. */
const MAX_URL_LENGTH = 2048;

/** GraphQL over HTTP, section 6.1: variables are JSON. */
function withParameters(url: string, sent: Record<string, string>, variables: string): string {
  const search = new URLSearchParams(sent);
  if (variables !== '{}') search.set('variables', variables);
  return `${url}${url.includes('?') ? '&' : '?'}${search}`;
}

function textOf(id: string, name: string, texts: Readonly<Record<string, string>>): string {
  const text = texts[id];
  if (text === undefined) throw new TypeError(`${name}: its text is not in the texts of this client`);
  return text;
}

function readResult<Data>(
  operation: string,
  response: Response,
  text: string,
  decode: (data: unknown) => unknown,
): Result<Data> {
  const { status, headers } = response;
  const body = parseObject(text);
  const errors = Array.isArray(body?.errors) ? body.errors.map(readFailure) : [];
  // Data is a result whatever the status; errors alone are one where the status is 2xx.
  if (body && ('data' in body || (response.ok && errors.length > 0))) {
    const { degraded } = (body.extensions ?? {}) as { degraded?: Result<Data>['degraded'] };
    return {
      data: decode(body.data ?? null) as Data | null,
      errors,
      degraded: Array.isArray(degraded) ? degraded : [],
    };
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

/**
 * Scalars with codecs by name, below the names of fields and variables: `{ order: { total: 'BigInt' } }`. A list of them
 * is `[BigInt]`; a function has the fields of an input type, which may contain itself.
 */
export interface Shape {
  readonly [name: string]: string | Shape | (() => Shape);
}

/** Converts a scalar between its JSON and the type that the program uses. Null is not converted. */
export interface Codec<Value> {
  /** @returns a value that can be written as JSON. */
  encode(value: Value): unknown;
  decode(json: unknown): Value;
}

/** Any codec, of values whose type is not known. */
interface AnyCodec {
  encode(value: never): unknown;
  decode(json: unknown): unknown;
}

export type Codecs = Readonly<Record<string, AnyCodec>>;

/**
 * The variables as JSON. What JSON.stringify would leave out, or write as null, is an error too.
 * @throws TypeError that names the variable.
 */
export function writeVariables(operation: string, variables: object | undefined): string {
  const written = Object.entries(variables ?? {}).flatMap(([name, variable]) => {
    if (variable === undefined) return [];
    const check = (_key: string, value: unknown): unknown => {
      const type = typeof value === 'number' && !Number.isFinite(value) ? String(value) : typeof value;
      if (['bigint', 'function', 'symbol', 'NaN', 'Infinity', '-Infinity'].includes(type)) {
        throw new TypeError(`it has a value of the type ${type}`);
      }
      return value;
    };
    try {
      return [`${JSON.stringify(name)}:${JSON.stringify(variable, check)}`];
    } catch (cause) {
      const reason = (cause as Error).message;
      throw new TypeError(`${operation}: the variable "${name}" cannot be written as JSON: ${reason}`, { cause });
    }
  });
  return `{${written.join(',')}}`;
}

export function encoded(operation: string, variables: object, shape: Shape | undefined, codecs: Codecs): object {
  if (!shape) return variables;
  return convert(variables, shape, (scalar, value) =>
    converted(operation, scalar, 'encode', () => codecOf(scalar, codecs).encode(value as never)),
  ) as object;
}

export function decoded(operation: string, data: unknown, shape: Shape | undefined, codecs: Codecs): unknown {
  if (!shape) return data;
  return convert(data, shape, (scalar, value) =>
    converted(operation, scalar, 'decode', () => {
      // Its digits were lost when the response was parsed.
      if (Number.isInteger(value) && !Number.isSafeInteger(value))
        throw new TypeError('the number is not a safe integer');
      return codecOf(scalar, codecs).decode(value);
    }),
  );
}

function codecOf(scalar: string, codecs: Codecs): AnyCodec {
  const codec = codecs[scalar];
  if (!codec) throw new TypeError('there is none');
  return codec;
}

function converted(operation: string, scalar: string, method: keyof AnyCodec, apply: () => unknown): unknown {
  try {
    return apply();
  } catch (cause) {
    const message = `${operation}: the codec of ${scalar} cannot ${method} a value: ${(cause as Error).message}`;
    throw new TypeError(message, { cause });
  }
}

function convert(value: unknown, shape: Shape[string], apply: (scalar: string, value: unknown) => unknown): unknown {
  if (value === null || value === undefined) return value;
  if (typeof shape === 'string') {
    if (!shape.startsWith('[')) return apply(shape, value);
    const inner = shape.slice(1, -1);
    // GraphQL, section 3.11: one item is accepted as a list.
    return Array.isArray(value) ? value.map((item) => convert(item, inner, apply)) : convert(value, inner, apply);
  }
  if (Array.isArray(value)) return value.map((item) => convert(item, shape, apply));
  const copy: Record<string, unknown> = { ...value };
  for (const [name, inner] of Object.entries(typeof shape === 'function' ? shape() : shape)) {
    if (Object.hasOwn(copy, name)) copy[name] = convert(copy[name], inner, apply);
  }
  return copy;
}
