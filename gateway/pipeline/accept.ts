// Content negotiation (RFC 9110, section 12.5.1): the media type of a response, by the ranges and qualities of Accept.
// For a type, its most specific range counts; of several types, the one of the highest quality.
import { isUtf8Type, listElements, parseMediaType } from '../json/media-type.ts';

export const json = 'application/json';
export const graphqlJson = 'application/graphql-response+json';
export const multipart = 'multipart/mixed';
export const eventStream = 'text/event-stream';
const html = 'text/html';

/** Type of a single result as plain JSON (GraphQL over HTTP, "Media Types"). */
export type JsonType = typeof json | typeof graphqlJson;

/** Type of a single result: JSON, or a stream of one part or event. */
export type ResultType = JsonType | typeof multipart | typeof eventStream;

/** Type of a subscription's events: server-sent, or in parts (Apollo's protocol, `subscriptionSpec=1.0`). */
export type EventType = typeof eventStream | typeof multipart;

/** Version of the format of responses in parts: that of Apollo's clients of 2022, or that of the current draft. */
export type PartsSpec = '20220824' | 'v0.2';

/** Form of a response in parts. */
export interface PartsForm {
  type: typeof multipart | typeof eventStream;
  spec: PartsSpec;
}

export interface Accepted {
  /** Type of a single result; null where none is acceptable. */
  result: ResultType | null;
  /** Whether plain JSON is acceptable, also where another type is preferred. */
  json: boolean;
  /** Type of a batch's list, which is no GraphQL response: plain JSON in place of GraphQL's type, where acceptable. */
  list: ResultType | null;
  /** Type of a subscription's events; null where none is acceptable. */
  events: EventType | null;
  /** Form of a response in parts; null where none is acceptable, or a single result is preferred. */
  parts: PartsForm | null;
  /** Whether a browser navigates here: it prefers a page to a result. */
  page: boolean;
}

/** Types of a single result. Of equal quality, those of a better rank are preferred, then those that come first. */
const resultTypes: readonly (readonly [type: ResultType, rank: number])[] = [
  [json, 0],
  [graphqlJson, 0],
  [multipart, 1],
  [eventStream, 2],
];

const everything: Accepted = { result: json, json: true, list: json, events: eventStream, parts: null, page: false };
const onlyJson: Accepted = { ...everything, events: null };

interface Range {
  essence: string;
  quality: number;
  position: number;
  hasCharset: boolean;
  /** Version of the protocol for events in parts, where the range names one. */
  subscriptionSpec: string | undefined;
  /** Version of the format of responses in parts; null where the range names another one. */
  partsSpec: PartsSpec | null;
}

/** Quality of a type, and where the range that it comes from stands in the header. */
type Preference = Pick<Range, 'quality' | 'position'>;

const notAcceptable: Preference = { quality: 0, position: Number.POSITIVE_INFINITY };

/** Headers of clients are few: parsed ones are retained, within this number and length. */
const MAX_PARSED = 200;
const MAX_PARSED_LENGTH = 500;
const parsed = new Map<string, Accepted>();

/** @param accept the header field; without it, or empty, every type is acceptable. */
export function negotiate(accept: string | undefined): Accepted {
  if (accept === undefined || accept === '*/*') return everything;
  if (accept === json) return onlyJson;
  const known = parsed.get(accept);
  if (known) return known;
  const accepted = accepts(accept);
  if (parsed.size >= MAX_PARSED) parsed.clear();
  if (accept.length <= MAX_PARSED_LENGTH) parsed.set(accept, accepted);
  return accepted;
}

