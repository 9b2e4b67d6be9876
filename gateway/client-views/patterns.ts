// Patterns of `include` and `exclude`, resolved to the schema elements that they name.

import { argumentCoordinate, memberCoordinate, type SchemaElement } from '../compose/schema-elements.ts';
import { didYouMean } from '../did-you-mean.ts';
import type { Tags } from './tags.ts';

export interface Pattern {
  text: string;
  /** Whether it names one element: neither a tag nor with a `*`. */
  literal: boolean;
  /** Whether it names one type rather than any. */
  ofOneType: boolean;
  matched: readonly SchemaElement[];
}

const form = /^([\w*]+)(?:\.([\w*]+)(?:\(([\w*]+):\))?)?$/;

/**
 * The pattern with its elements; a problem if it names none.
 * @param whole the schema's name in the message.
 */
export function readPattern(
  text: string,
  elements: readonly SchemaElement[],
  tags: Tags,
  whole = 'the graph',
): Pattern | { problem: string } {
  if (text.startsWith('#')) return readTag(text, elements, tags);
  const [, type = '', member, argument] = form.exec(text) ?? [];
  const isType = glob(type);
  const isMember = glob(member);
  const isArgument = glob(argument);
  const matched = elements.filter(
    (element) => isType(element.type) && isMember(element.member) && isArgument(element.argument),
  );
  if (matched.length === 0)
    return { problem: `${text} is not in ${whole}${nearest(elements, type, member, argument)}` };
  return { text, literal: !text.includes('*'), ofOneType: !type.includes('*'), matched };
}

function readTag(text: string, elements: readonly SchemaElement[], tags: Tags): Pattern | { problem: string } {
  const tagged = tags.get(text.slice(1));
  const matched = tagged ? elements.filter(({ coordinate }) => tagged.has(coordinate)) : [];
  if (matched.length > 0) return { text, literal: false, ofOneType: false, matched };
  const known = [...tags.keys()].map((tag) => `#${tag}`);
  return { problem: `no subgraph has ${text} on anything${didYouMean(text, known)}` };
}

/** Matches names with `*` for any letters; without a pattern, only what has no name. */
function glob(pattern: string | undefined): (name: string | undefined) => boolean {
  if (pattern === undefined) return (name) => name === undefined;
  if (!pattern.includes('*')) return (name) => name === pattern;
  const parts = pattern.split(/\*+/);
  const expression = new RegExp(`^${parts.join('.*')}$`);
  return (name) => name !== undefined && expression.test(name);
}

/** Suggestions for a coordinate that the schema does not have. */
export function nearest(elements: readonly SchemaElement[], type: string, member?: string, argument?: string): string {
  const isType = glob(type);
  const ofType = elements.filter((element) => isType(element.type));
  if (ofType.length === 0) {
    const types = elements.filter((element) => element.member === undefined).map((element) => element.type);
    return didYouMean(type, types);
  }
  const isMember = glob(member);
  const ofMember = ofType.filter((element) => isMember(element.member));
  if (ofMember.length === 0 && member !== undefined) {
    const members = ofType.flatMap((element) => element.member ?? []);
    return didYouMean(member, members, (name) => memberCoordinate(type, name));
  }
  if (member === undefined || argument === undefined) return '';
  const names = ofMember.flatMap((element) => element.argument ?? []);
  return didYouMean(argument, names, (name) => argumentCoordinate(type, member, name));
}
