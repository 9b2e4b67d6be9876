// REST call: one HTTP request of a connector with the values of its variables, and the meaning of its response.
import { errorExtensions } from '../../errors.ts';
import { type EscapeSet, escapesIn } from '../../json/escape-set.ts';
import { parseJson } from '../../json/parse-json.ts';
import { decodeUtf8, withoutByteOrderMark } from '../../json/utf8.ts';
import type { HttpMethod } from '../connection.ts';
import type { HttpMessage } from '../http-message.ts';
import { rejection } from '../rejected-request.ts';
import { SubgraphError } from '../subgraph-error.ts';
import type { ResponseFacts, SubgraphResponse } from '../subgraph-response.ts';
import type { Connector } from './connector.ts';
import type { Evaluate } from './mapping/compile.ts';
import { asMappingFailure, isObject, kindOf, MappingFailure, scalarText } from './mapping/values.ts';
import { encode, textOf } from './url-template.ts';

/** Variables of one call; those of its response are set with it. */
export interface CallVariables {
  [name: string]: unknown;
  args: unknown;
  this: unknown;
  batch: unknown;
  config: unknown;
  request: unknown;
  response: unknown;
  status: unknown;
  /** Not a variable of the language. */
  run: unknown;
}

/** What a failed response means by the connector's `errors`. */
export interface MappedError {
  message: string;
  extensions: Readonly<Record<string, unknown>>;
}

const json = ['accept', 'application/json'];
const jsonBody = [...json, 'content-type', 'application/json'];
const formBody = [...json, 'content-type', 'application/x-www-form-urlencoded'];

export class RestCall implements HttpMessage {
  readonly method: HttpMethod;
  readonly template: string;
  readonly fields: readonly string[];
  readonly body: string | null;
  /** JSON of the response's body. */
  value: unknown = null;
  /** Of the request, and of the response after it. */
  readonly variables: CallVariables;
  escapes: EscapeSet = null;
  /** The error for clients, where the connector has one. */
  mapped: MappedError | null = null;
  readonly #connector: Connector;
  readonly #subgraph: string;
  readonly #path: string;
  readonly #query: string;

  /**
   * @param forwarded header fields that the service gets of the client's request, names and values in turn.
   * @throws MappingFailure for values that the request cannot have.
   */
  constructor(subgraph: string, connector: Connector, variables: CallVariables, forwarded: readonly string[]) {
    this.#subgraph = subgraph;
    this.#connector = connector;
    this.method = connector.method;
    this.template = connector.template;
    this.variables = variables;
    if (connector.readsHeaders) variables.request = { headers: headerLists(forwarded) };
    let path = '';
    for (const part of connector.paths) path += part(variables);
    this.#path = path;
    let query = '';
    for (const part of connector.queries) {
      const text = part(variables);
      if (text !== '') query += query === '' ? text : `&${text}`;
    }
    this.#query = query;
    this.body = this.#bodyText();
    const own = connector.headers(this.variables, (name) => fieldValue(forwarded, name));
    const common = this.body === null ? json : connector.isForm ? formBody : jsonBody;
    this.fields = own.length === 0 ? common : withDefaults(own, common);
  }

  pathFor(base: string): string {
    const start = base.indexOf('?');
    const path = start === -1 ? base : base.slice(0, start);
    const query = start === -1 ? '' : base.slice(start + 1);
    const whole = this.#path === '' ? path : (path.endsWith('/') ? path.slice(0, -1) : path) + this.#path;
    const all = query === '' || this.#query === '' ? query + this.#query : `${query}&${this.#query}`;
    return all === '' ? whole : `${whole}?${all}`;
  }

