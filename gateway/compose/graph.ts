// Graph composition: stitches the sources into the schema that clients see and that plans are made from.
import { createHash } from 'node:crypto';
import type { SubschemaConfig } from '@graphql-tools/delegate';
import { makeExecutableSchema } from '@graphql-tools/schema';
import {
  type MergeTypeCandidate,
  stitchSchemas,
  type TypeMergingOptions,
  ValidationLevel,
} from '@graphql-tools/stitch';
import { stitchingDirectives } from '@graphql-tools/stitching-directives';
import type { Executor, IResolvers } from '@graphql-tools/utils';
import { type DocumentNode, GraphQLSchema, OperationTypeNode, print, validateSchema } from 'graphql';
import { ComposeError } from './compose-error.ts';
import { computedInputs } from './computed-inputs.ts';
import { setExactDefaults } from './default-literals.ts';
import type { DirectiveMeanings } from './directive-meanings.ts';
import { readLiteralsExactly } from './exact-literals.ts';
import { mergeDirectives } from './executable-directives.ts';
import { sendGivenArguments } from './given-arguments.ts';
import { appliedClientDirectives, printGraph } from './graph-sdl.ts';
import { inaccessibleIn } from './inaccessible.ts';
import { findLookupProblems } from './lookup-fields.ts';
import { mergeTypes } from './merge/merge-types.ts';
import { overruledRootFields } from './merge/root-fields.ts';
import type { NamedSchema } from './merge/sources.ts';
import { findLostRules } from './placed-rules.ts';
import { stitchAnyNames, withOwnKeys } from './prototype-names.ts';
import { renameMergeConfig } from './renames/merge-config.ts';
import { isEmpty, noRenames, type Renames } from './renames/renames.ts';
import { withRootNames } from './renames/root-names.ts';
import { renamingExecutor, ServiceNames } from './renames/service-names.ts';
import { withResolverContext } from './resolver-context.ts';
import { markResolverErrors } from './resolver-errors.ts';
import { withPlainNumbers } from './result-numbers.ts';
import { graphRootTypeNames, type RenamedRoots, renameRootTypes } from './root-types.ts';
import { type Rules, readRules } from './rules.ts';
import { buildSchemaOf, readSource } from './sdl.ts';
import { findInaccessibleInputs } from './unusable-inputs.ts';
import { visibleGraph } from './visible-graph.ts';

/** A service that is called over HTTP. */
export interface RemoteSource {
  name: string;
  sdl: string;
  executor: Executor;
  /** Meanings of directives in this SDL that have the name of one of the gateway's. */
  directives?: DirectiveMeanings | undefined;
  /** Renames and excludes parts of the SDL. */
  transform?: SourceTransform | undefined;
}

/** @throws ComposeError */
export type SourceTransform = (document: DocumentNode) => { document: DocumentNode; renames: Renames };

/** Fields that the gateway resolves itself, in process. */
export interface LocalSource {
  name: string;
  sdl: string;
  resolvers: IResolvers;
}

export type Source = RemoteSource | LocalSource;

