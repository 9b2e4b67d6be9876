// Graph composition: stitches the sources into the schema that clients see and that plans are made from.
import type { SubschemaConfig } from '@graphql-tools/delegate';
import {
  type MergeTypeCandidate,
  stitchSchemas,
  type TypeMergingOptions,
  ValidationLevel,
} from '@graphql-tools/stitch';
import { type GraphQLSchema, OperationTypeNode, validateSchema } from 'graphql';
import { ComposeError } from './compose-error.ts';
import { computedInputs } from './computed-inputs.ts';
import { setExactDefaults } from './default-literals.ts';
import { readLiteralsExactly } from './exact-literals.ts';
import { mergeDirectives } from './executable-directives.ts';
import { type Fallbacks, readFallbacks } from './fallbacks.ts';
import type { GraphContexts } from './federation/contexts.ts';
import type { ProgressiveOverride } from './federation/subgraphs.ts';
import { appliedClientDirectives, printGraph, withSdl } from './graph-sdl.ts';
import { findLookupProblems } from './lookup-fields.ts';
import { mergeTypes } from './merge/merge-types.ts';
import { overruledRootFields } from './merge/root-fields.ts';
import type { NamedSchema } from './merge/sources.ts';
import { findLostRules } from './placed-rules.ts';
import { stitchAnyNames } from './prototype-names.ts';
import type { ServiceNames } from './renames/service-names.ts';
import { type Rules, readRules } from './rules.ts';
import { createSubschemas, type Source } from './subschemas.ts';
import { findInaccessibleInputs } from './unusable-inputs.ts';
import { inaccessibleIn, visibleGraph } from './visible-graph.ts';

/** What subgraphs declare about their parts of types. */
export interface SubgraphParts {
  /** `subgraph Type.field` of fields that a subgraph serves only where a parent provides them. */
  external: ReadonlySet<string>;
  /** `subgraph Interface` of interfaces that are object types in a subgraph: its objects do not have their types. */
  interfaceObjects: ReadonlySet<string>;
  /** Fields of progressive overrides, which a subgraph serves where the label holds, or where it does not. */
  overrides?: readonly (ProgressiveOverride & { subgraph: string })[];
  /** Arguments of a supergraph's fields that come from enclosing objects. */
  contexts?: GraphContexts;
  /** Values of fields whose subgraph is down; none by default. */
  fallbacks?: Fallbacks;
}

export interface Graph {
  /** The schema that clients see. Plans execute it, not its resolvers. */
  schema: GraphQLSchema;
  /** The client-visible schema as sorted SDL; printed when it is first read. */
  readonly sdl: string;
  /** Changes whenever a source's SDL does; hexadecimal. */
  version: string;
  /** The stitched subschemas, with the merging of their types; plans are made from these. */
  subschemas: readonly SubschemaConfig[];
  /** The rules that directives in the subgraphs' SDL declare. */
  rules: Rules;
  /** The subgraphs' schemas, with the nodes of their SDL. */
  sources: readonly GraphQLSchema[];
  /** Names of services that differ from the graph's, by the service's name. */
  serviceNames?: ReadonlyMap<string, ServiceNames>;
  /** Notes for operators, such as directives without effect. One message each. */
  warnings: readonly string[];
  /** What subgraphs declare about their parts of the graph. */
  parts?: SubgraphParts;
  /** SDL of the supergraph that Federation subgraphs were composed into. */
  supergraph?: string;
}

/** Differences between sources are merged, or reported, by `merge/`. */
const typeMergingOptions: TypeMergingOptions = {
  validationSettings: { validationLevel: ValidationLevel.Off },
  // @graphql-tools/stitch 10.3.1 marks the types that computed fields return as canonical, in each source that has such
  // fields, and rejects two of them.
  typeCandidateMerger: (candidates) =>
    candidates.find(isCanonical) ?? (candidates.at(-1) as MergeTypeCandidate<Record<string, unknown>>),
};

function isCanonical({ type, transformedSubschema }: MergeTypeCandidate<Record<string, unknown>>): boolean {
  return transformedSubschema?.merge?.[type.name]?.canonical ?? false;
}

/** The part of a graph that Federation subgraphs serve: merged with other sources as if one source served it. */
export interface FederatedPart {
  /** For messages: the names of its subgraphs. */
  name: string;
  graph: Graph;
}

/**
 * Composes the graph.
 * @throws ComposeError naming every type and field in conflict, with the subgraphs.
 */
