// Documents of a client, held against its view: every error, with its place in the file that has the operation.
import type { ComposedView } from '../../composed-views.ts';
import type { Composition } from '../../composition.ts';
import type { CheckedConfig } from '../../config/config.ts';
import { createRejectionFinder } from '../../document-service.ts';
import { createEngine } from '../../graph-engine.ts';
import type { ManifestDocument } from '../../persisted-documents/manifest.ts';
import { placedErrors } from '../../persisted-documents/placed-errors.ts';
import { readTrustedDocuments, TrustedDocuments } from '../../persisted-documents/trusted-documents.ts';
import { withClient } from '../../served-graph.ts';
import { restRoutes } from '../../server/rest/rest-route.ts';
import { createLog } from '../../telemetry/log.ts';
import { type Finding, findingsOf, shownFile } from './findings.ts';

/**
 * @param hasPolicies whether the configuration has all policies of the graph; without them, the documents are validated, and what
 *   a request for them would be rejected for is unknown.
 * @throws DocumentsError for documents that cannot be read.
 */
export function documentFindings(
  { client, graph, view }: ComposedView,
  config: CheckedConfig,
  { clients }: Pick<Composition, 'clients'>,
  hasPolicies: boolean,
): Finding[] {
  const { folder, definition } = client;
  const { documents } = readTrustedDocuments(folder, definition.clientDirectives);
  if (documents.length === 0) return [];
  const unservable = pathFindings(documents, view);
  const find = hasPolicies
    ? createRejectionFinder({ graph, view, definition, config, clients })
    : validation({ graph, view }, withClient(config, client), clients);
  const invalid = documents.flatMap((document) => {
    const errors = find(document);
    if (errors.length === 0) return [];
    const path = document.name ?? document.id;
    return placedErrors(document, errors, view.schema).map(({ file, line, column, message }) => ({
      ...{ kind: 'document' as const, path, file: shownFile(file), line, column, message: `${path}: ${message}` },
    }));
  });
  return [...invalid, ...unservable];
}

/** Paths of the REST façade that the schema's types rule out. */
function pathFindings(
  documents: readonly ManifestDocument[],
  { schema }: Pick<ComposedView, 'view'>['view'],
): Finding[] {
  try {
    restRoutes(new TrustedDocuments({ documents }), schema);
    return [];
  } catch (error) {
    const findings = findingsOf(error, 'document');
    if (!findings) throw error;
    return findings;
  }
}

function validation(
  { graph, view }: Pick<ComposedView, 'graph' | 'view'>,
  config: CheckedConfig,
  clients: Composition['clients'],
): ReturnType<typeof createRejectionFinder> {
  const { documents } = createEngine(graph, clients, config, createLog({ level: 'silent' }), { view });
  return ({ body }) => documents.read(body).errors ?? [];
}
