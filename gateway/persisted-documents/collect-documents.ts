// Collector of a client's trusted documents: each operation in its files becomes one document with the fragments it
// uses.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  type ASTNode,
  type FragmentDefinitionNode,
  GraphQLError,
  getLocation,
  Kind,
  type OperationDefinitionNode,
  parse,
  Source,
} from 'graphql';
import { documentId, documentOf, documentText } from './document-text.ts';
import { type DocumentProblem, DocumentsError, type SourceLocation } from './documents-error.ts';
import type { Manifest, ManifestDocument } from './manifest.ts';

/**
 * Collects the documents of all `.graphql` and `.gql` files in the folder and below. Files share their fragments. A
 * folder that does not exist has none.
 * @throws DocumentsError with every problem: syntax errors, missing or duplicate names, undefined fragments.
 */
export function collectDocuments(folder: string): Manifest {
  if (!existsSync(folder)) return { documents: [] };
  const files = globSync('**/*.{graphql,gql}', { cwd: folder }).sort();
  const problems: DocumentProblem[] = [];
  const operations = new Map<string, OperationDefinitionNode>();
  const fragments = new Map<string, FragmentDefinitionNode>();
  for (const file of files) readFile(resolve(folder, file), operations, fragments, problems);
  // The fragments of files with syntax errors are unknown, so every other message could be wrong.
  if (problems.length > 0) throw new DocumentsError(problems);
  const documents = [...operations].map(([name, operation]) => toDocument(name, operation, fragments, problems));
  if (problems.length > 0) throw new DocumentsError(distinct(problems));
  return { documents };
}

function readFile(
  file: string,
  operations: Map<string, OperationDefinitionNode>,
  fragments: Map<string, FragmentDefinitionNode>,
  problems: DocumentProblem[],
): void {
  const source = new Source(readFileSync(file, 'utf8'), file);
  // A file of comments alone has no operations; the parser requires at least one definition.
  if (/^(\s|,|\uFEFF|#.*)*$/.test(source.body)) return;
  try {
    for (const definition of parse(source).definitions) {
      if (definition.kind === Kind.OPERATION_DEFINITION) take(definition, operations, 'operation', problems);
      else if (definition.kind === Kind.FRAGMENT_DEFINITION) take(definition, fragments, 'fragment', problems);
      else {
        const message = 'this defines a type: only operations and fragments belong here';
        problems.push({ ...locationOfNode(definition), message });
      }
    }
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    const [{ line, column } = { line: 1, column: 1 }] = error.locations ?? [];
    problems.push({ file, line, column, message: error.message });
  }
}

function take<Definition extends OperationDefinitionNode | FragmentDefinitionNode>(
  definition: Definition,
  known: Map<string, Definition>,
  kind: 'operation' | 'fragment',
  problems: DocumentProblem[],
): void {
  const name = definition.name?.value;
  const place = locationOfNode(definition.name ?? definition);
  const other = name === undefined ? undefined : known.get(name);
  if (name === undefined) {
    problems.push({ ...place, message: 'this operation has no name: give it one, which logs and clients use' });
  } else if (other) {
    const { file, line } = locationOfNode(other);
    problems.push({
      ...place,
      message: `the ${kind} ${name} is also in ${file}:${line}: give one of them another name`,
    });
  } else known.set(name, definition);
}

function toDocument(
  name: string,
  operation: OperationDefinitionNode,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  problems: DocumentProblem[],
): ManifestDocument {
  const document = documentOf(operation, fragments, (fragment, spread) => {
    const message = `no file of this client defines the fragment ${fragment}: define it, or correct its name`;
    problems.push({ ...locationOfNode(spread), message });
  });
  const body = documentText(document);
  const place = locationOfNode(operation.name ?? operation);
  return { id: documentId(body), name, type: operation.operation, body, document, placedIn: 'files', place };
}

/** Several operations may use the same invalid fragment: each of its problems is reported once. */
function distinct(problems: readonly DocumentProblem[]): DocumentProblem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}

/** Location of a node that was parsed with its file as the source's name. */
export function locationOfNode({ loc }: ASTNode): SourceLocation {
  if (!loc) throw new Error('A node has no location: documents are parsed with locations.');
  return { file: loc.source.name, ...getLocation(loc.source, loc.start) };
}
