// Errors of trusted documents with their places in the files: a fragment's error is at the fragment.
import { type GraphQLSchema, getLocation, validate } from 'graphql';
import type { DocumentProblem } from './documents-error.ts';
import type { ManifestDocument } from './manifest.ts';

/**
 * @param errors of the document's text, as the gateway found them.
 * @returns the same errors where validation finds them in the files too; otherwise those at the operation.
 */
export function placedErrors(
  { document, placedIn, place }: Pick<ManifestDocument, 'document' | 'placedIn' | 'place'>,
  errors: readonly { message: string }[],
  schema: GraphQLSchema,
): DocumentProblem[] {
  // The gateway validates the printed text: the nodes of the files have the places in them.
  const found = placedIn === 'files' ? validate(schema, document) : [];
  if (found.length === 0) return errors.map(({ message }) => ({ ...place, message }));
  return found.map(({ message, nodes }) => {
    const loc = nodes?.find((node) => node.loc)?.loc;
    return { ...(loc ? { file: loc.source.name, ...getLocation(loc.source, loc.start) } : place), message };
  });
}
