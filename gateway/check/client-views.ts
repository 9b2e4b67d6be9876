// Views of clients for checks: composed with the clients' own fields, without requests to services.
import type { Client } from '../client-views/load-clients.ts';
import { clientSource } from '../client-views/own-fields.ts';
import { tryView, type View } from '../client-views/view.ts';
import { ComposeError } from '../compose/compose-error.ts';
import { composeGraph, type Graph } from '../compose/graph.ts';
import type { LocalSource } from '../compose/subschemas.ts';

type Composed = Pick<Graph, 'schema' | 'sources'>;

/** A graph that views can be built from. */
export interface ViewableGraph<Whole extends Composed = Composed> {
  graph: Whole;
  /** The graph composed with one more source. */
  join(source: LocalSource): Whole;
}

/** The client's view of the graph, as far as it can be built, and the problems of its definition. */
export function viewOf<Whole extends Composed>(
  { graph: whole, join }: ViewableGraph<Whole>,
  { definition, reference }: Client,
): { view: View | null; graph: Whole; problems: readonly string[] } {
  try {
    const own = clientSource(reference, definition, whole.schema);
    const graph = own ? join(own) : whole;
    return { graph, ...tryView(graph, definition, reference) };
  } catch (error) {
    if (!(error instanceof ComposeError)) throw error;
    // The message begins with the client's name, which is printed before it anyway.
    const problems = error.reasons.map((reason) => reason.replace(`client ${reference}: `, ''));
    return { view: null, graph: whole, problems };
  }
}

/** A graph of which only the schema is known, such as one in a file. Views select by the tags in its sources. */
export function viewableSchema({ schema, sdl, sources }: Pick<Graph, 'schema' | 'sdl' | 'sources'>): ViewableGraph {
  return {
    graph: { schema, sources },
    join(source) {
      // The graph as one source: its services are merged already, and nothing is resolved here.
      const joined = composeGraph([{ name: 'the graph', sdl, resolvers: {} }, source]);
      return { schema: joined.schema, sources: [...sources, ...joined.sources.slice(1)] };
    },
  };
}
