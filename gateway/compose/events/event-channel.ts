// Event channel: the template of a channel's name in `@subscribe`, with places for arguments and claims. A value fills one
// segment and never leaves it: what could separate segments, or has a meaning in patterns, is percent-encoded.
import {
  type GraphQLError,
  type GraphQLField,
  type GraphQLInputType,
  isInputObjectType,
  isLeafType,
  isNonNullType,
} from 'graphql';
import type { Identity } from '../../config/context.ts';
import { requestError } from '../../errors.ts';

/** A claim of an identity by its path; undefined without it. */
export type ClaimOf = (identity: Identity, path: string) => unknown;

type Segment =
  | { kind: 'text'; text: string }
  | { kind: 'args'; path: readonly string[] }
  | { kind: 'claims'; path: string };

/** Bytes of a value in the name of a channel. */
const MAX_VALUE_BYTES = 256;

const places = /\{([^{}]*)\}/g;
const argumentPlace = /^args((?:\.[_A-Za-z]\w*)+)$/;
const claimPlace = /^claims\.(\S+)$/;
const fixedText = /^[^\s{}\p{Cc}]*$/u;

export class EventChannel {
  readonly #segments: readonly Segment[];

  constructor(segments: readonly Segment[]) {
    this.#segments = segments;
  }

  /**
   * The name for a subscription.
   * @throws GraphQLError where a value is missing, or too long: BAD_USER_INPUT for an argument, UNAUTHENTICATED and
   *   FORBIDDEN for a claim.
   */
  nameFor(args: Readonly<Record<string, unknown>>, identity: Identity | null, claimOf: ClaimOf): string {
    return this.#segments
      .map((segment) => {
        if (segment.kind === 'text') return segment.text;
        if (segment.kind === 'args') return segmentOf(valueAt(args, segment.path), invalidArgument(segment.path));
        if (!identity) throw requestError('UNAUTHENTICATED', { message: 'Authentication required.' });
        const message = 'Not authorized to access this field.';
        return segmentOf(claimOf(identity, segment.path), () => requestError('FORBIDDEN', { message }));
      })
      .join('');
  }
}

/** Reads a template. @returns what is wrong with it, as text, where it is none. */
export function readChannel(template: string, field: GraphQLField<unknown, unknown>): EventChannel | string {
  const segments: Segment[] = [];
  let at = 0;
  for (const match of template.matchAll(places)) {
    segments.push({ kind: 'text', text: template.slice(at, match.index) });
    at = match.index + match[0].length;
    const segment = placeOf(match[1] as string, field);
    if (typeof segment === 'string') return segment;
    segments.push(segment);
  }
  segments.push({ kind: 'text', text: template.slice(at) });
  const isName = segments.every((segment) => segment.kind !== 'text' || fixedText.test(segment.text));
  if (template === '' || !isName) return 'a channel is a name such as "orders.{args.id}", without spaces';
  return new EventChannel(segments);
}

function placeOf(place: string, field: GraphQLField<unknown, unknown>): Segment | string {
  const [, claim] = claimPlace.exec(place) ?? [];
  if (claim !== undefined) return { kind: 'claims', path: claim };
  const [, names] = argumentPlace.exec(place) ?? [];
  if (names === undefined) return `{${place}} is no place for a value: give {args.NAME} or {claims.NAME}`;
  const path = names.slice(1).split('.');
  const problem = problemOfArgument(path, field);
  return problem === null ? { kind: 'args', path } : `{${place}}: ${problem}`;
}

/** Every part of the path must have a value, the last one a single one. */
function problemOfArgument(path: readonly string[], field: GraphQLField<unknown, unknown>): string | null {
  let type: GraphQLInputType | undefined = field.args.find(({ name }) => name === path[0])?.type;
  for (const [index, name] of path.entries()) {
    if (index > 0) type = isInputObjectType(type) ? type.getFields()[name]?.type : undefined;
    const called = path.slice(0, index + 1).join('.');
    if (!type) return `the field has no argument ${called}`;
    if (!isNonNullType(type)) return `${called} may be null: give it the type ${String(type)}!`;
    type = type.ofType;
  }
  return isLeafType(type) ? null : `${path.join('.')} is no single value`;
}

function valueAt(args: Readonly<Record<string, unknown>>, path: readonly string[]): unknown {
  let value: unknown = args;
  for (const name of path) value = (value as Record<string, unknown> | null | undefined)?.[name];
  return value;
}

const invalidArgument = (path: readonly string[]) => () =>
  requestError('BAD_USER_INPUT', {
    message: `The argument "${path.join('.')}" must have a value of 1 to ${MAX_VALUE_BYTES} bytes.`,
  });

/** The value in a channel's name. `encodeURIComponent` leaves some characters, of which only `-` and `_` are harmless. */
function segmentOf(value: unknown, invalid: () => GraphQLError): string {
  if (typeof value !== 'string' && typeof value !== 'number' && typeof value !== 'boolean') throw invalid();
  const text = String(value);
  if (text === '' || Buffer.byteLength(text) > MAX_VALUE_BYTES || !text.isWellFormed()) throw invalid();
  return encodeURIComponent(text).replace(
    /[!'()*.~]/g,
    (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
