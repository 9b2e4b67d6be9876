// Manifest file of a client's trusted documents: written in Apollo's format, read in the formats of Apollo (Client,
// Kotlin, iOS), Relay and graphql-codegen.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import {
  type DocumentNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  type OperationTypeNode,
  parse,
} from 'graphql';
import { z } from 'zod';
import { parseJsonFile } from '../json/json-syntax.ts';
import { type DocumentDeclaration, declarationOf, noDeclaration, withoutDeclaration } from './document-declaration.ts';
import { documentText, plainId } from './document-text.ts';
import { type DocumentProblem, DocumentsError, type SourceLocation } from './documents-error.ts';

export interface ManifestDocument {
  /** Without the prefix `sha256:`. In another tool's manifest any id, such as Relay's MD5. */
  id: string;
  /** Name of its operation; undefined where another tool's document has several. */
  name: string | undefined;
  type: OperationTypeNode | undefined;
  /** The document's text, as it is executed. */
  body: string;
  /** The text that clients send and hash, where it is another one: with the directives of a declaration. */
  sent?: string;
  document: DocumentNode;
  declaration: DocumentDeclaration;
  /** Where the locations of the nodes of `document` point: into operation files, or into `body`. */
  placedIn: 'files' | 'body';
  /** Location of the operation, or of its entry in another tool's manifest. */
  place: SourceLocation;
}

export interface Manifest {
  documents: readonly ManifestDocument[];
}

const apolloFormat = 'apollo-persisted-query-manifest';

const apolloManifest = z.object({
  format: z.literal(apolloFormat),
  version: z.literal(1),
  operations: z.array(
    z.object({ id: z.string().min(1), body: z.string(), concierge: z.object({ head: z.string() }).optional() }),
  ),
});

/** An entry of a manifest; `concierge.head` has the declaration of one that this gateway's command wrote. */
type Entry = z.output<typeof apolloManifest>['operations'][number];

const withSource = z.looseObject({ name: z.string(), source: z.string() });

/** Whether two texts are the same but for their line ends, which Git may write as CRLF. */
export function sameText(a: string, b: string): boolean {
  return a.replaceAll('\r\n', '\n') === b.replaceAll('\r\n', '\n');
}

/** The manifest in Apollo's format. Equal manifests give equal texts, byte for byte. */
export function printManifest({ documents }: Manifest): string {
  const operations = documents
    .map(({ id, name, type, body, declaration: { head } }) => ({
      ...{ id, name: name ?? '', type: type ?? 'query', body },
      ...(head !== null && { concierge: { head } }),
    }))
    .sort((a, b) => compare(a.name, b.name) || compare(a.id, b.id));
  return `${JSON.stringify({ format: apolloFormat, version: 1, operations }, null, 2)}\n`;
}

