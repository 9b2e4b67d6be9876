// Dialects of `@rateLimit`: the gateway's own, and that of the library graphql-rate-limit and Envelop's plugin
// (`max`, `window`). Uses of the second are rewritten into the first, and defaults that a document's own definition has
// are written out: the rules are read from uses alone.
import {
  type ConstArgumentNode,
  type ConstDirectiveNode,
  type ConstValueNode,
  type DirectiveDefinitionNode,
  type DocumentNode,
  Kind,
  type TypeNode,
  visit,
} from 'graphql';

interface ReadDialect {
  document: DocumentNode;
  problems: string[];
}

const NAME = 'rateLimit';

/** Of the second dialect; without one it is not that dialect. */
const typesOfOther: Readonly<Record<string, string>> = {
  max: 'Int',
  window: 'String',
  message: 'String',
  identityArgs: '[String]',
  arrayLengthField: 'String',
  readOnly: 'Boolean',
  uncountRejected: 'Boolean',
};

/** Of graphql-rate-limit, where a use names neither `max` nor `window`. */
const defaultsOfOther = { max: 5, window: '60s' };

/**
 * Writes uses of `@rateLimit` in the gateway's dialect.
 * @param own the gateway's definition, which takes the place of one in the second dialect.
 * @param name of the directive in this document.
 */
export function readRateLimitDialect(
  document: DocumentNode,
  own: DirectiveDefinitionNode | undefined,
  name = NAME,
): ReadDialect {
  const definition = document.definitions.find(
    (node) => node.kind === Kind.DIRECTIVE_DEFINITION && node.name.value === name,
  ) as DirectiveDefinitionNode | undefined;
  if (!definition || !own) return { document, problems: [] };
  const isOther = isOtherDialect(definition);
  const problems: string[] = [];
  const rewrite = (directive: ConstDirectiveNode): ConstDirectiveNode => {
    const args = withDefaults(directive, definition);
    return { ...directive, arguments: isOther ? translated(args, name, problems) : args };
  };
  return {
    document: visit(document, {
      [Kind.DIRECTIVE]: (node) => (node.name.value === name ? rewrite(node as ConstDirectiveNode) : undefined),
      ...(isOther && {
        [Kind.DIRECTIVE_DEFINITION]: (node: DirectiveDefinitionNode) =>
          node === definition ? { ...own, name: definition.name } : undefined,
      }),
    }),
    problems: [...new Set(problems)],
  };
}

function isOtherDialect({ arguments: args = [] }: DirectiveDefinitionNode): boolean {
  const isIts = args.every(({ name, type }) => typesOfOther[name.value] === nullable(type));
  return isIts && args.some(({ name }) => name.value === 'max' || name.value === 'window');
}

function nullable(type: TypeNode): string {
  if (type.kind === Kind.NON_NULL_TYPE) return nullable(type.type);
  return type.kind === Kind.LIST_TYPE ? `[${nullable(type.type)}]` : type.name.value;
}

function withDefaults(
  { arguments: given = [] }: ConstDirectiveNode,
  { arguments: defined = [] }: DirectiveDefinitionNode,
): readonly ConstArgumentNode[] {
  const isGiven = new Set(given.map(({ name }) => name.value));
  const defaults = defined.flatMap(({ name, defaultValue }): ConstArgumentNode[] =>
    defaultValue && !isGiven.has(name.value) ? [{ kind: Kind.ARGUMENT, name, value: defaultValue }] : [],
  );
  return [...given, ...defaults];
}

function translated(args: readonly ConstArgumentNode[], name: string, problems: string[]): ConstArgumentNode[] {
  const values = new Map(args.map((argument) => [argument.name.value, argument.value]));
  const text = (of: string) => {
    const value = values.get(of);
    return value?.kind === Kind.STRING ? value.value : null;
  };
  const window = text('window') ?? defaultsOfOther.window;
  const duration = secondsOf(window);
  if (duration === null)
    problems.push(`@${name}(window: "${window}"): give whole seconds, such as "30s", "5m" or "1 hour"`);
  const readOnly = values.get('readOnly');
  if (readOnly?.kind === Kind.BOOLEAN && readOnly.value) {
    problems.push(`@${name}(readOnly: true) counts nothing, which the gateway cannot do; remove the directive there`);
  }
  const max = values.get('max');
  return [
    argument('limit', max && max.kind !== Kind.NULL ? max : { kind: Kind.INT, value: `${defaultsOfOther.max}` }),
    argument('duration', { kind: Kind.INT, value: `${duration ?? 1}` }),
    ...args.filter((each) => ['message', 'identityArgs', 'arrayLengthField'].includes(each.name.value)),
  ];
}

function argument(name: string, value: ConstValueNode): ConstArgumentNode {
  return { kind: Kind.ARGUMENT, name: { kind: Kind.NAME, value: name }, value };
}

/** Milliseconds, by the first letters of a unit; a number without one is in milliseconds, as in the package `ms`. */
const units: readonly (readonly [unit: RegExp, milliseconds: number])[] = [
  [/^(ms|msecs?|milliseconds?)?$/, 1],
  [/^(s|secs?|seconds?)$/, 1_000],
  [/^(m|mins?|minutes?)$/, 60_000],
  [/^(h|hrs?|hours?)$/, 3_600_000],
  [/^(d|days?)$/, 86_400_000],
  [/^(w|weeks?)$/, 604_800_000],
];

function secondsOf(window: string): number | null {
  const [, amount, unit = ''] = /^(\d{1,12}(?:\.\d{1,6})?) *([a-z]*)$/i.exec(window.trim()) ?? [];
  const milliseconds = units.find(([named]) => named.test(unit.toLowerCase()))?.[1];
  const seconds = (Number(amount) * (milliseconds ?? Number.NaN)) / 1000;
  return Number.isInteger(seconds) && seconds >= 1 ? seconds : null;
}
