// A client's SDK: its typed documents, and a function for each operation. The ids are those of the manifest of trusted
// documents, since they are made by the same code.
import { readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { Kind, type OperationDefinitionNode } from 'graphql';
import type { Client } from '../../client-views/load-clients.ts';
import { ConfigError } from '../../config/config-error.ts';
import { collectDocuments } from '../../persisted-documents/collect-documents.ts';
import type { ManifestDocument } from '../../persisted-documents/manifest.ts';

/** Names that `typescript-operations` generates, and ours. */
interface Names {
  /** The SDK's function. */
  method: string;
  document: string;
  data: string;
  variables: string;
}

const runtime = new URL('graphql-client.ts', import.meta.url);

/**
 * @param folder the client's: its documents are in `operations`.
 * @param client null for a folder without a definition.
 * @returns TypeScript that imports the types of the operations from `./operations.ts`.
 * @throws ConfigError where two operations would be one function, DocumentsError for operations that cannot be read.
 */
export function printSdk(folder: string, client: Client | null): string {
  const operations = collectDocuments(join(folder, 'operations')).documents.map((document) => ({
    document,
    definition: document.document.definitions.find((node) => node.kind === Kind.OPERATION_DEFINITION)!,
    names: namesOf(document),
  }));
  operations.sort((a, b) => (a.names.method < b.names.method ? -1 : 1));
  // A subscription has many results: its document is for clients that hold a connection.
  const single = operations.filter(({ document }) => document.type !== 'subscription');
  checkClashes(operations.map(({ names }) => names));
  const identity = { name: client?.name ?? basename(folder), ...(client?.version && { version: client.version }) };
  const types = operations.flatMap(({ names }) => [names.data, names.variables]).sort();
  return `// Generated from operations/ by \`concierge codegen\`. Do not edit.
import type {
${types.map((name) => `  ${name},`).join('\n')}
} from './operations.ts';

${operations.map(({ document, names }) => printDocument(document, names)).join('\n')}
/** The client: a function for each operation, and \`request\` for documents. */
export function createClient(options: ClientOptions) {
  const request = createRequest({ ${printPairs(identity)}, ...options });
  return {
    request,
${single.map(({ definition, names }) => printMethod(definition, names)).join('\n')}
  };
}

${readFileSync(runtime, 'utf8')
  .replace(/^(\/\/.*\n)+\n/, '')
  .trimEnd()}
`;
}

function namesOf({ name = '', type }: ManifestDocument): Names {
  const base = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
  const kind = `${type?.charAt(0).toUpperCase()}${type?.slice(1)}`;
  return {
    method: `${name.charAt(0).toLowerCase()}${name.slice(1)}`,
    document: `${base}Document`,
    // As in operation-types.ts: names stay as they are.
    data: `${name}${kind}`,
    variables: `${name}${kind}Variables`,
  };
}

function checkClashes(names: readonly Names[]): void {
  const methods = new Set(['request']);
  for (const { method } of names) {
    if (methods.has(method)) {
      throw new ConfigError(`Two functions of the SDK would be "${method}": rename the operation.`);
    }
    methods.add(method);
  }
}

function printDocument({ id, name, type, body }: ManifestDocument, { document, data, variables }: Names): string {
  return `export const ${document}: TypedDocument<${data}, ${variables}> = {
  id: '${id}',
  name: '${name}',
  type: '${type}',
  text: \`${body.replace(/[`\\]|\$\{/g, '\\$&')}\`,
};
`;
}

function printMethod({ variableDefinitions = [] }: OperationDefinitionNode, names: Names): string {
  const needed = variableDefinitions.some(
    ({ type, defaultValue }) => type.kind === Kind.NON_NULL_TYPE && defaultValue === undefined,
  );
  const variables = `variables: ${names.variables}${needed ? '' : ' = {}'}`;
  return `    ${names.method}: (${variables}, options?: RequestOptions) =>
      request(${names.document}, variables, options),`;
}

/** Texts have no quotes in them: references and versions are letters, digits, "-", "_" and ".". */
function printPairs(texts: Record<string, string>): string {
  return Object.entries(texts)
    .map(([name, text]) => `${name}: '${text}'`)
    .join(', ');
}
