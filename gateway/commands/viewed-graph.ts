// Graph that a command is about: the whole one, or the view of the client that `--client` names.
import { ClientDirectory } from '../client-views/client-directory.ts';
import { type Client, loadClients } from '../client-views/load-clients.ts';
import type { View } from '../client-views/view.ts';
import type { Graph } from '../compose/graph.ts';
import { composeViews } from '../composed-views.ts';
import type { Composition } from '../composition.ts';
import { wrongUsage } from './wrong-usage.ts';

/**
 * The graph as a client sees it; the whole one where none is named.
 * @param folder of the clients.
 * @throws CommanderError for a name that is no client's.
 */
export async function viewedGraph(
  reference: string | undefined,
  composition: Composition,
  folder: string,
): Promise<{ graph: Graph; view: View | null; client: Client | null }> {
  if (reference === undefined) return { graph: composition.compose(), view: null, client: null };
  const client = clientNamed(reference, [...(await loadClients(folder)).values()]);
  const [composed] = composeViews(composition, composition.compose(), [client]);
  if (!composed) throw new Error(`The client ${client.reference} has no view.`);
  return { ...composed, client };
}

/** The client of `--client`. @throws CommanderError for a name that is no client's. */
export function clientNamed(reference: string, clients: readonly Client[]): Client {
  const directory = ClientDirectory.of(clients, (each) => clients.find((loaded) => loaded.reference === each));
  const client = directory.find(reference, undefined);
  if (client) return client;
  const known = directory.names.length > 0 ? ` Known clients: ${directory.names.join(', ')}.` : '';
  throw wrongUsage(`--client: there is no client ${reference}${directory.suggestion(reference) || '.'}${known}`);
}
