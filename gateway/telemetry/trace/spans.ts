// Spans of a trace that is exported, in the form that OpenTelemetry's exporters take, by its semantic conventions for
// HTTP and GraphQL.
import { print } from 'graphql';
import { newSpanId } from './random-ids.ts';
import { type FetchRecord, meaningOf, type StageRecord, type Trace, type TraceEnd } from './trace.ts';
import type { SpanContext } from './trace-context.ts';

/** Seconds and nanoseconds since 1970. */
type HrTime = [seconds: number, nanoseconds: number];

export type Attributes = Record<string, string | number>;

interface ExportedContext {
  traceId: string;
  spanId: string;
  traceFlags: number;
  isRemote?: boolean;
  traceState?: { serialize(): string } | undefined;
}

const noEvents: never[] = [];

/** What differs between spans. */
interface Described {
  name: string;
  /** 0 internal, 1 server, 2 client. */
  kind: number;
  /** 0 unset, 2 error. */
  status: { code: number };
  attributes: Attributes;
  links: { context: ExportedContext }[];
}

/** Milliseconds since 1970, and their number. */
interface Timed {
  started: number;
  duration: number;
}

/** A span as the exporters of @opentelemetry read it (`ReadableSpan`). */
export class Span<Resource = unknown> implements Described {
  readonly name: string;
  readonly kind: number;
  readonly status: Described['status'];
  readonly attributes: Attributes;
  readonly links: Described['links'];
  readonly parentSpanContext: ExportedContext | undefined;
  readonly startTime: HrTime;
  readonly endTime: HrTime;
  readonly events = noEvents;
  readonly ended = true;
  readonly resource: Resource;
  readonly instrumentationScope: SpanOrigin['scope'];
  readonly droppedAttributesCount = 0;
  readonly droppedEventsCount = 0;
  readonly droppedLinksCount = 0;
  readonly #context: ExportedContext;

  constructor(
    { name, kind, status, attributes, links }: Described,
    { started, duration }: Timed,
    context: ExportedContext,
    parent: ExportedContext | undefined,
    { resource, scope }: SpanOrigin<Resource>,
  ) {
    this.name = name;
    this.kind = kind;
    this.status = status;
    this.attributes = attributes;
    this.links = links;
    this.parentSpanContext = parent;
    this.startTime = timeOf(started);
    this.endTime = timeOf(started + duration);
    this.resource = resource;
    this.instrumentationScope = scope;
    this.#context = context;
  }

  get duration(): HrTime {
    const [seconds, nanoseconds] = this.endTime;
    const [fromSeconds, fromNanoseconds] = this.startTime;
    const difference = nanoseconds - fromNanoseconds;
    return difference < 0 ? [seconds - fromSeconds - 1, difference + 1e9] : [seconds - fromSeconds, difference];
  }

  spanContext(): ExportedContext {
    return this.#context;
  }
}

/** What all spans of a gateway share. */
export interface SpanOrigin<Resource = unknown> {
  resource: Resource;
  scope: { name: string; version: string };
}

const INTERNAL = 0;
const SERVER = 1;
const CLIENT = 2;
const UNSET = { code: 0 };
const ERROR = { code: 2 };
const noLinks: Described['links'] = [];
const noAttributes: Attributes = {};

/** Number of spans that a trace becomes. */
export function spanCount({ fetches, stages }: Trace): number {
  return 1 + (fetches?.length ?? 0) + (stages?.length ?? 0);
}

/** @param offset milliseconds from `performance.now()` to the time since 1970. */
export function addSpans<Resource>(
  spans: Span<Resource>[],
  trace: Trace,
  origin: SpanOrigin<Resource>,
  offset: number,
): void {
  const { ended, fetches, stages, state } = trace;
  if (!ended) return;
  const traceState = state === null ? undefined : { serialize: () => state };
  const { traceId, flags: traceFlags, parentId } = trace;
  const root: ExportedContext = { traceId, spanId: trace.spanId, traceFlags, traceState };
  const parent = parentId === null ? undefined : { traceId, spanId: parentId, traceFlags, traceState, isRemote: true };
  spans.push(new Span(requestSpan(trace, ended), at(trace, offset), root, parent, origin));
  for (const stage of stages ?? []) {
    const context = { traceId, spanId: newSpanId(), traceFlags, traceState };
    spans.push(new Span(stageSpan(stage), at(stage, offset), context, root, origin));
  }
  for (const fetch of fetches ?? []) {
    const context = { traceId, spanId: fetch.spanId, traceFlags, traceState };
    spans.push(new Span(fetchSpan(fetch), at(fetch, offset), context, root, origin));
  }
}

