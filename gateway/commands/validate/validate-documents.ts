// Documents of a client, held against its view: every error, with its place in the file that has the operation.
import { validate } from 'graphql';
import type { ComposedView } from '../../composed-views.ts';
import type { Composition } from '../../composition.ts';
import type { CheckedConfig } from '../../config/config.ts';
import { createEngine } from '../../graph-engine.ts';
import { readTrustedDocuments } from '../../persisted-documents/trusted-documents.ts';
import { createLog } from '../../telemetry/log.ts';
import { type Finding, shownFile } from './findings.ts';

/** @throws DocumentsError for documents that cannot be read. */
export function documentFindings(
  { client, graph, view }: ComposedView,
  config: CheckedConfig,
  { clients }: Pick<Composition, 'clients'>,
): Finding[] {
  const { documents } = readTrustedDocuments(client.folder);
  if (documents.length === 0) return [];
  const limits = { ...config.limits, ...client.definition.limits } as CheckedConfig['limits'];
  const log = createLog({ level: 'silent' });
  const engine = createEngine(graph, clients, { ...config, limits }, log, { view });
  return documents.flatMap(({ id, name, body, document, placedIn, place }) => {
    const { errors } = engine.documents.get(body);
    if (!errors) return [];
    const own = { kind: 'document' as const, path: name ?? id, file: shownFile(place.file) };
    // The engine validates the printed text: the operation's own nodes have the places in its file.
    const placed = placedIn === 'files' ? validate(view.schema, document) : [];
    if (placed.length === 0) {
      const { line, column } = place;
      return errors.map(({ message }) => ({ ...own, line, column, message: `${name ?? id}: ${message}` }));
    }
    return placed.map(({ message, locations, source }) => ({
      ...own,
      file: source ? shownFile(source.name) : own.file,
      line: locations?.[0]?.line ?? place.line,
      column: locations?.[0]?.column ?? place.column,
      message: `${name ?? id}: ${message}`,
    }));
  });
}
