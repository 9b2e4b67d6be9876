// Supergraph composition: an Apollo Federation supergraph (join specification v0.1 to v0.5) as the source of the graph.
// Its subgraphs are subschemas of the same kind as those of services with stitching directives, with entities fetched
// by `_entities`.
import { createHash } from 'node:crypto';
import { buildASTSchema, type DocumentNode, GraphQLError, Kind, parse, visit } from 'graphql';
import { ComposeError } from './compose-error.ts';
import { computedInputs } from './computed-inputs.ts';
import { declaredDirectives, directiveArguments } from './declared-directives.ts';
import { setExactDefaults } from './default-literals.ts';
import { readLiteralsExactly } from './exact-literals.ts';
import { withDirectivesOf, withVisibleDirectives } from './executable-directives.ts';
import { readFallbacks } from './fallbacks.ts';
import { contextTypes, type GraphContexts, withoutContexts } from './federation/contexts.ts';
import { type FederatedSubgraph, federatedSubgraph } from './federation/subgraphs.ts';
import type { Graph } from './graph.ts';
import { appliedClientDirectives, printGraph, withSdl } from './graph-sdl.ts';
import { readLinkedFeatures } from './linked-features.ts';
import { unusableNames } from './prototype-names.ts';
import { readRules } from './rules.ts';
import { readDirectivesOfSupergraph } from './sdl.ts';
import { syntaxProblem } from './sdl-problems.ts';
import { withoutInaccessible } from './visible-graph.ts';

/** A subgraph as the supergraph names it. */
export interface SupergraphMember {
  name: string;
  url: string;
}

export interface Supergraph {
  members: readonly SupergraphMember[];
  /** Values of the `join__Graph` enum and the subgraphs that they stand for. */
  byEnumValue: ReadonlyMap<string, SupergraphMember>;
  document: DocumentNode;
  sdl: string;
  /** About directives that are not the gateway's. */
  warnings: readonly string[];
}

/**
 * Reads a supergraph's SDL and its list of subgraphs.
 * @throws ComposeError if it is no supergraph.
 */
export function readSupergraph(sdl: string, source: string): Supergraph {
  let document: DocumentNode;
  try {
    // The locations of a large document take more memory than its nodes.
    document = parse(sdl, { noLocation: true });
  } catch (error) {
    if (error instanceof GraphQLError) throw new ComposeError([syntaxProblem(error, source)]);
    throw error;
  }
  const byEnumValue = new Map<string, SupergraphMember>();
  for (const definition of document.definitions) {
    if (definition.kind !== Kind.ENUM_TYPE_DEFINITION || definition.name.value !== 'join__Graph') continue;
    for (const value of definition.values ?? []) {
      const [directive] = declaredDirectives({ astNode: value }, 'join__graph');
      if (!directive) continue;
      const { name, url } = directiveArguments(directive);
      byEnumValue.set(value.name.value, {
        name: typeof name === 'string' ? name : value.name.value,
        url: typeof url === 'string' ? url : '',
      });
    }
  }
  if (unusableNames(document).length > 0) {
    throw new ComposeError(unusableNames(parse(sdl)).map((problem) => `${source}: ${problem}`));
  }
  const linked = readLinkedFeatures(document);
  if (linked.problems.length > 0) throw new ComposeError(linked.problems.map((problem) => `${source}: ${problem}`));
  const own = readDirectivesOfSupergraph(linked.document, source);
  document = own.document;
  if (byEnumValue.size === 0) {
    throw new ComposeError([`${source} names no subgraphs (enum join__Graph); give a composed supergraph`]);
  }
  return { members: [...byEnumValue.values()], byEnumValue, document, sdl, warnings: own.warnings };
}

/**
 * Composes the graph of a supergraph.
 * @throws ComposeError
 */
export function composeSupergraph(supergraph: Supergraph): Graph {
  try {
    const document = withoutContexts(supergraph.document);
    // Directives that composition preserves (`@authenticated`, `@cost` …) are in the supergraph's own SDL.
    const described = buildASTSchema(withoutJoins(document), { assumeValid: true, assumeValidSDL: true });
    const schema = readLiteralsExactly(withVisibleDirectives(withoutInaccessible(described)));
    setExactDefaults(schema, [described]);
    const parts = [...supergraph.byEnumValue].map(([value, { name }]) => federatedSubgraph(document, value, name));
    const contexts = contextsOf(supergraph.document, parts);
    const fallbacks = readFallbacks(
      schema,
      [{ schema: described }],
      parts.map(({ config }) => config),
    );
    const graph = {
      schema,
      rules: readRules(
        schema,
        [described],
        computedInputs(
          parts.map(({ config }) => config),
          contexts,
        ),
      ),
      sources: [described],
      version: createHash('sha256').update(supergraph.sdl).digest('hex').slice(0, 16),
      subschemas: parts.map(({ config }) => ({ ...config, schema: withDirectivesOf(config.schema, described) })),
      parts: {
        overrides: parts.flatMap(({ config: { name: subgraph = '' }, overrides }) =>
          overrides.map((override) => ({ ...override, subgraph })),
        ),
        external: new Set(parts.flatMap(({ config, external }) => external.map((field) => `${config.name} ${field}`))),
        interfaceObjects: new Set(
          parts.flatMap(({ config, interfaceObjects }) =>
            [...interfaceObjects].map((type) => `${config.name} ${type}`),
          ),
        ),
        ...(contexts && { contexts }),
        ...(fallbacks && { fallbacks }),
      },
      warnings: supergraph.warnings,
    };
    return withSdl(graph, () => printGraph(schema, appliedClientDirectives([described])));
  } catch (error) {
    if (error instanceof ComposeError) throw error;
    throw new ComposeError([error instanceof Error ? error.message : String(error)]);
  }
}

/** Null where no field takes an argument from a context. */
function contextsOf(document: DocumentNode, parts: readonly FederatedSubgraph[]): GraphContexts | null {
  const args = new Map(
    parts.flatMap(({ config, contextArguments }) =>
      [...contextArguments].map(([coordinate, taken]) => [`${config.name} ${coordinate}`, taken] as const),
    ),
  );
  return args.size === 0 ? null : { arguments: args, types: contextTypes(document) };
}

/** The document without what describes the subgraphs: the elements of the specifications `join` and `link`. */
function withoutJoins(document: DocumentNode): DocumentNode {
  const isJoining = (name: string) => /^(join|link|core)(__|$)/.test(name);
  const definitions = document.definitions.filter((node) => {
    if (node.kind === Kind.DIRECTIVE_DEFINITION) return !isJoining(node.name.value);
    return !('name' in node && node.name && /^(join|link|core)__/.test(node.name.value));
  });
  return visit(
    { ...document, definitions },
    { [Kind.DIRECTIVE]: ({ name }) => (isJoining(name.value) ? null : undefined) },
  );
}