  read(
    status: number,
    body: Buffer,
    { retryAfter, headers, exponents }: ResponseFacts,
  ): SubgraphResponse | SubgraphError {
    const text = decodeUtf8(body);
    const value = text === null ? undefined : parsed(withoutByteOrderMark(text), exponents);
    this.value = value ?? null;
    this.variables.status = status;
    if (this.#connector.readsHeaders && headers) this.variables.response = { headers: responseLists(headers) };
    try {
      if (!this.#isSuccess(status)) return this.#failure(status, retryAfter);
    } catch (error) {
      return this.#badResponse(status, asMappingFailure(error).message);
    }
    if (status === 404 && !this.#connector.isSuccess) this.value = null;
    else if (value === undefined) return this.#badResponse(status, `${body.length} bytes, no JSON in UTF-8`);
    // Without a body, what the connector takes from arguments is the result of a request that changes something.
    else if (text === '' && this.method !== 'GET') this.value = {};
    if (text !== null && !this.#connector.changesTexts) this.escapes = escapesIn(text);
    return { data: {} };
  }

  #isSuccess(status: number): boolean {
    const { isSuccess, isEntity } = this.#connector;
    if (isSuccess) return isSuccess(this.value, this.value, this.variables) === true;
    return (status >= 200 && status < 300) || (status === 404 && isEntity);
  }

  #failure(status: number, retryAfter: string | undefined): SubgraphError {
    const subgraph = this.#subgraph;
    this.mapped = this.#mappedError();
    const rejected = rejection(subgraph, status, retryAfter);
    if (rejected) return rejected;
    if (status >= 500) return new SubgraphError(subgraph, 'SUBGRAPH_UNAVAILABLE', `HTTP status ${status}`);
    if (status >= 300 && status < 400) return this.#badResponse(status, 'redirects are not followed');
    return new SubgraphError(subgraph, 'SUBGRAPH_ERROR', `HTTP status ${status}`);
  }

  #badResponse(status: number, reason: string): SubgraphError {
    const { method, template } = this;
    return new SubgraphError(
      this.#subgraph,
      'SUBGRAPH_BAD_RESPONSE',
      `${method} ${template}: HTTP status ${status}, ${reason}`,
    );
  }

  #mappedError(): MappedError | null {
    const { message, extensions } = this.#connector.errors;
    const text = message && scalarText(this.#evaluated(message));
    const more = extensions && this.#evaluated(extensions);
    if (text === undefined || text === null) {
      return isObject(more)
        ? { message: `The subgraph "${this.#subgraph}" rejected the request.`, extensions: more }
        : null;
    }
    return { message: text, extensions: isObject(more) ? more : errorExtensions('SUBGRAPH_ERROR') };
  }

  /** Undefined for a body of another form. */
  #evaluated(mapping: Evaluate): unknown {
    try {
      return mapping(this.value, this.value, this.variables);
    } catch (error) {
      asMappingFailure(error);
      return undefined;
    }
  }

  #bodyText(): string | null {
    const { body, isForm } = this.#connector;
    const value = body?.({}, {}, this.variables);
    if (value === undefined) return null;
    return isForm ? formText(value) : JSON.stringify(value);
  }
}

/** Undefined for a text that is no JSON; null for an empty one. */
function parsed(text: string, exponents: boolean | undefined): unknown {
  if (text === '') return null;
  try {
    return parseJson(text, exponents);
  } catch {
    return undefined;
  }
}

/** Parameters of an object: a list has its parameter once for each item; those without a value are left out. */
export function formText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (!isObject(value)) throw new MappingFailure(`parameters are an object, not ${kindOf(value)}`);
  return Object.entries(value)
    .flatMap(([name, each]) =>
      [each].flat().flatMap((item) => {
        const text = textOf(item);
        return text === null ? [] : [`${encode(name)}=${encode(text)}`];
      }),
    )
    .join('&');
}

function withDefaults(own: readonly string[], common: readonly string[]): readonly string[] {
  const fields = [...own];
  for (let index = 0; index < common.length; index += 2) {
    const name = common[index] as string;
    if (fieldValue(own, name) === undefined) fields.push(name, common[index + 1] as string);
  }
  return fields;
}

function fieldValue(fields: readonly string[], name: string): string | undefined {
  for (let index = 0; index < fields.length; index += 2) if (fields[index] === name) return fields[index + 1];
  return undefined;
}

function headerLists(fields: readonly string[]): Record<string, string[]> {
  const lists: Record<string, string[]> = {};
  for (let index = 0; index < fields.length; index += 2) lists[fields[index] as string] = [fields[index + 1] as string];
  return lists;
}

function responseLists(headers: NonNullable<ResponseFacts['headers']>): Record<string, string[]> {
  return Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, [value].flat()]])),
  );
}
