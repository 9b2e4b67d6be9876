// Collector of a client's trusted documents: each operation in its files becomes one document with the fragments it
// uses.
import { existsSync, globSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  type ASTNode,
  type DefinitionNode,
  type DocumentNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  parse,
  Source,
} from 'graphql';
import { type ClientDirective, ClientDirectives, withoutUnused } from './client-directives.ts';
import { declarationOf, withoutClaimed, withoutDeclaration } from './document-declaration.ts';
import { documentId, documentOf, documentText } from './document-text.ts';
import { type DocumentProblem, DocumentsError, locationOfNode } from './documents-error.ts';
import type { Manifest, ManifestDocument } from './manifest.ts';
import { routeProblems } from './rest-paths.ts';
import { toolProblems } from './tool-names.ts';

interface Definitions {
  operations: Map<string, OperationDefinitionNode>;
  fragments: Map<string, FragmentDefinitionNode>;
}

/**
 * Collects the documents of all `.graphql` and `.gql` files in the folder and below. Files share their fragments. A
 * folder that does not exist has none.
 * @param directives of the client, in addition to the known ones that are taken out.
 * @throws DocumentsError with every problem: syntax errors, missing or duplicate names, undefined fragments.
 */
export function collectDocuments(
  folder: string,
  directives?: Readonly<Record<string, ClientDirective>> | undefined,
): Manifest {
  const problems: DocumentProblem[] = [];
  const written = readDefinitions(folder, problems);
  // The fragments of files with syntax errors are unknown, so every other message could be wrong.
  if (problems.length > 0) throw new DocumentsError(problems);
  const sent = strip(written, new ClientDirectives(directives), problems);
  const documents = [...sent.operations].map(([name, operation]) =>
    toDocument(name, operation, written, sent.fragments, problems),
  );
  problems.push(...routeProblems(documents), ...toolProblems(documents));
  if (problems.length > 0) throw new DocumentsError(distinct(problems));
  return { documents };
}

/** What the files of a folder define, as it is sent, in the order of the files; for the types of a client. */
export function collectDefinitions(
  folder: string,
  directives?: Readonly<Record<string, ClientDirective>> | undefined,
): DocumentNode {
  const operations = collectDocuments(folder, directives).documents.map(({ document, declaration }) =>
    withoutClaimed(document.definitions[0] as OperationDefinitionNode, declaration),
  );
  const written = readDefinitions(folder, []);
  const { fragments } = strip(written, new ClientDirectives(directives), []);
  const sent = new Map(
    [...operations, ...fragments.values()].map((node) => [`${node.loc?.source.name} ${node.loc?.start}`, node]),
  );
  const places = [...written.all].map(({ loc }) => `${loc?.source.name} ${loc?.start}`);
  return { kind: Kind.DOCUMENT, definitions: places.flatMap((place) => sent.get(place) ?? []) };
}

function readDefinitions(folder: string, problems: DocumentProblem[]): Definitions & { all: DefinitionNode[] } {
  const operations = new Map<string, OperationDefinitionNode>();
  const fragments = new Map<string, FragmentDefinitionNode>();
  const files = existsSync(folder) ? globSync('**/*.{graphql,gql}', { cwd: folder }).sort() : [];
  const all = files.flatMap((file) => readFile(resolve(folder, file), operations, fragments, problems));
  return { operations, fragments, all };
}

/** Without the parts that are for the client's library; operations of which nothing is left are never sent. */
function strip(written: Definitions, directives: ClientDirectives, problems: DocumentProblem[]): Definitions {
  const report = (directive: ASTNode, message: string) => {
    problems.push({ ...locationOfNode(directive), message });
  };
  const stripped = <Node extends OperationDefinitionNode | FragmentDefinitionNode>(nodes: Map<string, Node>) =>
    new Map(
      [...nodes].flatMap(([name, node]) => {
        const left = directives.strip(node, report);
        return left ? [[name, left] as const] : [];
      }),
    );
  return { operations: stripped(written.operations), fragments: stripped(written.fragments) };
}

function readFile(
  file: string,
  operations: Map<string, OperationDefinitionNode>,
  fragments: Map<string, FragmentDefinitionNode>,
  problems: DocumentProblem[],
): readonly DefinitionNode[] {
  const source = new Source(readFileSync(file, 'utf8'), file);
  // A file of comments alone has no operations; the parser requires at least one definition.
  if (/^(\s|,|\uFEFF|#.*)*$/.test(source.body)) return [];
  try {
    const { definitions } = parse(source);
    for (const definition of definitions) {
      if (definition.kind === Kind.OPERATION_DEFINITION) take(definition, operations, 'operation', problems);
      else if (definition.kind === Kind.FRAGMENT_DEFINITION) take(definition, fragments, 'fragment', problems);
      else {
        const message = 'this defines a type: only operations and fragments belong here';
        problems.push({ ...locationOfNode(definition), message });
      }
    }
    return definitions;
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error;
    const [{ line, column } = { line: 1, column: 1 }] = error.locations ?? [];
    problems.push({ file, line, column, message: error.message });
    return [];
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
  written: Definitions,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
  problems: DocumentProblem[],
): ManifestDocument {
  const sent = documentOf(operation, fragments, (fragment, spread) => {
    const message = `no file of this client defines the fragment ${fragment}: define it, or correct its name`;
    problems.push({ ...locationOfNode(spread), message });
  });
  const source = written.operations.get(name) as OperationDefinitionNode;
  const before = documentOf(source, written.fragments, () => {});
  const [, ...used] = sent.definitions;
  const document = withoutDeclaration({ ...sent, definitions: [withoutUnused(operation, before, sent), ...used] });
  const body = documentText(document);
  const place = locationOfNode(operation.name ?? operation);
  const declaration = declarationOf(source, locationOfNode, (problem) => problems.push(problem));
  const { operation: type } = operation;
  return { id: documentId(body), name, type, body, document, placedIn: 'files', place, declaration };
}

/** Several operations may use the same invalid fragment: each of its problems is reported once. */
function distinct(problems: readonly DocumentProblem[]): DocumentProblem[] {
  return [...new Map(problems.map((problem) => [JSON.stringify(problem), problem])).values()];
}
