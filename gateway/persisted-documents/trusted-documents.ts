// A client's trusted documents while the gateway runs: known by id and by text, read from the client's folder at start.
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
  /** Of its operation; undefined where a document has several. */
  name: string | undefined;
  /** Where it stands. */
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

  /** The document of this id, which may be a SHA-256 with `sha256:` before it. */
  get(id: string): TrustedDocument | undefined {
    return this.#byId.get(id) ?? this.#byId.get(plainId(id));
  }

  /** The document that a text is, or whose id is the text's SHA-256. */
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

/** Where `concierge documents` writes a client's manifest. */
export function manifestFile(clientFolder: string): string {
  return join(clientFolder, 'generated/documents.json');
}

/**
 * Everything that a client's folder says is trusted: `operations/`, or the written manifest where there is no such folder;
 * manifests in `documents/`, of releases that are still in use or made by other tools; and what graphql-codegen's client
 * preset writes, `generated/persisted-documents.json`.
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