/** Writes the manifest atomically: readers see the old file or the new one. */
export function writeManifest(file: string, manifest: Manifest): void {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.new`, printManifest(manifest));
  renameSync(`${file}.new`, file);
}

/**
 * Reads a manifest: Apollo's format, or an object from ids to texts (Relay, graphql-codegen's client preset) or to
 * `{ name, source }` (`operationOutput` of Apollo Kotlin, `legacyAPQs` of Apollo iOS).
 * @throws DocumentsError naming each entry that cannot be used.
 */
export function readManifest(file: string): Manifest {
  const text = readFileSync(file, 'utf8');
  const problems: DocumentProblem[] = [];
  const documents: ManifestDocument[] = [];
  const places = new Places(file, text);
  let position = 0;
  for (const entry of readEntries(file, text)) {
    const { id } = entry;
    // Searched from the last position on, because entries are in file order and an id can occur twice.
    position = Math.max(position, text.indexOf(JSON.stringify(id), position + 1));
    const place = places.at(position);
    try {
      const described = describe(entry, place, (problem) => problems.push(problem));
      documents.push({ id: plainId(id), placedIn: 'body', place, ...described });
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      const [{ line, column } = { line: 1, column: 1 }] = error.locations ?? [];
      const message =
        `the document ${id} is not GraphQL, at line ${line}, column ${column} of its text: ${error.message}; ` +
        'generate the manifest again';
      problems.push({ ...place, message });
    }
  }
  if (problems.length > 0) throw new DocumentsError(problems);
  return joinManifests([{ documents }]);
}

/**
 * Joins manifests; of a document that is in several of them, the first one counts.
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

function readEntries(file: string, text: string): Entry[] {
  const { value, error: syntaxError } = parseJsonFile(text);
  if (syntaxError) {
    const { line, column, reason } = syntaxError;
    throw new DocumentsError([
      { file, line, column, message: `this is no JSON: ${reason}; generate the manifest again` },
    ]);
  }
  const apollo = apolloManifest.safeParse(value);
  if (apollo.success) return apollo.data.operations;
  // An object with a `format` is in that format: otherwise its keys would be taken for ids.
  if (isById(value) && !Object.hasOwn(value, 'format')) {
    return readPairs(text).map(([id, body]) => ({ id, body }));
  }
  const sources = sourcesOf(value);
  if (sources) {
    checkRepeated(file, text);
    return sources;
  }
  const message =
    'this is no manifest: give {"format": "apollo-persisted-query-manifest", "version": 1, "operations": […]} ' +
    'or an object from ids to documents, or to {"name": …, "source": …}';
  throw new DocumentsError([{ file, line: 1, column: 1, message }]);
}

function isById(value: unknown): value is Record<string, string> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.entries(value).every(([id, body]) => id !== '' && typeof body === 'string');
}

/** Null where the value is no object of `{ name, source }` by id. */
function sourcesOf(value: unknown): { id: string; body: string }[] | null {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null;
  const entries = Object.entries(value).map(([id, entry]) => ({ id, read: withSource.safeParse(entry) }));
  if (!entries.every(({ id, read }) => id !== '' && read.success)) return null;
  return entries.flatMap(({ id, read }) => (read.success ? [{ id, body: read.data.source }] : []));
}

/** JSON.parse keeps only the last one of duplicate keys. @throws DocumentsError */
function checkRepeated(file: string, text: string): void {
  const seen = new Set<string>();
  let depth = 0;
  for (const { 0: token, index } of text.matchAll(/"(?:[^"\\]|\\.)*"|[{}]/gs)) {
    if (token === '{') depth += 1;
    else if (token === '}') depth -= 1;
    else if (depth === 1) {
      if (seen.has(token)) {
        const message = `the id ${token} is in it twice: remove one of the two`;
        throw new DocumentsError([{ ...new Places(file, text).at(index), message }]);
      }
      seen.add(token);
    }
  }
}

/** Pairs of an object of texts, in order; JSON.parse keeps only the last one of duplicate keys. */
function readPairs(text: string): [id: string, body: string][] {
  const string = /"(?:[^"\\]|\\.)*"/gs;
  const strings = Array.from(text.matchAll(string), ([each]) => JSON.parse(each) as string);
  return strings.flatMap((each, index) => (index % 2 === 0 ? [[each, strings[index + 1] as string]] : []));
}

type Described = Pick<ManifestDocument, 'document' | 'name' | 'type' | 'body' | 'sent' | 'declaration'>;

function describe(
  { body, concierge }: Entry,
  place: SourceLocation,
  report: (problem: DocumentProblem) => void,
): Described {
  const written = parse(body);
  const only = onlyOperation(written);
  const names = { name: only?.name?.value, type: only?.operation };
  // What other tools compiled may have the directives, and descriptions, in its text.
  const declaring = concierge ? onlyOperation(parse(concierge.head)) : only;
  const declaration = declaring ? declarationOf(declaring, () => place, report) : noDeclaration;
  if (declaration.head === null || concierge) return { ...names, body, document: written, declaration };
  const document = withoutDeclaration(written);
  return { ...names, body: documentText(document), sent: body, document, declaration };
}

function onlyOperation({ definitions }: DocumentNode): OperationDefinitionNode | undefined {
  const operations = definitions.filter((definition) => definition.kind === Kind.OPERATION_DEFINITION);
  return operations.length === 1 ? operations[0] : undefined;
}

/** Lines and columns of positions that only grow: the text is searched once. */
class Places {
  readonly #file: string;
  readonly #text: string;
  #line = 1;
  /** Of the line. */
  #start = 0;
  #end: number;

  constructor(file: string, text: string) {
    this.#file = file;
    this.#text = text;
    this.#end = this.#endOfLine();
  }

  at(position: number): SourceLocation {
    while (this.#end < position) {
      this.#line += 1;
      this.#start = this.#end + 1;
      this.#end = this.#endOfLine();
    }
    return { file: this.#file, line: this.#line, column: position - this.#start + 1 };
  }

  #endOfLine(): number {
    const end = this.#text.indexOf('\n', this.#start);
    return end === -1 ? Number.POSITIVE_INFINITY : end;
  }
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
