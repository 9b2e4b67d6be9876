// Views of all clients over a composition: a client with fields of its own has its view over a graph of its own.
import type { Client } from './client-views/load-clients.ts';
import { clientSource } from './client-views/own-fields.ts';
import { buildView, type View } from './client-views/view.ts';
import { composeAll } from './compose/compose-error.ts';
import type { Graph } from './compose/graph.ts';
import type { Composition } from './composition.ts';
import { readTrustedDocuments, TrustedDocuments } from './persisted-documents/trusted-documents.ts';

export interface ComposedView {
  client: Client;
  /** The graph with the client's own fields. */
  graph: Graph;
  view: View;
  trusted: TrustedDocuments;
}

/**
 * @param whole the graph that the composition has from `sdls`.
 * @param sdls subgraphs' SDL in place of their files.
 * @throws ComposeError naming the client, DocumentsError for operations that cannot be read.
 */
export function composeViews(
  composition: Pick<Composition, 'compose'>,
  whole: Graph,
  clients: readonly Client[],
  sdls?: ReadonlyMap<string, string>,
): ComposedView[] {
  return composeAll(clients, (client) => {
    const own = clientSource(client.reference, client.definition, whole.schema);
    const graph = own ? composition.compose(sdls, [own]) : whole;
    return {
      client,
      graph,
      view: buildView(graph, client.definition, client.reference),
      trusted: readTrusted(client),
    };
  });
}

function readTrusted({ folder, definition }: Client): TrustedDocuments {
  const read = () => readTrustedDocuments(folder, definition.clientDirectives);
  return new TrustedDocuments(read(), read);
}
