// The view that a client has of a graph, for checks: composed with the client's own fields, without asking any service.
import type { Client } from '../client-views/load-clients.ts';
import { clientSource } from '../client-views/own-fields.ts';
import { tryView, type View } from '../client-views/view.ts';
import { ComposeError } from '../compose/compose-error.ts';
import { composeGraph, type Graph, type LocalSource } from '../compose/graph.ts';

/** A graph to make views of. */
export interface ViewableGraph extends Pick<Graph, 'schema' | 'sources'> {
  /** The graph with one source more. */
  join(source: LocalSource): Pick<Graph, 'schema' | 'sources'>;
}

/** The client's view of the graph, as far as it can be made, and why it does not fit the graph. */
export function viewOf(
  graph: ViewableGraph,
  { definition, reference }: Client,
): { view: View | null; problems: readonly string[] } {
  try {
    const own = clientSource(reference, definition, graph.schema);
    return tryView(own ? graph.join(own) : graph, definition, reference);
  } catch (error) {
    if (!(error instanceof ComposeError)) throw error;
    // The message has the client's name, which stands before it anyway.
    return { view: null, problems: error.reasons.map((reason) => reason.replace(`client ${reference}: `, '')) };
  }
}

/** A graph of which there is no more than the schema, such as one in a file. Views choose by the tags in its sources. */
export function viewableSchema(graph: Pick<Graph, 'schema' | 'sdl' | 'sources'>): ViewableGraph {
  return {
    schema: graph.schema,
    sources: graph.sources,
    join(source) {
      // The graph as one source: how its services merge is settled, and nothing is resolved here.
      const { schema, sources } = composeGraph([{ name: 'the graph', sdl: graph.sdl, resolvers: {} }, source]);
      return { schema, sources: [...graph.sources, ...sources.slice(1)] };
    },
  };
}
