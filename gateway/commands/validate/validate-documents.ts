// Documents of a client, held against its view: every error, with its place in the file that has the operation.
import type { ComposedView } from '../../composed-views.ts';
import type { Composition } from '../../composition.ts';
import type { CheckedConfig } from '../../config/config.ts';
import { createEngine } from '../../graph-engine.ts';
import { placedErrors } from '../../persisted-documents/placed-errors.ts';
import { readTrustedDocuments } from '../../persisted-documents/trusted-documents.ts';
import { createLog } from '../../telemetry/log.ts';
import { type Finding, shownFile } from './findings.ts';

/** @throws DocumentsError for documents that cannot be read. */
export function documentFindings(
  { client, graph, view }: ComposedView,
  config: CheckedConfig,
  { clients }: Pick<Composition, 'clients'>,
): Finding[] {
  const { documents } = readTrustedDocuments(client.folder, client.definition.clientDirectives);
  if (documents.length === 0) return [];
  const limits = { ...config.limits, ...client.definition.limits } as CheckedConfig['limits'];
  const log = createLog({ level: 'silent' });
  const engine = createEngine(graph, clients, { ...config, limits }, log, { view });
  return documents.flatMap((document) => {
    const { errors } = engine.documents.get(document.body);
    if (!errors) return [];
    const path = document.name ?? document.id;
    return placedErrors(document, errors, view.schema).map(({ file, line, column, message }) => ({
      ...{ kind: 'document' as const, path, file: shownFile(file), line, column, message: `${path}: ${message}` },
    }));
  });
}