function at({ started, duration }: Timed, offset: number): Timed {
  return { started: started + offset, duration };
}

function timeOf(milliseconds: number): HrTime {
  const seconds = Math.floor(milliseconds / 1000);
  return [seconds, Math.floor((milliseconds - seconds * 1000) * 1e6)];
}

function linksTo(context: SpanContext | null): Described['links'] {
  if (!context) return noLinks;
  const { traceId, spanId, flags } = context;
  return [{ context: { traceId, spanId, traceFlags: flags, isRemote: true } }];
}

function requestSpan(trace: Trace, end: TraceEnd): Described {
  const { kind, operation, status = 0, codes } = end;
  const attributes: Attributes = { 'concierge.request.id': end.requestId };
  if (operation) attributes['graphql.operation.type'] = operation.type;
  if (operation?.name !== undefined) attributes['graphql.operation.name'] = operation.name;
  if (trace.document) attributes['graphql.document'] = print(trace.document);
  if (end.client != null) attributes['concierge.client.name'] = end.client;
  if (kind === 'http') addHttp(attributes, end);
  else if (kind === 'websocket') attributes['network.protocol.name'] = 'websocket';
  if (codes?.[0] !== undefined) attributes['error.type'] = codes[0];
  else if (status >= 400) attributes['error.type'] = String(status);
  if (trace.dropped > 0) attributes['concierge.fetches.dropped'] = trace.dropped;
  // What the client has done wrong is no error of a server (semantic conventions, HTTP spans).
  const hasFailed = meaningOf(end) >= 500;
  return {
    name: operation?.type ?? (end.route === undefined ? (end.method ?? kind) : `${end.method} ${end.route}`),
    kind: kind === 'background' ? INTERNAL : SERVER,
    status: hasFailed ? ERROR : UNSET,
    attributes,
    links: linksTo(trace.link),
  };
}

function addHttp(attributes: Attributes, { method = '', path = '', route, status = 0, host }: TraceEnd): void {
  attributes['http.request.method'] = method;
  attributes['url.path'] = path;
  if (route !== undefined) attributes['http.route'] = route;
  if (status > 0) attributes['http.response.status_code'] = status;
  addServer(attributes, host ?? '');
}

/** @param authority host name or address, with a port or without. */
function addServer(attributes: Attributes, authority: string): void {
  const [, address = '', port] = /^(\[[^\]]*\]|[^:]*)(?::(\d{1,5}))?$/.exec(authority) ?? [];
  if (address !== '') attributes['server.address'] = address.replace(/^\[|\]$/g, '');
  if (port !== undefined) attributes['server.port'] = Number(port);
}

function stageSpan({ name }: StageRecord): Described {
  return { name, kind: INTERNAL, status: UNSET, attributes: noAttributes, links: noLinks };
}

/** Attributes of all requests to an address, by its URL: the addresses of a configuration are few. */
const addresses = new Map<string, Attributes>();

function addressOf(origin: string, path: string): Attributes {
  // The query of a configured address may hold a secret.
  const [url] = (origin + path).split('?', 1) as [string];
  const { protocol, host } = new URL(origin);
  const attributes: Attributes = { 'http.request.method': 'POST', 'url.full': url };
  addServer(attributes, host);
  // The port of the scheme is not part of an origin's text.
  attributes['server.port'] ??= protocol === 'https:' ? 443 : 80;
  return attributes;
}

function fetchSpan(record: FetchRecord): Described {
  const { subgraph, origin, path, method, template, attempt, joined, status, bytes, outcome } = record;
  const attributes: Attributes = { 'concierge.subgraph.name': subgraph };
  if (origin !== null) {
    const url = origin + path;
    let address = addresses.get(url);
    if (!address) {
      address = addressOf(origin, path);
      if (addresses.size < 1_000) addresses.set(url, address);
    }
    Object.assign(attributes, address);
    if (method !== 'POST') attributes['http.request.method'] = method;
    if (template !== null) attributes['url.template'] = template;
    if (attempt > 1) attributes['http.request.resend_count'] = attempt - 1;
    if (status > 0) attributes['http.response.status_code'] = status;
    if (bytes > 0) attributes['http.response.body.size'] = bytes;
  }
  if (outcome !== 'ok') attributes['error.type'] = outcome;
  return {
    name: origin === null ? 'joined' : template === null ? method : `${method} ${template}`,
    // A fetch of another request: nothing was sent for this one.
    kind: origin === null ? INTERNAL : CLIENT,
    status: outcome === 'ok' ? UNSET : ERROR,
    attributes,
    links: linksTo(joined),
  };
}
