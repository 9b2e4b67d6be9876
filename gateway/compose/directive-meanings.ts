// Meaning of directives in a source's SDL: whether a directive with the name of one of the gateway's is the gateway's.
// It is not where the source defines it differently: then it is the source's own.
import {
  type ConstDirectiveNode,
  type DirectiveDefinitionNode,
  type DocumentNode,
  Kind,
  print,
  type TypeNode,
  visit,
} from 'graphql';
import { readRateLimitDialect } from './rate-limit-dialect.ts';

/** Configured meaning of a directive's name in one source's SDL. */
export type DirectiveMeaning = 'ignore' | { is: string };

/** By the name of the gateway's directive. */
export type DirectiveMeanings = Readonly<Record<string, DirectiveMeaning>>;

/**
 * Directives that protect data: where one is defined differently, its meaning must be configured rather than guessed.
 */
const protecting: ReadonlySet<string> = new Set([
  'authenticated',
  'requiresScopes',
  'policy',
  'inaccessible',
  'declassified',
]);

export interface ReadDirectives {
  /** Without definitions and uses of the source's own directives that have the name of one of the gateway's. */
  document: DocumentNode;
  /** One message for each directive that is the source's own. */
  warnings: string[];
  /** One message for each directive whose meaning has to be configured. */
  problems: string[];
}

/**
 * Finds the gateway's directives in a document, by the meanings of the names.
 * @param known the gateway's own definitions, by name.
 * @param meanings the configured meanings in this source; null where none can be configured.
 */
export function readDirectives(
  given: DocumentNode,
  source: string,
  known: ReadonlyMap<string, DirectiveDefinitionNode>,
  configured: DirectiveMeanings | null = {},
): ReadDirectives {
  const meanings = configured ?? {};
  const { rateLimit } = meanings;
  const own = known.get('rateLimit');
  const { document, problems: ofLimits } =
    rateLimit === 'ignore' ? { document: given, problems: [] } : readRateLimitDialect(given, own, rateLimit?.is);
  const defined = new Map(
    document.definitions.flatMap((node) =>
      node.kind === Kind.DIRECTIVE_DEFINITION ? [[node.name.value, node] as const] : [],
    ),
  );
  const warnings: string[] = [];
  const problems = ofLimits.map((problem) => `${source}: ${problem}`);
  /** The gateway's name of each directive that has another one here; null for a directive of the source's own. */
  const names = new Map<string, string | null>();
  for (const [name, meaning] of Object.entries(meanings)) {
    if (meaning === 'ignore') {
      names.set(name, null);
      continue;
    }
    const definition = defined.get(meaning.is);
    const difference = definition && differenceOf(definition, known.get(name) as DirectiveDefinitionNode);
    if (difference) problems.push(`${source}: @${meaning.is} cannot be @${name}: ${difference}`);
    if (meaning.is !== name && !names.has(name)) names.set(name, null);
    names.set(meaning.is, name);
  }
  for (const [name, definition] of defined) {
    const own = known.get(name);
    if (!own || names.has(name)) continue;
    const difference = differenceOf(definition, own);
    if (!difference) continue;
    const option = `subgraphs.${source}.directives`;
    if (protecting.has(name)) {
      problems.push(
        `${source}: @${name} differs from the gateway's definition (${difference}). Configure its meaning: ` +
          `${option}: { ${name}: 'ignore' } leaves it to the service, { ${name}: { is: 'otherName' } } names the ` +
          `service's directive that is meant`,
      );
      continue;
    }
    names.set(name, null);
    warnings.push(
      `${source}: @${name} differs from the gateway's definition (${difference}): it is treated as the service's ` +
        `own and has no effect here${configured ? `; ${option}: { ${name}: 'ignore' } confirms that` : ''}`,
    );
  }
  return { document: names.size === 0 ? document : renamed(document, names), warnings, problems };
}

function renamed(document: DocumentNode, names: ReadonlyMap<string, string | null>): DocumentNode {
  return visit(document, {
    // Definitions are removed in both cases: the gateway adds its own.
    [Kind.DIRECTIVE_DEFINITION]: (node) => (names.has(node.name.value) ? null : undefined),
    [Kind.DIRECTIVE]: (node) => {
      const name = names.get((node as ConstDirectiveNode).name.value);
      if (name === undefined) return undefined;
      return name === null ? null : { ...node, name: { ...node.name, value: name } };
    },
  });
}

/**
 * Describes why uses of a directive would not be valid uses of the gateway's; undefined where they would be. A
 * definition may leave out optional arguments, and have stricter types.
 */
function differenceOf(definition: DirectiveDefinitionNode, own: DirectiveDefinitionNode): string | undefined {
  const ownArguments = new Map((own.arguments ?? []).map((argument) => [argument.name.value, argument]));
  const given = new Map((definition.arguments ?? []).map((argument) => [argument.name.value, argument]));
  for (const [name, { type }] of given) {
    const known = ownArguments.get(name);
    if (!known) return `the gateway's has no argument "${name}"`;
    if (!isAtLeast(type, known.type, sameValues[own.name.value]))
      return `"${name}" is ${print(type)} and not ${print(known.type)}`;
  }
  for (const [name, { type, defaultValue }] of ownArguments) {
    const required = type.kind === Kind.NON_NULL_TYPE && !defaultValue;
    if (required && !given.has(name)) return `the argument "${name}" is missing`;
  }
  return undefined;
}

/** Apollo Federation's scalars, which are texts in the gateway's definitions; costs are integers. */
const sameValues: Readonly<Record<string, readonly string[]>> = {
  requiresScopes: ['Scope', 'federation__Scope'],
  policy: ['Policy', 'federation__Policy'],
  cost: ['Int'],
};

function isAtLeast(type: TypeNode, own: TypeNode, same: readonly string[] = []): boolean {
  const [bare, ownBare] = [withoutNonNull(type), withoutNonNull(own)];
  if (bare.kind === Kind.LIST_TYPE && ownBare.kind === Kind.LIST_TYPE) return isAtLeast(bare.type, ownBare.type, same);
  if (bare.kind !== Kind.NAMED_TYPE || ownBare.kind !== Kind.NAMED_TYPE) return false;
  const [name, ownName] = [bare.name.value, ownBare.name.value];
  if (ownName === 'FallbackValue') return true;
  return name === ownName || same.includes(name);
}

function withoutNonNull(type: TypeNode): Exclude<TypeNode, { kind: Kind.NON_NULL_TYPE }> {
  return type.kind === Kind.NON_NULL_TYPE ? type.type : type;
}