export interface Graph {
  /** The schema that clients see; fallback execution executes it. */
  schema: GraphQLSchema;
  /** The client-visible schema as sorted SDL. */
  sdl: string;
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
  /** `subgraph Type.field` of fields that a subgraph serves only where a parent provides them. */
  external?: ReadonlySet<string>;
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

const { stitchingDirectivesTransformer } = stitchingDirectives();

/**
 * Composes the graph.
 * @throws ComposeError naming every type and field in conflict, with the subgraphs.
 */
export function composeGraph(sources: readonly Source[]): Graph {
  const read = sources.map((source) =>
    readSource(source.sdl, source.name, 'directives' in source ? source.directives : {}),
  );
  const transformed = read.map(({ document }, index) => {
    const source = sources[index]!;
    return 'transform' in source && source.transform ? source.transform(document) : { document, renames: noRenames };
  });
  const rootNames = graphRootTypeNames(transformed.map(({ document }) => document));
  const serviceNames = new Map<string, ServiceNames>();
  const subschemas = sources.map((source, index) => {
    const { document, renames } = transformed[index]!;
    const roots = renameRootTypes(document, rootNames);
    const subschema = toSubschema(source, roots);
    if (!('executor' in source)) return withMergeConfig(subschema);
    const all = withRootNames(renames, roots.ownNames, subschema.schema);
    if (isEmpty(all)) return withMergeConfig(subschema);
    const names = new ServiceNames(subschema.schema, all);
    serviceNames.set(source.name, names);
    const executor = renamingExecutor(source.executor, names);
    if (isEmpty(renames)) return { ...withMergeConfig(subschema), executor };
    const own = buildSchemaOf(read[index]!.document, source.name);
    const { merge = {} } = withMergeConfig({ ...subschema, schema: own });
    return { ...subschema, executor, merge: renameMergeConfig(merge, own, subschema.schema, all) };
  });
  const named = sources.map(({ name }, index) => ({ name, schema: subschemas[index]!.schema }));
  const described = named.map(({ schema }) => schema);
  const inaccessible = inaccessibleIn(described);
  const merged = mergeTypes(named, inaccessible);
  const conflicts = [...merged.conflicts, ...findInaccessibleInputs(named, inaccessible)];
  if (conflicts.length > 0) throw new ComposeError(conflicts);
  const operationDirectives = mergeDirectives(named);
  const stitched = stitch(subschemas, rootNames);
  const lookupProblems = subschemas.flatMap((subschema) => findLookupProblems(subschema, stitched));
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
  const sdl = printGraph(schema, appliedClientDirectives(described));
  return {
    schema,
    sdl,
    version: versionOf(sources, transformed),
    subschemas,
    ...(serviceNames.size > 0 && { serviceNames }),
    rules: readRules(schema, described, computedInputs(subschemas)),
    sources: described,
    external: overruledRootFields(named),
    warnings: [
      ...merged.warnings,
      ...operationDirectives.warnings,
      ...read.flatMap(({ warnings }) => warnings),
      ...unusualRoots(schema, rootNames),
    ],
  };
}

/** Sorted, so that the result does not depend on the order of the configuration. */
function byName(named: readonly NamedSchema[]): GraphQLSchema[] {
  return named.toSorted((one, other) => (one.name < other.name ? -1 : 1)).map(({ schema }) => schema);
}

/** @throws ComposeError for invalid stitching directives. */
function withMergeConfig(subschema: SubschemaConfig): SubschemaConfig {
  try {
    return withOwnKeys(stitchingDirectivesTransformer(subschema));
  } catch (error) {
    throw new ComposeError([`${subschema.name}: @key, @merge or @computed cannot be read: ${messageOf(error)}`]);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function toSubschema(source: Source, { document, ownNames }: RenamedRoots): SubschemaConfig {
  const { name } = source;
  const schema = buildSchemaOf(document, name);
  if ('executor' in source) {
    return {
      name,
      schema,
      executor: withPlainNumbers(schema, source.executor),
      batch: true,
      createProxyingResolver: sendGivenArguments,
    };
  }
  const resolvers = Object.fromEntries(
    Object.entries(source.resolvers).map(([type, fields]) => [graphNameOf(type, ownNames), fields]),
  );
  // A source may have no Query: it is part of a graph, which is validated as a whole.
  const config = { ...makeExecutableSchema({ typeDefs: document, resolvers }).toConfig(), assumeValid: true };
  const executable = new GraphQLSchema(config);
  // Resolvers compute with values: they get numbers and strings.
  readLiteralsExactly(executable, new Set(Object.keys(resolvers)), (number) => number.toPlain());
  return {
    name,
    schema: markResolverErrors(withResolverContext(executable)),
    createProxyingResolver: sendGivenArguments,
  };
}

function graphNameOf(type: string, ownNames: ReadonlyMap<string, string>): string {
  for (const [inGraph, own] of ownNames) if (own === type) return inGraph;
  return type;
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

function versionOf(
  sources: readonly Source[],
  transformed: readonly { renames: Renames; document: DocumentNode }[],
): string {
  const hash = createHash('sha256');
  for (const [index, source] of sources.entries()) {
    const { name, sdl } = source;
    hash.update(`${name}\n${sdl}\n`);
    if ('transform' in source && source.transform) hash.update(`${print(transformed[index]!.document)}\n`);
  }
  return hash.digest('hex').slice(0, 16);
}
