// The list of a client's trusted documents, as a file: written the way Apollo's tools write it, read in the ways that Apollo,
// Relay and graphql-codegen do.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type DocumentNode, GraphQLError, Kind, type OperationTypeNode, parse } from 'graphql';
import { z } from 'zod';
import { plainId } from './document-text.ts';
import { type DocumentProblem, DocumentsError, type SourceLocation } from './documents-error.ts';

export interface ManifestDocument {
  /** Without `sha256:` before it. Of another tool's manifest: what stands there, such as Relay's MD5. */
  id: string;
  /** Of its operation; undefined where another tool's document has several. */
  name: string | undefined;
  type: OperationTypeNode | undefined;
  /** The document's text. */
  body: string;
  document: DocumentNode;
  /** Where the nodes of `document` have their places: in files of operations, or in `body`. */
  placedIn: 'files' | 'body';
  /** Where the operation stands, or its entry in another tool's manifest. */
  place: SourceLocation;
}

export interface Manifest {
  documents: readonly ManifestDocument[];
}

const apolloFormat = 'apollo-persisted-query-manifest';

const apolloManifest = z.object({
  format: z.literal(apolloFormat),
  version: z.literal(1),
  operations: z.array(z.object({ id: z.string().min(1), body: z.string() })),
});
const manifestById = z.record(z.string().min(1), z.string());

/** Writes the manifest in Apollo's format. Equal manifests give equal files, byte for byte. */
export function printManifest({ documents }: Manifest): string {
  const operations = documents
    .map(({ id, name, type, body }) => ({ id, name: name ?? '', type: type ?? 'query', body }))
    .sort((a, b) => compare(a.name, b.name) || compare(a.id, b.id));
  return `${JSON.stringify({ format: apolloFormat, version: 1, operations }, null, 2)}\n`;
}

/** Writes the manifest to its file; a reader sees the old file or the new one, never a part. */
export function writeManifest(file: string, manifest: Manifest): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, printManifest(manifest));
  renameSync(`${file}.new`, file);
}

/**
 * Reads a manifest: Apollo's format, or an object from ids to texts (Relay, graphql-codegen's client preset).
 * @throws DocumentsError naming each entry that cannot be used.
 */
export function readManifest(file: string): Manifest {
  const text = readFileSync(file, 'utf8');
  const problems: DocumentProblem[] = [];
  const documents: ManifestDocument[] = [];
  let position = 0;
  for (const { id, body } of readEntries(file, text)) {
    // Entries stand in the file in this order, and an id may stand there twice.
    position = Math.max(position, text.indexOf(JSON.stringify(id), position + 1));
    const place = placeAt(file, text, position);
    try {
      documents.push({ id: plainId(id), body, placedIn: 'body', place, ...describe(parse(body)) });
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      const [{ line, column } = { line: 1, column: 1 }] = error.locations ?? [];
      const message = `the document ${id} is not GraphQL, at line ${line}, column ${column} of its text: ${error.message}; make the manifest anew`;
      problems.push({ ...place, message });
    }
  }
  if (problems.length > 0) throw new DocumentsError(problems);
  return joinManifests([{ documents }]);
}

/**
 * One manifest of several; a document that stands in more than one of them is there once, as the first has it.
 * @throws DocumentsError where one id stands for two texts.
 */
export function joinManifests(manifests: readonly Manifest[]): Manifest {
  const byId = new Map<string, ManifestDocument>();
  const problems: DocumentProblem[] = [];
  for (const document of manifests.flatMap(({ documents }) => documents)) {
    const other = byId.get(document.id);
    if (!other) byId.set(document.id, document);
    else if (other.body !== document.body) {
      const where = other.place.file === document.place.file ? 'above' : `in ${other.place.file}`;
      const message = `the id ${document.id} stands for another text ${where}: remove one of the two`;
      problems.push({ ...document.place, message });
    }
  }
  if (problems.length > 0) throw new DocumentsError(problems);
  return { documents: [...byId.values()] };
}

function readEntries(file: string, text: string): { id: string; body: string }[] {
  const wrong = (message: string, position = 0) => new DocumentsError([{ ...placeAt(file, text, position), message }]);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const { message } = error as Error;
    throw wrong(`${message}; make the manifest anew`, Number(/position (\d+)/.exec(message)?.[1] ?? 0));
  }
  const apollo = apolloManifest.safeParse(value);
  if (apollo.success) return apollo.data.operations;
  const byId = manifestById.safeParse(value);
  // What says its format is to be read by it, or its keys would pass for ids.
  if (byId.success && !('format' in byId.data)) {
    return readPairs(text).map(([id, body]) => ({ id, body }));
  }
  throw wrong(
    'this is no manifest: give {"format": "apollo-persisted-query-manifest", "version": 1, "operations": […]} or an object from ids to documents',
  );
}

/** Pairs of an object of texts, in order; JSON.parse keeps only the last of a key that stands twice. */
function readPairs(text: string): [id: string, body: string][] {
  const string = /"(?:[^"\\]|\\.)*"/gs;
  const strings = Array.from(text.matchAll(string), ([each]) => JSON.parse(each) as string);
  return strings.flatMap((each, index) => (index % 2 === 0 ? [[each, strings[index + 1] as string]] : []));
}

function describe(document: DocumentNode): Pick<ManifestDocument, 'document' | 'name' | 'type'> {
  const operations = document.definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  const only = operations.length === 1 ? operations[0] : undefined;
  return { document, name: only?.name?.value, type: only?.operation };
}

function placeAt(file: string, text: string, position: number): SourceLocation {
  const before = text.slice(0, position).split('\n');
  return { file, line: before.length, column: (before.at(-1) as string).length + 1 };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