function accepts(accept: string): Accepted {
  const elements = listElements(accept);
  if (elements.length === 0) return everything;
  const ranges = elements.flatMap(rangeOf);
  let result: ResultType | null = null;
  let best = notAcceptable;
  let bestRank = 0;
  for (const [type, rank] of resultTypes) {
    const preference = preferenceFor(type, ranges);
    const order = preference.quality - best.quality || bestRank - rank || best.position - preference.position;
    if (preference.quality === 0 || order <= 0) continue;
    result = type;
    best = preference;
    bestRank = rank;
  }
  const page = preferenceFor(
    html,
    ranges.filter(({ essence }) => essence === html),
  );
  const acceptsJson = preferenceFor(json, ranges).quality > 0;
  return {
    result,
    json: acceptsJson,
    list: result === graphqlJson && acceptsJson ? json : result,
    events: eventTypeIn(ranges),
    parts: partsIn(ranges),
    // Yoga renders the page for this spelling alone.
    page:
      accept.includes(html) && page.quality > 0 && (page.quality - best.quality || best.position - page.position) > 0,
  };
}

/** Events in parts only for ranges that name their protocol: parts without it are another format. */
function eventTypeIn(ranges: readonly Range[]): EventType | null {
  const stream = preferenceFor(eventStream, ranges);
  const parts = preferenceFor(
    multipart,
    ranges.filter(({ essence, subscriptionSpec }) => essence === multipart && subscriptionSpec === '1.0'),
  );
  if (parts.quality === 0) return stream.quality > 0 ? eventStream : null;
  return (parts.quality - stream.quality || stream.position - parts.position) > 0 ? multipart : eventStream;
}

/** Only of ranges that name a type of streams, and where no type of a single result is preferred to it. */
function partsIn(ranges: readonly Range[]): PartsForm | null {
  let best: { range: Range; form: PartsForm } | null = null;
  for (const range of ranges) {
    const { essence: type, quality, partsSpec: spec } = range;
    if ((type !== multipart && type !== eventStream) || spec === null || quality === 0) continue;
    if (!best || quality > best.range.quality) best = { range, form: { type, spec } };
  }
  const single = Math.max(...[json, graphqlJson].map((type) => preferenceFor(type, ranges).quality));
  return best && best.range.quality >= single ? best.form : null;
}

/** The older one where the range names none: clients that read the other one say so. */
function partsSpecOf(parameters: ReadonlyMap<string, string>): PartsSpec | null {
  const deferSpec = parameters.get('deferspec');
  if (deferSpec !== undefined) return deferSpec === '20220824' ? deferSpec : null;
  const incrementalSpec = parameters.get('incrementalspec');
  if (incrementalSpec !== undefined) return incrementalSpec === 'v0.2' ? incrementalSpec : null;
  return parameters.has('subscriptionspec') ? null : '20220824';
}

/** None for text that is no media range, or one of a charset that no response has. */
function rangeOf(text: string, position: number): Range[] {
  const type = parseMediaType(text);
  if (!type || type.essence.startsWith('*/') !== (type.essence === '*/*')) return [];
  if (!isUtf8Type(type)) return [];
  const { essence, parameters } = type;
  const [hasCharset, subscriptionSpec] = [parameters.has('charset'), parameters.get('subscriptionspec')];
  const partsSpec = partsSpecOf(parameters);
  return [{ essence, quality: qualityOf(parameters.get('q')), position, hasCharset, subscriptionSpec, partsSpec }];
}

/** A weight is from 0 to 1; a malformed one is ignored, as if it were missing. */
function qualityOf(weight: string | undefined): number {
  const quality = Number(weight ?? 1);
  return quality >= 0 && quality <= 1 ? quality : 1;
}

function preferenceFor(type: string, ranges: readonly Range[]): Preference {
  let found = notAcceptable;
  let foundSpecificity = 0;
  for (const range of ranges) {
    const specificity = specificityOf(range, type);
    if (specificity === 0 || specificity < foundSpecificity) continue;
    if (specificity === foundSpecificity && range.quality <= found.quality) continue;
    found = range;
    foundSpecificity = specificity;
  }
  return found;
}

/** 0 where the range does not include the type. */
function specificityOf({ essence, hasCharset }: Range, type: string): number {
  if (essence === type) return hasCharset ? 4 : 3;
  if (essence === '*/*') return 1;
  return essence.endsWith('/*') && type.startsWith(essence.slice(0, -1)) ? 2 : 0;
}
