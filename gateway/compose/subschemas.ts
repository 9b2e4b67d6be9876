// Subschemas of the sources: each source's schema in the graph's names, with its resolvers if it has any, and with the
// merging of its types as its SDL declares it.
import { createHash } from 'node:crypto';
import type { SubschemaConfig } from '@graphql-tools/delegate';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { stitchingDirectives } from '@graphql-tools/stitching-directives';
import type { IResolvers } from '@graphql-tools/utils';
import { type DocumentNode, GraphQLSchema, type OperationTypeNode, print } from 'graphql';
import { ComposeError, composeAll } from './compose-error.ts';
import { declaredDirectives } from './declared-directives.ts';
import type { DirectiveMeanings } from './directive-meanings.ts';
import { bindEventFields, type EventBroker } from './events/event-fields.ts';
import { readLiteralsExactly } from './exact-literals.ts';
import { withOwnKeys } from './prototype-names.ts';
import { renameMergeConfig } from './renames/merge-config.ts';
import { isEmpty, noRenames, type Renames, withRootNames } from './renames/renames.ts';
import { ServiceNames } from './renames/service-names.ts';
import { withResolverContext } from './resolver-context.ts';
import { markResolverErrors } from './resolver-errors.ts';
import { graphRootTypeNames, type RenamedRoots, renameRootTypes } from './root-types.ts';
import { elementsOf } from './schema-elements.ts';
import { buildSchemaOf, readSource, type SourceDocument } from './sdl.ts';

/** A service that is called over HTTP. */
export interface RemoteSource {
  name: string;
  sdl: string;
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
  /** Where the events of fields with `@subscribe` come from; null, or absent, where none is configured. */
  broker?: EventBroker | null;
}

export type Source = RemoteSource | LocalSource;

export interface Subschemas {
  /** In the order of the sources. */
  subschemas: SubschemaConfig[];
  /** Names of services that differ from the graph's, by the service's name. */
  serviceNames: ReadonlyMap<string, ServiceNames>;
  /** The graph's names of the root types. */
  rootNames: Readonly<Record<OperationTypeNode, string>>;
  /** Changes whenever a source's SDL does; hexadecimal. */
  version: string;
  /** Notes for operators. One message each. */
  warnings: readonly string[];
}

const { stitchingDirectivesTransformer } = stitchingDirectives();

/** @throws ComposeError for SDL, transforms or stitching directives that are invalid. */
export function createSubschemas(sources: readonly Source[]): Subschemas {
  const read = readAll(sources);
  const transformed = composeAll(read, ({ document }, index) => {
    const source = sources[index]!;
    return 'transform' in source && source.transform ? source.transform(document) : { document, renames: noRenames };
  });
  const rootNames = graphRootTypeNames(transformed.map(({ document }) => document));
  const serviceNames = new Map<string, ServiceNames>();
  const subschemas = composeAll(sources, (source, index) => {
    const { document, renames } = transformed[index]!;
    const roots = renameRootTypes(document, rootNames);
    const subschema = toSubschema(source, roots);
    if ('resolvers' in source) return withMergeConfig(subschema);
    const all = withRootNames(renames, roots.ownNames, subschema.schema);
    if (isEmpty(all)) return withMergeConfig(subschema);
    const names = new ServiceNames(subschema.schema, all);
    serviceNames.set(source.name, names);
    if (isEmpty(renames)) return withMergeConfig(subschema);
    const own = buildSchemaOf(read[index]!.document, source.name);
    const { merge = {} } = withMergeConfig({ ...subschema, schema: own });
    return { ...subschema, merge: renameMergeConfig(merge, own, subschema.schema, all) };
  });
  const warnings = read.flatMap((one) => one.warnings);
  return { subschemas, serviceNames, rootNames, version: versionOf(sources, transformed), warnings };
}

/** @throws ComposeError with the problems of all sources: those that can be read may have others. */
function readAll(sources: readonly Source[]): SourceDocument[] {
  const read = (source: Source) => readSource(source.sdl, source.name, 'directives' in source ? source.directives : {});
  try {
    return sources.map(read);
  } catch (error) {
    if (error instanceof ComposeError)
      composeAll(sources, (source) => buildSchemaOf(read(source).document, source.name));
    throw error;
  }
}

const mergingDirectives: ReadonlySet<string> = new Set(['key', 'computed', 'merge', 'canonical']);

function usesMergingDirectives(schema: GraphQLSchema): boolean {
  return elementsOf(schema).some(({ node }) =>
    declaredDirectives(node).some(({ name }) => mergingDirectives.has(name.value)),
  );
}

/** @throws ComposeError for invalid stitching directives. */
function withMergeConfig(subschema: SubschemaConfig): SubschemaConfig {
  // The library maps all of a schema to find out.
  if (!usesMergingDirectives(subschema.schema)) return subschema;
  try {
    return withOwnKeys(stitchingDirectivesTransformer(subschema));
  } catch (error) {
    throw new ComposeError([
      `${subschema.name}: @key, @merge or @computed cannot be read: ${error instanceof Error ? error.message : String(error)}`,
    ]);
  }
}

function toSubschema(source: Source, { document, ownNames }: RenamedRoots): SubschemaConfig {
  const { name } = source;
  const schema = buildSchemaOf(document, name);
  if (!('resolvers' in source)) return { name, schema };
  const resolvers = Object.fromEntries(
    Object.entries(source.resolvers).map(([type, fields]) => [graphNameOf(type, ownNames), fields]),
  );
  // A source may have no Query: it is part of a graph, which is validated as a whole.
  const config = { ...makeExecutableSchema({ typeDefs: document, resolvers }).toConfig(), assumeValid: true };
  const executable = new GraphQLSchema(config);
  bindEventFields(executable, source, source.broker ?? null, resolvers);
  // Resolvers compute with values: they get numbers and strings.
  readLiteralsExactly(executable, new Set(Object.keys(resolvers)), (number) => number.toPlain());
  return { name, schema: markResolverErrors(withResolverContext(executable)) };
}

function graphNameOf(type: string, ownNames: ReadonlyMap<string, string>): string {
  for (const [inGraph, own] of ownNames) if (own === type) return inGraph;
  return type;
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
