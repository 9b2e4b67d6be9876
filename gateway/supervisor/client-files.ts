// Files of clients: which paths in the folder of all clients a start reads, so that a new client is noticed and the rest of a
// frontend's code is not.
import { relative, sep } from 'node:path';

/** Folders of a client that are read with everything in them. */
const wholeFolders = new Set(['operations', 'documents']);
const manifests = new Set(['documents.json', 'persisted-documents.json']);

/**
 * Whether a start may read this path, or something in it: a client's folder, its `client.ts`, views and documents. True
 * for paths outside of the folder.
 * @param folder of all clients. @param path absolute, as `folder`.
 */
export function isOfClients(folder: string, path: string): boolean {
  const [client = '', entry, ...within] = relative(folder, path).split(sep);
  if (client === '' || client === '..' || entry === undefined || wholeFolders.has(entry)) return true;
  if (entry === 'generated') return within.length === 0 || (within.length === 1 && manifests.has(within[0] as string));
  return within.length === 0 && /^client\.|\.(?:graphql|gql)$/.test(entry);
}
