// Changes of a generated schema: of every kind, at random places.

import { parse, print } from 'graphql';
import { randomNumbers } from '../differential/random.ts';

export interface GeneratedChange {
  /** The kind, and where it is. */
  name: string;
  /** The type that is changed, whose objects are tried first. */
  type?: string | undefined;
  sdl: string;
}

/** Text replaced in one definition, chosen at random among those that have it. */
type Edit = readonly [pattern: RegExp, replacement: string];

const inTypes = /^type T\d+ /;
const inInputs = /^input I\d+ /;
const inDeep = /^input D\d+ /;
const inQuery = /^type Query /;

/** Each kind: the definitions in which it may be, and the edit of their text. */
const edits: Record<string, readonly [definition: RegExp, edit: Edit]> = {
  'output field removed': [inTypes, [/\n {2}(name|title|price|tags|extra): .*/, '']],
  'output field nullable': [inTypes, [/\n {2}(title|total|price|state|tags): (.*)!/, '\n  $1: $2']],
  'output field not nullable': [inTypes, [/\n {2}(name|count): (.*)/, '\n  $1: $2!']],
  'items nullable': [inTypes, [/tags: \[String!\]!/, 'tags: [String]!']],
  'output list': [inTypes, [/\n {2}(name|count): (\w+)/, '\n  $1: [$2]']],
  'output Int to Float': [inTypes, [/total: Int!/, 'total: Float!']],
  'output Float to Int': [inTypes, [/price: Float!/, 'price: Int!']],
  'output ID to String': [inTypes, [/title: String!/, 'title: ID!']],
  'output Int to String': [inTypes, [/count: Int/, 'count: String']],
  'output enum to String': [inTypes, [/state: E\d+!/, 'state: String']],
  'output scalar to object': [inTypes, [/extra: Custom/, 'extra: T0']],
  'interface to member': [inTypes, [/node: Node!/, 'node: T0!']],
  'optional argument added': [inTypes, [/one\(/, 'one(added: Int, ']],
  'required argument added': [inTypes, [/one\(/, 'one(added: Int!, ']],
  'required argument with default added': [inTypes, [/one\(/, 'one(added: Int! = 3, ']],
  'argument removed': [inTypes, [/one\(at: Int = 1, f: Float\)/, 'one(at: Int = 1)']],
  'argument Float to Int': [inTypes, [/f: Float\)/, 'f: Int)']],
  'argument default changed': [inQuery, [/at: Int = 1/, 'at: Int = 2']],
  'argument default removed': [inQuery, [/at: Int = 1/, 'at: Int']],
  'argument without null': [inQuery, [/at: Int = 1/, 'at: Int! = 1']],
  'argument required': [inQuery, [/at: Int = 1/, 'at: Int!']],
  'required argument in place of an optional one': [inQuery, [/list\d+\(first: Int/, '$&!']],
  'argument ID to String': [inQuery, [/\(id: ID!, by/, '(id: String!, by']],
  'argument to list': [inQuery, [/\(id: ID!, by/, '(id: [ID!]!, by']],
  'default of a required argument removed': [/^type Mutation /, [/dry: Boolean! = true/, 'dry: Boolean!']],
  'interface left': [inTypes, [/ implements Node/, '']],
  'enum value removed': [/^enum /, [/\n {2}(B|C)(?=\n)/, '']],
  'enum value added': [/^enum /, [/\n {2}C/, '\n  C\n  D']],
  'union member removed': [/^union /, [/ \| T\d+$/m, '']],
  'input field removed': [inInputs, [/\n {2}(a|d|f|x): .*/, '']],
  'input field added': [inInputs, [/\{/, '{ added: Int ']],
  'required input field added': [inInputs, [/\{/, '{ added: Int! ']],
  'required input field with default added': [inInputs, [/\{/, '{ added: Int! = 1 ']],
  'input Int to Float': [inInputs, [/a: Int/, 'a: Float']],
  'input Int to ID': [inInputs, [/a: Int/, 'a: ID']],
  'input Int to list': [inInputs, [/a: Int/, 'a: [Int]']],
  'input Int to String': [inInputs, [/a: Int/, 'a: String']],
  'input Float to Int': [inInputs, [/f: Float/, 'f: Int']],
  'input nullable': [inInputs, [/s: String!/, 's: String']],
  'input not nullable': [inInputs, [/a: Int/, 'a: Int!']],
  'input items nullable': [inInputs, [/\[Int!\]/, '[Int]']],
  'input default removed': [inInputs, [/b: Int! = 1/, 'b: Int!']],
  'input default changed': [inInputs, [/b: Int! = 1/, 'b: Int! = 5']],
  'nullable default removed': [inDeep, [/n: Int = 2/, 'n: Int']],
  'input without null': [inDeep, [/n: Int = 2/, 'n: Int! = 2']],
  'one of': [inDeep, [/^(input \w+) \{[\s\S]*$/, '$1 @oneOf { n: Int  id: ID  e: E0 }']],
  'scalar to enum': [/^scalar Custom/, [/scalar Custom/, 'enum Custom { ONE TWO }']],
  'scalar with a specification': [
    /^scalar Custom/,
    [/scalar Custom/, 'scalar Custom @specifiedBy(url: "https://custom.example")'],
  ],
  'scopes of a field': [inTypes, [/\n {2}(title|price): (.*)/, '\n  $1: $2 @requiresScopes(scopes: [["a"]])']],
  'sign-in of a type': [inTypes, [/ \{/, ' @authenticated {']],
  'unknown policy': [inTypes, [/price: Float!/, 'price: Float! @policy(policies: [["nowhere"]])']],
  'rate limit': [inQuery, [/(t\d+\(.*\): T\d+)/, '$1 @rateLimit(limit: 1, duration: 3600)']],
  'cost beyond the limit': [inTypes, [/state: (E\d+!)/, 'state: $1 @cost(weight: "900000")']],
  'cost below it': [inTypes, [/state: (E\d+!)/, 'state: $1 @cost(weight: "3")']],
  'list bound': [inTypes, [/(many\(.*\): .*)/, '$1 @listSize(slicingArguments: ["first"])']],
  'list bound by another argument': [inTypes, [/(many\(.*\): .*)/, '$1 @listSize(slicingArguments: ["after"])']],
  'list size': [inTypes, [/(many\(.*\): .*)/, '$1 @listSize(assumedSize: 2)']],
  deprecated: [inTypes, [/title: String!/, 'title: String! @deprecated']],
  'deprecated input': [inInputs, [/a: Int/, 'a: Int @deprecated']],
  description: [inTypes, [/\n {2}title/, '\n  "Text."\n  title']],
  'field added': [inTypes, [/\{/, '{ added: Int ']],
  'member added': [/^union /, [/$/, ' | T0']],
  'mutations gone': [/^type Mutation /, [/^[\s\S]*$/, '']],
  'root field removed': [inQuery, [/\n {2}(?:t|list)\d+\(.*/, '']],
};

/** As many changes, of one kind after the other. @param from number of the first kind. */
export function generateChanges(sdl: string, count: number, seed: number, from = 0): GeneratedChange[] {
  const random = randomNumbers(seed * 2_654_435_761);
  const definitions = parse(sdl, { noLocation: true }).definitions.map(print);
  const kinds = Object.entries(edits);
  return Array.from({ length: count }, (_, index) => {
    const [kind, [where, [pattern, replacement]]] = kinds[(from + index) % kinds.length] as (typeof kinds)[number];
    const places = definitions.flatMap((text, at) => (where.test(text) && pattern.test(text) ? [at] : []));
    const at = places[Math.floor(random() * places.length)];
    if (at === undefined) throw new Error(`${kind}: nothing to change`);
    const text = definitions[at] as string;
    const matches = [...text.matchAll(new RegExp(pattern.source, `${pattern.flags.replace('g', '')}g`))];
    const match = matches[Math.floor(random() * matches.length)] as RegExpMatchArray;
    const changed = text.slice(0, match.index) + text.slice(match.index).replace(pattern, replacement);
    const all = definitions.with(at, changed);
    return {
      name: `${kind} (${text.split(/[{=]/, 1)[0]?.trim()}: ${match[0].trim().slice(0, 40)})`,
      type: /\bT\d+\b/.exec(text)?.[0],
      sdl: all.join('\n\n'),
    };
  });
}