export function composeGraph(sources: readonly Source[], federated: FederatedPart | null = null): Graph {
  const own = createSubschemas(sources);
  const { serviceNames, rootNames } = own;
  const subschemas = [...own.subschemas, ...(federated?.graph.subschemas ?? [])];
  // Stitched for its types only: plans execute the fields.
  const stitchedSubschemas = [...own.subschemas, ...(federated?.graph.sources ?? []).map((schema) => ({ schema }))];
  const named = sources.map(({ name }, index) => ({ name, schema: subschemas[index]!.schema }));
  if (federated) named.push({ name: federated.name, schema: federated.graph.schema });
  const described = [...own.subschemas.map(({ schema }) => schema), ...(federated?.graph.sources ?? [])];
  const inaccessible = inaccessibleIn(described);
  const merged = mergeTypes(named, inaccessible);
  const conflicts = [...merged.conflicts, ...findInaccessibleInputs(named, inaccessible)];
  if (conflicts.length > 0) throw new ComposeError(conflicts);
  const operationDirectives = mergeDirectives(named);
  const stitched = stitch(stitchedSubschemas, rootNames);
  const lookupProblems = own.subschemas.flatMap((subschema) => findLookupProblems(subschema, stitched));
  if (lookupProblems.length > 0) throw new ComposeError(lookupProblems);
  const implemented = new Set(
    sources.flatMap((source) => ('resolvers' in source ? Object.keys(source.resolvers) : [])),
  );
  const schema = readLiteralsExactly(
    visibleGraph(stitched, merged, described, inaccessible, operationDirectives.directives),
    implemented,
  );
  setExactDefaults(schema, byName(named), implemented);
  const invalid = validateSchema(schema).map((error) => error.message);
  if (!schema.getQueryType()) {
    invalid[0] =
      'no subgraph serves a Query field for clients; fields that begin with "_" are lookup fields for the gateway';
  }
  if (invalid.length > 0) throw new ComposeError(invalid);
  const lost = findLostRules(named, stitched, schema);
  if (lost.length > 0) throw new ComposeError(lost);
  const isLocal = new Set(sources.flatMap((source, index) => ('resolvers' in source ? [described[index]] : [])));
  const fallbacks = readFallbacks(
    schema,
    described.map((source) => ({ schema: source, isLocal: isLocal.has(source) })),
    subschemas,
  );
  const graph = {
    schema,
    version: federated ? `${own.version}${federated.graph.version}` : own.version,
    subschemas,
    ...(serviceNames.size > 0 && { serviceNames }),
    rules: readRules(schema, described, computedInputs(subschemas, federated?.graph.parts?.contexts)),
    sources: described,
    parts: {
      external: new Set([...overruledRootFields(named), ...(federated?.graph.parts?.external ?? [])]),
      interfaceObjects: federated?.graph.parts?.interfaceObjects ?? new Set(),
      ...(federated?.graph.parts?.contexts && { contexts: federated.graph.parts.contexts }),
      ...(federated?.graph.parts?.overrides && { overrides: federated.graph.parts.overrides }),
      ...(fallbacks && { fallbacks }),
    },
    warnings: [
      ...merged.warnings,
      ...operationDirectives.warnings,
      ...own.warnings,
      ...unusualRoots(schema, rootNames),
      ...(federated?.graph.warnings ?? []),
    ],
  };
  return withSdl(graph, () => printGraph(schema, appliedClientDirectives(described)));
}

/** Sorted, so that the result does not depend on the order of the configuration. */
function byName(named: readonly NamedSchema[]): GraphQLSchema[] {
  return named.toSorted((one, other) => (one.name < other.name ? -1 : 1)).map(({ schema }) => schema);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function unusualRoots(schema: GraphQLSchema, rootNames: Readonly<Record<OperationTypeNode, string>>): string[] {
  return Object.values(OperationTypeNode).flatMap((operation) =>
    rootNames[operation].endsWith('Root') && schema.getRootType(operation)
      ? [
          `the graph's ${operation} type is called ${rootNames[operation]}, ` +
            'since a service has an ordinary type of the usual name',
        ]
      : [],
  );
}

function stitch(subschemas: SubschemaConfig[], rootNames: Readonly<Record<string, string>>): GraphQLSchema {
  const served = Object.entries(rootNames).map(([operation, name]) => `${operation}: ${name}`);
  try {
    const typeDefs = `schema { ${served.join(' ')} }`;
    return stitchAnyNames(subschemas, (known) => stitchSchemas({ subschemas: known, typeDefs, typeMergingOptions }));
  } catch (error) {
    throw new ComposeError([messageOf(error)]);
  }
}
