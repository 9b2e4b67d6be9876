// The patterns of a client's `include` and `exclude`, and the parts of the graph that each of them names.

import { argumentOf, memberOf, type Part } from '../compose/parts.ts';
import { didYouMean } from './nearest.ts';
import type { Tags } from './tags.ts';

export interface Pattern {
  text: string;
  /** Whether it names one thing: neither a tag nor with a `*`. */
  literal: boolean;
  /** Whether it names its type, not any type. */
  ofOneType: boolean;
  matched: readonly Part[];
}

const form = /^([\w*]+)(?:\.([\w*]+)(?:\(([\w*]+):\))?)?$/;

/**
 * The pattern with what it names, or why it names nothing: what is not there is a mistake.
 * @param whole what the parts are those of, for the sentence.
 */
export function readPattern(
  text: string,
  parts: readonly Part[],
  tags: Tags,
  whole = 'the graph',
): Pattern | { mistake: string } {
  if (text.startsWith('#')) return readTag(text, parts, tags);
  const [, type = '', member, argument] = form.exec(text) ?? [];
  const isType = glob(type);
  const isMember = glob(member);
  const isArgument = glob(argument);
  const matched = parts.filter((part) => isType(part.type) && isMember(part.member) && isArgument(part.argument));
  if (matched.length === 0) return { mistake: `${text} is not in ${whole}${nearest(parts, type, member, argument)}` };
  return { text, literal: !text.includes('*'), ofOneType: !type.includes('*'), matched };
}

function readTag(text: string, parts: readonly Part[], tags: Tags): Pattern | { mistake: string } {
  const tagged = tags.get(text.slice(1));
  const matched = tagged ? parts.filter(({ coordinate }) => tagged.has(coordinate)) : [];
  if (matched.length > 0) return { text, literal: false, ofOneType: false, matched };
  const known = [...tags.keys()].map((tag) => `#${tag}`);
  return { mistake: `no subgraph has ${text} on anything${didYouMean(text, known)}` };
}

/** Matches names with `*` for any letters; without a pattern, only what has no name. */
function glob(pattern: string | undefined): (name: string | undefined) => boolean {
  if (pattern === undefined) return (name) => name === undefined;
  if (!pattern.includes('*')) return (name) => name === pattern;
  const pieces = pattern.split(/\*+/);
  const expression = new RegExp(`^${pieces.join('.*')}$`);
  return (name) => name !== undefined && expression.test(name);
}

/** What somebody may have meant who wrote a coordinate that the graph has not. */
export function nearest(parts: readonly Part[], type: string, member?: string, argument?: string): string {
  const isType = glob(type);
  const ofType = parts.filter((part) => isType(part.type));
  if (ofType.length === 0) {
    const types = parts.filter((part) => part.member === undefined).map((part) => part.type);
    return didYouMean(type, types);
  }
  const isMember = glob(member);
  const ofMember = ofType.filter((part) => isMember(part.member));
  if (ofMember.length === 0 && member !== undefined) {
    const members = ofType.flatMap((part) => part.member ?? []);
    return didYouMean(member, members, (name) => memberOf(type, name));
  }
  if (member === undefined || argument === undefined) return '';
  const names = ofMember.flatMap((part) => part.argument ?? []);
  return didYouMean(argument, names, (name) => argumentOf(type, member, name));
}
