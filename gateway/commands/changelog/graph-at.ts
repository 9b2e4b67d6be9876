// Graph in one of the states that a changelog compares: as the configuration has it now, as a file has it, or as it was committed.
import { existsSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, relative, resolve } from 'node:path';
import { buildSchema, type GraphQLSchema } from 'graphql';
import { viewableSchema, viewOf } from '../../check/client-views.ts';
import type { Client } from '../../client-views/load-clients.ts';
import { setExactDefaults } from '../../compose/default-literals.ts';
import type { Graph } from '../../compose/graph.ts';
import { composeViews } from '../../composed-views.ts';
import type { Composition } from '../../composition.ts';
import { ConfigError } from '../../config/config-error.ts';
import { clientSchemaFile } from '../compose.ts';
import { openRevision } from './git-files.ts';

export interface GraphAt {
  /** For the heading: `v1.2 (0f3c2a1)`, `old.graphql`. */
  name: string;
  schema: GraphQLSchema;
  /** By client. A client without one is not there; null where its view cannot be built of this graph. */
  views: ReadonlyMap<string, GraphQLSchema | null>;
}

export interface Project {
  /** Base of relative paths. */
  folder: string;
  /** Absolute path of the graph's file. */
  graphFile: string;
  clients: readonly Client[];
  /** Tags, which views may select by, are those of the graph as it is now. */
  sources: Graph['sources'];
}

/** The graph of the configuration's files, with the clients' views. */
export function currentGraph(composition: Composition, graph: Graph, clients: readonly Client[]): GraphAt {
  const views = composeViews(composition, graph, clients);
  return {
    name: 'the files as they are',
    schema: graph.schema,
    views: new Map(views.map(({ client, view }) => [client.reference, view.schema])),
  };
}

/**
 * @param given a file, or else a git revision.
 * @throws CommanderError for neither; ConfigError for SDL that cannot be used.
 */
export function graphAt(given: string, project: Project): GraphAt {
  const { folder, graphFile } = project;
  const file = resolve(given);
  if (existsSync(file) && statSync(file).isFile()) {
    const { sdl, schema } = readGraph(readFileSync(file, 'utf8'), given);
    return { name: given, schema, views: builtViews(sdl, schema, project) };
  }
  const revision = openRevision(given, folder);
  const name = `${given} (${revision.commit})`;
  const shown = relative(process.cwd(), graphFile);
  const text = revision.read(graphFile);
  if (text === null) {
    throw new ConfigError(
      `${name} has no ${shown}: commit the graph that concierge compose writes (\`graph\`), or name a file of it.`,
    );
  }
  const { sdl, schema } = readGraph(text, `${shown} of ${name}`);
  const views = revision.list(dirname(clientSchemaFile(graphFile, 'any'))).filter((one) => one.endsWith('.graphql'));
  if (views.length === 0) return { name, schema, views: builtViews(sdl, schema, project) };
  const written = views.map((each): [string, GraphQLSchema] => {
    const path = clientSchemaFile(graphFile, basename(each, '.graphql'));
    const { schema: view } = readGraph(revision.read(path) ?? '', `${relative(process.cwd(), path)} of ${name}`);
    return [basename(each, '.graphql'), view];
  });
  return { name, schema, views: new Map(written) };
}

/** The views that the clients' definitions, as they are now, have of the graph. */
function builtViews(
  sdl: string,
  schema: GraphQLSchema,
  { clients, sources }: Project,
): ReadonlyMap<string, GraphQLSchema | null> {
  const viewable = viewableSchema({ sdl, schema, sources });
  return new Map(clients.map((client) => [client.reference, viewOf(viewable, client).view?.schema ?? null]));
}

function readGraph(sdl: string, shown: string): { sdl: string; schema: GraphQLSchema } {
  try {
    const schema = buildSchema(sdl);
    setExactDefaults(schema, [schema]);
    return { sdl, schema };
  } catch (error) {
    throw new ConfigError(`${shown} cannot be used: ${(error as Error).message}`);
  }
}
