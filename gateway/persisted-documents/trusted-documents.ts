// Trusted documents of a client, by id and by text; read from the client's folder at start.
import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import type { GraphQLSchema } from 'graphql';
import type { ClientDirective } from './client-directives.ts';
import { collectDocuments } from './collect-documents.ts';
import { documentId, plainId } from './document-text.ts';
import type { DocumentProblem, SourceLocation } from './documents-error.ts';
import { joinManifests, type Manifest, readManifest } from './manifest.ts';
import { placedErrors } from './placed-errors.ts';

export interface TrustedDocument {
  id: string;
  /** The document's text, as it is planned and executed. */
  text: string;
  /** Name of its operation; undefined where a document has several. */
  name: string | undefined;
  /** Location of the operation, or of the manifest's entry. */
  place: SourceLocation;
}

export class TrustedDocuments {
  readonly #byId = new Map<string, TrustedDocument>();
  readonly #byText = new Map<string, TrustedDocument>();

  readonly #read: () => Manifest;

  /** @param read reads the documents once more, with their nodes, where the places of errors are needed. */
  constructor({ documents }: Manifest, read: () => Manifest = () => ({ documents: [] })) {
    this.#read = read;
    for (const { id, name, body, place } of documents) {
      const document = { id, text: body, name, place };
      this.#byId.set(id, document);
      this.#byText.set(body, document);
    }
  }

  /** The document with this id; a SHA-256 may have the prefix `sha256:`, or a name and version (Hive). */
  get(id: string): TrustedDocument | undefined {
    return this.#byId.get(id) ?? this.#byId.get(plainId(id));
  }

  /** The document with this text, or with the text's SHA-256 as its id. */
  find(text: string): TrustedDocument | undefined {
    return this.#byText.get(text) ?? this.#byId.get(documentId(text));
  }

  /** The errors of one of them, at their places in the files. */
  placed(
    { id, place }: TrustedDocument,
    errors: readonly { message: string }[],
    schema: GraphQLSchema,
  ): DocumentProblem[] {
    const document = this.#read().documents.find((each) => each.id === id);
    return document ? placedErrors(document, errors, schema) : errors.map(({ message }) => ({ ...place, message }));
  }

  get size(): number {
    return this.#byId.size;
  }

  [Symbol.iterator](): IterableIterator<TrustedDocument> {
    return this.#byId.values();
  }
}

/** Path of the manifest that `concierge documents` writes for a client. */
export function manifestFile(clientFolder: string): string {
  return join(clientFolder, 'generated/documents.json');
}

/**
 * Reads all trusted documents of a client's folder: `operations/`, or the written manifest if there is no such folder;
 * manifests in `documents/`, of releases that are still in use or made by other tools; and what graphql-codegen's
 * client preset writes, `generated/persisted-documents.json`.
 * @param directives of the client's definition, taken out of `operations/`.
 * @throws DocumentsError
 */
export function readTrustedDocuments(
  clientFolder: string,
  directives?: Readonly<Record<string, ClientDirective>> | undefined,
): Manifest {
  const operations = join(clientFolder, 'operations');
  const written = existsSync(operations) ? [] : [manifestFile(clientFolder)];
  const retained = globSync('*.json', { cwd: join(clientFolder, 'documents') }).sort();
  const manifests = [
    ...written,
    ...retained.map((file) => join(clientFolder, 'documents', file)),
    join(clientFolder, 'generated/persisted-documents.json'),
  ];
  return joinManifests([collectDocuments(operations, directives), ...manifests.filter(existsSync).map(readManifest)]);
}
