// Trusted documents of a client, by id and by text; read from the client's folder at start.
import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { collectDocuments } from './collect-documents.ts';
import { documentId, plainId } from './document-text.ts';
import type { SourceLocation } from './documents-error.ts';
import { joinManifests, type Manifest, readManifest } from './manifest.ts';

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

  constructor({ documents }: Manifest) {
    for (const { id, name, body, place } of documents) {
      const document = { id, text: body, name, place };
      this.#byId.set(id, document);
      this.#byText.set(body, document);
    }
  }

  /** The document with this id; a SHA-256 may have the prefix `sha256:`. */
  get(id: string): TrustedDocument | undefined {
    return this.#byId.get(id) ?? this.#byId.get(plainId(id));
  }

  /** The document with this text, or with the text's SHA-256 as its id. */
  find(text: string): TrustedDocument | undefined {
    return this.#byText.get(text) ?? this.#byId.get(documentId(text));
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
 * @throws DocumentsError
 */
export function readTrustedDocuments(clientFolder: string): Manifest {
  const operations = join(clientFolder, 'operations');
  const written = existsSync(operations) ? [] : [manifestFile(clientFolder)];
  const retained = globSync('*.json', { cwd: join(clientFolder, 'documents') }).sort();
  const manifests = [
    ...written,
    ...retained.map((file) => join(clientFolder, 'documents', file)),
    join(clientFolder, 'generated/persisted-documents.json'),
  ];
  return joinManifests([collectDocuments(operations), ...manifests.filter(existsSync).map(readManifest)]);
}
