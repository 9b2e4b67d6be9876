// Trusted documents that can never be served, with their places: those that are not valid, and those that a limit rejects
// whatever their variables.
import { composeViews } from '../composed-views.ts';
import type { Composition } from '../composition.ts';
import type { CheckedConfig } from '../config/config.ts';
import { createRejectionFinder } from '../document-service.ts';
import type { DocumentProblem } from '../persisted-documents/documents-error.ts';
import { placedErrors } from '../persisted-documents/placed-errors.ts';
import { readTrustedDocuments } from '../persisted-documents/trusted-documents.ts';
import type { ClientFolder } from './client-folders.ts';

/** A problem of a document, which every request for it gets. */
export interface UnservedDocument extends DocumentProblem {
  client: string;
  /** Its name, or its id where it has none. */
  operation: string;
}

/** @throws ComposeError */
export function unservedDocuments(
  folders: readonly ClientFolder[],
  composition: Composition,
  config: CheckedConfig,
): UnservedDocument[] {
  const graph = composition.compose();
  return folders.flatMap(({ name: clientName, folder, client }) => {
    const { documents } = readTrustedDocuments(folder, client?.definition.clientDirectives);
    if (documents.length === 0) return [];
    const [composed] = client ? composeViews(composition, graph, [client]) : [];
    const served = composed ?? { graph, view: null };
    const { clients } = composition;
    const find = createRejectionFinder({ ...served, definition: client?.definition ?? null, config, clients });
    return documents.flatMap((document) => {
      const errors = find(document);
      const problems = errors.length > 0 ? placedErrors(document, errors, served.view?.schema ?? graph.schema) : [];
      const operation = document.name ?? document.id;
      return problems.map((problem) => ({ ...problem, client: clientName, operation }));
    });
  });
}
