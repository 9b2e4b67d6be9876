// Views of clients for checks: composed with the clients' own fields, without requests to services.
import type { Client } from '../client-views/load-clients.ts';
import { clientSource } from '../client-views/own-fields.ts';
import { tryView, type View } from '../client-views/view.ts';
import { ComposeError } from '../compose/compose-error.ts';
import { composeGraph, type Graph } from '../compose/graph.ts';
import type { LocalSource } from '../compose/subschemas.ts';

/** A graph that views can be built from. */
export interface ViewableGraph extends Pick<Graph, 'schema' | 'sources'> {
  /** The graph composed with one more source. */
  join(source: LocalSource): Pick<Graph, 'schema' | 'sources'>;
}

/** The client's view of the graph, as far as it can be built, and the problems of its definition. */
export function viewOf(
  graph: ViewableGraph,
  { definition, reference }: Client,
): { view: View | null; problems: readonly string[] } {
  try {
    const own = clientSource(reference, definition, graph.schema);
    return tryView(own ? graph.join(own) : graph, definition, reference);
  } catch (error) {
    if (!(error instanceof ComposeError)) throw error;
    // The message begins with the client's name, which is printed before it anyway.
    return { view: null, problems: error.reasons.map((reason) => reason.replace(`client ${reference}: `, '')) };
  }
}

/** A graph of which only the schema is known, such as one in a file. Views select by the tags in its sources. */
export function viewableSchema(graph: Pick<Graph, 'schema' | 'sdl' | 'sources'>): ViewableGraph {
  return {
    schema: graph.schema,
    sources: graph.sources,
    join(source) {
      // The graph as one source: its services are merged already, and nothing is resolved here.
      const { schema, sources } = composeGraph([{ name: 'the graph', sdl: graph.sdl, resolvers: {} }, source]);
      return { schema, sources: [...graph.sources, ...sources.slice(1)] };
    },
  };
}
