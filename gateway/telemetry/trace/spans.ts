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
  traceState?: { serialize(): string };
}

/** A span as the exporters of @opentelemetry read it (`ReadableSpan`). */
export interface Span<Resource = unknown> {
  name: string;
  /** 0 internal, 1 server, 2 client. */
  kind: number;
  spanContext(): ExportedContext;
  parentSpanContext?: ExportedContext;
  startTime: HrTime;
  endTime: HrTime;
  duration: HrTime;
  /** 0 unset, 2 error. */
  status: { code: number };
  attributes: Attributes;
  links: { context: ExportedContext }[];
  events: never[];
  ended: true;
  resource: Resource;
  instrumentationScope: { name: string; version: string };
  droppedAttributesCount: 0;
  droppedEventsCount: 0;
  droppedLinksCount: 0;
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
const noEvents: never[] = [];
const noLinks: Span['links'] = [];
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
  const contextOf = (spanId: string): ExportedContext => ({
    ...{ traceId: trace.traceId, spanId, traceFlags: trace.flags },
    ...(traceState && { traceState }),
  });
  const root = contextOf(trace.spanId);
  const add = (span: Pick<Span, 'name' | 'kind' | 'status' | 'attributes' | 'links'> & Timed, own: ExportedContext) => {
    spans.push({
      ...{ name: span.name, kind: span.kind, status: span.status, attributes: span.attributes, links: span.links },
      spanContext: () => own,
      ...(own !== root && { parentSpanContext: root }),
      startTime: timeOf(offset + span.started),
      endTime: timeOf(offset + span.started + span.duration),
      duration: timeOf(span.duration),
      ...{ events: noEvents, ended: true, resource: origin.resource, instrumentationScope: origin.scope },
      ...{ droppedAttributesCount: 0, droppedEventsCount: 0, droppedLinksCount: 0 },
    });
  };
  add({ ...requestSpan(trace, ended), started: trace.started, duration: trace.duration }, root);
  const [own] = spans.slice(-1) as [Span<Resource>];
  if (trace.parentId !== null) own.parentSpanContext = { ...contextOf(trace.parentId), isRemote: true };
  for (const stage of stages ?? []) add(stageSpan(stage), contextOf(newSpanId()));
  for (const fetch of fetches ?? []) add(fetchSpan(fetch), contextOf(fetch.spanId));
}

interface Timed {
  started: number;
  duration: number;
}

function timeOf(milliseconds: number): HrTime {
  const seconds = Math.floor(milliseconds / 1000);
  return [seconds, Math.floor((milliseconds - seconds * 1000) * 1e6)];
}

function linksTo(context: SpanContext | null): Span['links'] {
  if (!context) return noLinks;
  const { traceId, spanId, flags } = context;
  return [{ context: { traceId, spanId, traceFlags: flags, isRemote: true } }];
}

type Described = Pick<Span, 'name' | 'kind' | 'status' | 'attributes' | 'links'>;

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

function stageSpan({ name, started, duration }: StageRecord): Described & Timed {
  return { name, kind: INTERNAL, status: UNSET, attributes: noAttributes, links: noLinks, started, duration };
}

function fetchSpan(fetch: FetchRecord): Described & Timed {
  const { subgraph, origin, path, attempt, joined, status, bytes, outcome, started, duration } = fetch;
  const attributes: Attributes = { 'concierge.subgraph.name': subgraph };
  if (origin !== null) {
    const { protocol, host } = new URL(origin);
    attributes['http.request.method'] = 'POST';
    attributes['url.full'] = origin + path;
    addServer(attributes, host);
    // The port of the scheme is not part of an origin's text.
    attributes['server.port'] ??= protocol === 'https:' ? 443 : 80;
    if (attempt > 1) attributes['http.request.resend_count'] = attempt - 1;
    if (status > 0) attributes['http.response.status_code'] = status;
    if (bytes > 0) attributes['http.response.body.size'] = bytes;
  }
  if (outcome !== 'ok') attributes['error.type'] = outcome;
  return {
    name: origin === null ? 'joined' : 'POST',
    // A fetch of another request: nothing was sent for this one.
    kind: origin === null ? INTERNAL : CLIENT,
    status: outcome === 'ok' ? UNSET : ERROR,
    attributes,
    links: linksTo(joined),
    started,
    duration,
  };
}
