// Trusted documents of a client, by id and by text; read from the client's folder at start.
import { hash } from 'node:crypto';
import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import type { GraphQLSchema } from 'graphql';
import type { ClientDirective } from './client-directives.ts';
import { collectDocuments } from './collect-documents.ts';
import type { ClaimedVariable, DocumentDeclaration } from './document-declaration.ts';
import { documentId, plainId } from './document-text.ts';
import { type DocumentProblem, DocumentsError, type SourceLocation } from './documents-error.ts';
import { joinManifests, type Manifest, readManifest } from './manifest.ts';
import { placedErrors } from './placed-errors.ts';
import { routeProblems } from './rest-paths.ts';
import { toolProblems } from './tool-names.ts';

export interface TrustedDocument {
  id: string;
  /** The document's text, as it is planned and executed. */
  text: string;
  /** Name of its operation; undefined where a document has several. */
  name: string | undefined;
  /** Location of the operation, or of the manifest's entry. */
  place: SourceLocation;
  declaration: DocumentDeclaration;
}

export class TrustedDocuments {
  readonly #byId = new Map<string, TrustedDocument>();
  readonly #byText = new Map<string, TrustedDocument>();
  /** Variables that are filled from claims, by the SHA-256 of a document's text in base64url; null where there are none. */
  readonly claims: ReadonlyMap<string, readonly ClaimedVariable[]> | null;
  readonly #read: () => Manifest;

  /** @param read reads the documents once more, with their nodes, where the places of errors are needed. */
  constructor({ documents }: Manifest, read: () => Manifest = () => ({ documents: [] })) {
    this.#read = read;
    const claims = new Map<string, readonly ClaimedVariable[]>();
    for (const { id, name, body, sent = body, place, declaration } of documents) {
      const document = { id, text: body, name, place, declaration };
      this.#byId.set(id, document);
      this.#byText.set(body, document);
      this.#byText.set(sent, document);
      if (declaration.claims.length > 0) claims.set(hash('sha256', body, 'base64url'), declaration.claims);
    }
    this.claims = claims.size > 0 ? claims : null;
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
  const own = existsSync(operations) ? collectDocuments(operations, directives) : readWritten(clientFolder);
  const retained = globSync('*.json', { cwd: join(clientFolder, 'documents') }).sort();
  const others = [
    ...retained.map((file) => join(clientFolder, 'documents', file)),
    join(clientFolder, 'generated/persisted-documents.json'),
  ];
  return joinManifests([own, ...others.filter(existsSync).map(readManifest).map(withoutServing)]);
}

/** What `concierge documents` wrote, in place of the files. */
function readWritten(clientFolder: string): Manifest {
  const file = manifestFile(clientFolder);
  if (!existsSync(file)) return { documents: [] };
  const manifest = readManifest(file);
  const problems = [...routeProblems(manifest.documents), ...toolProblems(manifest.documents)];
  if (problems.length > 0) throw new DocumentsError(problems);
  return manifest;
}

/** Documents that are retained for releases still in use are no paths and no tools: those are of the current ones. */
function withoutServing({ documents }: Manifest): Manifest {
  return {
    documents: documents.map((document) => ({
      ...document,
      declaration: { ...document.declaration, rest: null, tool: null, isCurrent: false },
    })),
  };
}
