// Stitches subgraphs into the graph: what clients see, and what plans are made from.
import { createHash } from 'node:crypto';
import type { SubschemaConfig } from '@graphql-tools/delegate';
import { makeExecutableSchema } from '@graphql-tools/schema';
import { stitchSchemas } from '@graphql-tools/stitch';
import { stitchingDirectives } from '@graphql-tools/stitching-directives';
import { type Executor, type IResolvers, MapperKind, mapSchema, pruneSchema } from '@graphql-tools/utils';
import { type GraphQLSchema, lexicographicSortSchema, printSchema, validateSchema } from 'graphql';
import { ComposeError } from './compose-error.ts';
import { findConflicts } from './conflicts.ts';
import { type Rules, readRules } from './rules.ts';
import { buildSourceSchema, ownDefinitions, parseSdl } from './sdl.ts';

/** A service that is asked over the network. */
export interface RemoteSource {
  name: string;
  sdl: string;
  executor: Executor;
}

/** Fields that the gateway serves itself, in process. */
export interface LocalSource {
  name: string;
  sdl: string;
  // biome-ignore lint/suspicious/noExplicitAny: resolvers are typed where they are written
  resolvers: IResolvers<any, any>;
}

export type Source = RemoteSource | LocalSource;

export interface Graph {
  /** What clients see; executable by stock stitched execution. */
  schema: GraphQLSchema;
  /** The client-visible schema as sorted SDL. */
  sdl: string;
  /** Changes whenever a source's SDL does; hexadecimal. */
  version: string;
  /** What was stitched, with how types merge; plans are made from these. */
  subschemas: readonly SubschemaConfig[];
  /** What the directives in the subgraphs' SDL say. */
  rules: Rules;
  /** The subgraphs' schemas with their SDL's nodes. */
  sources: readonly GraphQLSchema[];
  /** `subgraph Type.field` of fields that a subgraph only serves where a parent provides them. */
  external?: ReadonlySet<string>;
}

const { stitchingDirectivesTransformer } = stitchingDirectives();

/**
 * Composes the graph.
 * @throws ComposeError naming every type and field that conflicts, and the subgraphs that disagree.
 */
export function composeGraph(sources: readonly Source[]): Graph {
  const subschemas = sources.map((source) => stitchingDirectivesTransformer(toSubschema(source)));
  const conflicts = findConflicts(sources.map(({ name }, index) => ({ name, schema: subschemas[index]!.schema })));
  if (conflicts.length > 0) throw new ComposeError(conflicts);
  const stitched = stitch(subschemas);
  const schema = clientVisible(stitched);
  const invalid = validateSchema(schema).map((error) => error.message);
  if (!schema.getQueryType()) {
    invalid[0] =
      'no subgraph serves a Query field for clients; fields that begin with "_" are look-ups for the gateway';
  }
  if (invalid.length > 0) throw new ComposeError(invalid);
  const sdl = `${printSchema(lexicographicSortSchema(schema))}\n`;
  const described = subschemas.map((subschema) => subschema.schema);
  return {
    schema,
    sdl,
    version: versionOf(sources),
    subschemas,
    rules: readRules(schema, described),
    sources: described,
  };
}

function toSubschema(source: Source): SubschemaConfig {
  if ('executor' in source) {
    const { name, sdl, executor } = source;
    return { name, schema: buildSourceSchema(sdl, name), executor, batch: true };
  }
  const { name, sdl, resolvers } = source;
  buildSourceSchema(sdl, name);
  return { name, schema: makeExecutableSchema({ typeDefs: parseSdl(sdl, name), resolvers }) };
}

function stitch(subschemas: SubschemaConfig[]): GraphQLSchema {
  try {
    return stitchSchemas({ subschemas });
  } catch (error) {
    throw new ComposeError([error instanceof Error ? error.message : String(error)]);
  }
}

/** How types merge and who may see them is the gateway's business: clients see no directives of it, nor root fields `_…`. */
function clientVisible(stitched: GraphQLSchema): GraphQLSchema {
  const filtered = mapSchema(stitched, {
    [MapperKind.ROOT_FIELD]: (_field, fieldName) => (fieldName.startsWith('_') ? null : undefined),
    [MapperKind.DIRECTIVE]: (directive) => (ownDefinitions.has(`@${directive.name}`) ? null : undefined),
  });
  return pruneSchema(filtered);
}

function versionOf(sources: readonly Source[]): string {
  const hash = createHash('sha256');
  for (const { name, sdl } of sources) hash.update(`${name}\n${sdl}\n`);
  return hash.digest('hex').slice(0, 16);
}
